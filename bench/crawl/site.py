"""A site to crawl: a demo of this tree or of another commit, or one that already runs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.checkout import make_environ

EMAIL = "demo@example.org"
# Of the shell a demo gets these alone: settings of a judge or a database would change its pages.
KEPT = ("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "USER")
STOP_SECONDS = 30.0

_PAGE = re.compile(r"^Page\s+(http://\S+)")
_LAST_LINE = re.compile(r"^Stop\s")


class SiteError(RuntimeError):
    """There is no site to crawl; the message says why and the remedy."""


class Account(NamedTuple):
    """Who signs in, and a token of the API with the scopes read and submit."""

    email: str
    password: str
    token: str


class Site(NamedTuple):
    """The address of a running site, without a slash at its end. `host` None: visitors alone."""

    url: str
    host: Account | None


@contextmanager
def start_demo(tree: Path) -> Iterator[Site]:
    """The demo of `tree` on fresh data, all bundled predictions scored; stopped at the end.

    Raises SiteError with the demo's last lines if it ends before that.
    """
    python = tree / ".venv" / "bin" / "python"
    if not python.exists():
        raise SiteError(f"{tree} has no .venv. Run `make venv` there.")
    with tempfile.TemporaryDirectory(prefix="spinebench-crawl-") as folder:
        few = {name: os.environ[name] for name in KEPT if name in os.environ}
        environ = {**make_environ(tree, few), "DEMO_DIR": folder, "WITH_MODEL": "0"}
        with subprocess.Popen(
            [str(python), "-m", "demo"],
            cwd=tree,
            env={**environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Ctrl-C is for the crawl, which then stops the demo.
            start_new_session=True,
        ) as process:
            try:
                url = _wait_for_page(process)
                kept = json.loads((Path(folder) / "secrets.json").read_text())
                yield Site(url, Account(EMAIL, kept["password"], kept["token"]))
            finally:
                _stop(process)


def _wait_for_page(process: subprocess.Popen[str]) -> str:
    """The address that the demo prints when everything is scored."""
    assert process.stdout is not None
    lines: list[str] = []
    url = ""
    for line in process.stdout:
        lines.append(line)
        if found := _PAGE.match(line):
            url = found[1]
        if url and _LAST_LINE.match(line):
            return url
    raise SiteError(
        "The demo ended before its page was up; its last lines:\n"
        f"{''.join(lines[-15:])}Mend what they say, then crawl again."
    )


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
