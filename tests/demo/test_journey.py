"""`make demo`, as a whole."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests

from demo.calibration import find_constructed
from demo.host import find_bundled
from demo.settings import ROOT
from tests.waiting import HANG_SECONDS, wait_until

OURS = {"DATABASE_URL", "REDIS_URL", "PORT", "DEMO_EXIT"}


@contextmanager
def start_demo(folder: Path, **environ: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A running demo in `folder`, and the file of its output; it ends at the latest with this."""
    kept = {k: v for k, v in os.environ.items() if k not in OURS}
    output = folder.with_name("output.txt")
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "demo"],
            cwd=ROOT,
            env={**kept, "DEMO_DIR": str(folder), **environ},
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process, output
        finally:
            process.kill()
            process.wait()


def find_processes_of(folder: Path) -> list[str]:
    """The commands of running processes that belong to the demo in `folder`.

    They carry its name in their environment, or work inside it (Redis writes over the former).
    """
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_named = f"DEMO_DIR={folder}".encode() in (place / "environ").read_bytes()
            if is_named or (place / "cwd").readlink().is_relative_to(folder):
                found.append((place / "cmdline").read_text().replace("\0", " "))
    return found


def can_send_more(url: str, folder: Path) -> bool:
    """Whether the account of the demo may submit more to every split, for every team."""
    variables = (folder / "participant.env").read_text(encoding="utf-8")
    token = re.search(r"SPINEBENCH_TOKEN='?([^'\n]+)", variables)
    assert token is not None
    headers = {"Authorization": f"Bearer {token[1]}"}
    me = requests.get(f"{url}/api/v1/me", headers=headers, timeout=HANG_SECONDS).json()
    return bool(me["quotas"]) and all(quota["n_left"] > 0 for quota in me["quotas"])


def run_as_host(folder: Path, command: str) -> str:
    """What `flask` says in a shell of the host's."""
    script = f". '{folder}/host.env' && exec '{sys.executable}' -m flask {command}"
    kept = {k: v for k, v in os.environ.items() if k not in OURS}
    done = subprocess.run(
        ["sh", "-c", script], cwd=ROOT, env=kept, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="/proc and parent-death signals")
def test_the_demo_ranks_every_bundled_file_leaves_no_process_when_killed_and_goes_on_from_there(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "demo"
    models = [one.model for one in [*find_bundled(), *find_constructed()]]

    with start_demo(folder, DEMO_EXIT="1", WITH_MODEL="0") as (process, output):
        status = process.wait(HANG_SECONDS)
        text = output.read_text()
        assert status == 0, text
        assert "Report scores are calibrated to constructed ratings" in text
        assert text.count("probe-anchored") == 4
        assert f"{len(models) + 1} of {len(models) + 1} submissions have been scored." in text
        assert "A model endpoint is running: the bundled scripted endpoint" in text
        assert "scripted-endpoint submitted, to be asked." in text
        assert [model for model in models if f"{model} submitted." not in text] == []
        assert find_processes_of(folder) == []

    with start_demo(folder, WITH_MODEL="0") as (process, output):
        wait_until(lambda: "are starting" in output.read_text())
        # The demo, Redis, web server, two workers, reconciler and endpoint.
        wait_until(lambda: len(find_processes_of(folder)) >= 7)
        process.kill()
        process.wait()
        wait_until(lambda: find_processes_of(folder) == [])

    with start_demo(folder, WITH_MODEL="0") as (process, output):
        wait_until(lambda: "Ctrl-C" in output.read_text() or process.poll() is not None)
        text = output.read_text()
        assert process.poll() is None, text
        assert text.count("was submitted in an earlier run") == len(models)
        assert text.count("was asked in an earlier run") == 1
        assert "Report scores were calibrated in an earlier run" in text
        address = re.search(r"^Page +(\S+)", text, re.MULTILINE)
        assert address is not None
        assert requests.get(address[1], timeout=HANG_SECONDS).status_code == 200
        assert can_send_more(address[1], folder)
        assert "spinebench-mini" in run_as_host(folder, "benchmark list")
        process.send_signal(signal.SIGINT)
        assert process.wait(HANG_SECONDS) == 0
        assert "Traceback" not in output.read_text()
        assert find_processes_of(folder) == []
