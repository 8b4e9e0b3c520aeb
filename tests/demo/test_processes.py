"""The supervisor of the demo's processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.processes import ChildFailedError, Supervisor, find_family
from tests.waiting import HANG_SECONDS, wait_until

# Ignores every polite request, and starts a grandchild in a process group of its own.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
print(subprocess.Popen(sleep, process_group=0).pid, flush=True)
time.sleep(600)
"""
# Ends politely but leaves a grandchild in a session of its own.
CARELESS = """
import subprocess, sys, time
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
print(subprocess.Popen(sleep, start_new_session=True).pid, flush=True)
time.sleep(600)
"""
OWNER = """
import os, sys, time
from pathlib import Path
from demo.processes import Supervisor
child = Supervisor(Path(sys.argv[1])).start(
    "child", [sys.executable, "-c", "import time; time.sleep(600)"], environ=os.environ
)
print(child.process.pid, flush=True)
time.sleep(600)
"""


def start(supervisor: Supervisor, script: str, name: str = "child") -> tuple[int, int]:
    """A child that runs `script`, and the grandchild whose number it writes first."""
    child = supervisor.start(name, [sys.executable, "-c", script], environ=os.environ)
    wait_until(lambda: child.log.exists() and child.log.read_text().endswith("\n"))
    return child.process.pid, int(child.log.read_text())


@pytest.mark.parametrize("script", [STUBBORN, CARELESS])
def test_no_child_and_no_grandchild_is_left(tmp_path: Path, script: str) -> None:
    supervisor = Supervisor(tmp_path)
    child, grandchild = start(supervisor, script)
    assert find_family(child)
    assert find_family(grandchild)
    supervisor.stop_all(grace_seconds=0.3)
    wait_until(lambda: not find_family(child) and not find_family(grandchild))


def test_children_are_stopped_in_reverse_order(tmp_path: Path) -> None:
    farewell = tmp_path / "farewell"
    script = (
        "import signal, sys, time\n"
        "def end(*_):\n"
        "    open(sys.argv[1], 'a').write(sys.argv[2])\n"
        "    sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready', flush=True)\n"
        "time.sleep(600)\n"
    )
    with Supervisor(tmp_path) as supervisor:
        for name in "abc":
            child = supervisor.start(
                name, [sys.executable, "-c", script, str(farewell), name], environ=os.environ
            )
            supervisor.wait_ready(child, child.log.read_text, seconds=HANG_SECONDS)
        supervisor.stop_all(grace_seconds=HANG_SECONDS)
    assert farewell.read_text() == "cba"


def test_a_child_that_ends_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start(
            "web", [sys.executable, "-c", "print('why'); raise SystemExit(3)"], environ=os.environ
        )
        child.process.wait()
        with pytest.raises(ChildFailedError, match=r"web ended with status 3(.|\n)*why"):
            supervisor.check()


def test_a_child_that_is_never_ready_is_reported(tmp_path: Path) -> None:
    with Supervisor(tmp_path) as supervisor:
        child = supervisor.start("web", ["sleep", "600"], environ=os.environ)
        with pytest.raises(ChildFailedError, match="web was not ready after 0 seconds"):
            supervisor.wait_ready(child, lambda: False, seconds=0.1)


def test_logs_of_earlier_runs_are_kept(tmp_path: Path) -> None:
    for _ in range(2):
        with Supervisor(tmp_path) as supervisor:
            child = supervisor.start("web", ["echo", "hello"], environ={"PATH": os.environ["PATH"]})
            child.process.wait()
    assert (tmp_path / "web.log").read_text() == "hello\nhello\n"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has a parent-death signal")
def test_children_die_with_a_killed_supervisor(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    with owner.stdout:
        child = int(owner.stdout.readline())
        assert find_family(child)
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
    wait_until(lambda: not find_family(child))
