"""A scripted server, and the command run against it in this very process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from spinebench.invocation import Invocation
from spinebench.main import run
from tests.cli.api_server import ApiServer

TOKEN = "sbk_abcdefgh_" + "s" * 32 + "check1"


@dataclass(frozen=True)
class Outcome:
    """How one command line ended; `waits` are the seconds it would have slept."""

    code: int
    out: str
    err: str
    waits: list[float]

    @property
    def json(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


Spinebench = Callable[..., Outcome]


@pytest.fixture
def server() -> Iterator[ApiServer]:
    api_server = ApiServer()
    yield api_server
    api_server.close()


@pytest.fixture
def config_dir(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.fixture
def spinebench(
    server: ApiServer, config_dir: Path, capsys: pytest.CaptureFixture[str]
) -> Spinebench:
    """Runs a command line, signed in by the environment unless told otherwise."""

    def call(*arguments: str, **environ: str) -> Outcome:
        settings = {
            "SPINEBENCH_CONFIG_DIR": str(config_dir),
            "SPINEBENCH_URL": server.url,
            "SPINEBENCH_TOKEN": TOKEN,
            **environ,
        }
        waits: list[float] = []
        capsys.readouterr()
        code = run(arguments, Invocation(environ=settings, sleep=waits.append))
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err, waits)

    return call


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    """A small prediction file."""
    path = tmp_path / "predictions.jsonl"
    path.write_text('{"id": "test-text-001", "prediction": "B"}\n', encoding="utf-8")
    return path
