"""A small supervisor: starts children with logs, notices their end, and leaves none behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from demo.launch import make_command

MAX_LOG_BYTES = 5_000_000
POLL_SECONDS = 0.05


class ChildFailedError(RuntimeError):
    """A child ended, or was not ready in time; the message ends with the last lines of its log."""


@dataclass(frozen=True)
class Child:
    """One supervised process, the leader of a session of its own."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def read_log_tail(self, n_lines: int = 15) -> str:
        """The last lines that it wrote, each indented; empty if none."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(f"    {line}" for line in lines[-n_lines:])


@dataclass(frozen=True)
class Relative:
    """A process, known by its number and start, with its parent and session (0 where unknown)."""

    pid: int
    started: str
    parent: int = field(compare=False)
    session: int = field(compare=False)


class Supervisor:
    """Starts children in order and stops them in reverse; a context manager that leaves none.

    Start children from one thread that lives as long as they should (see demo.launch).
    """

    def __init__(self, log_folder: Path) -> None:
        self._log_folder = log_folder
        self._children: list[Child] = []

    def start(
        self,
        name: str,
        argv: Sequence[str],
        *,
        environ: Mapping[str, str],
        death_signal: signal.Signals = signal.SIGKILL,
        pass_fds: Sequence[int] = (),
    ) -> Child:
        """Start `argv`; its output is added to `<name>.log`, which begins anew when it is large."""
        self._log_folder.mkdir(parents=True, exist_ok=True)
        log = self._log_folder / f"{name}.log"
        grown = log.exists() and log.stat().st_size > MAX_LOG_BYTES
        with log.open("wb" if grown else "ab") as output:
            process = subprocess.Popen(
                make_command(argv, death_signal=death_signal),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environ),
                pass_fds=pass_fds,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        return child

    def check(self) -> None:
        """Raise ChildFailedError if a child has ended."""
        for child in self._children:
            status = child.process.poll()
            if status is not None:
                raise ChildFailedError(
                    f"{child.name} ended with status {status}. Its log is {child.log}; it ends:\n"
                    f"{child.read_log_tail()}"
                )

    def wait_ready(self, child: Child, is_ready: Callable[[], object], *, seconds: float) -> None:
        """Return when `is_ready()`; raise ChildFailedError if a child ends or time runs out."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self.check()
            if time.monotonic() > deadline:
                raise ChildFailedError(
                    f"{child.name} was not ready after {seconds:.0f} seconds. "
                    f"Its log is {child.log}; it ends:\n{child.read_log_tail()}"
                )
            time.sleep(POLL_SECONDS)

    def stop_all(self, *, grace_seconds: float = 5.0) -> None:
        """Ask every child to end, the last started first; kill what is left after the grace.

        Whatever a child started and left behind is killed too. Safe to repeat.
        """
        while self._children:
            child = self._children[-1]
            family = find_family(child.process.pid)
            try:
                _stop(child.process, grace_seconds)
            finally:
                family |= find_family(child.process.pid)
                _kill(family)
                child.process.wait()
                self._children.pop()

    def kill_all(self) -> None:
        """Kill every child and whatever it started, at once."""
        self.stop_all(grace_seconds=0.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self.stop_all()
        except KeyboardInterrupt:
            # Asked twice: no more grace.
            self.kill_all()


def _stop(process: subprocess.Popen[bytes], grace_seconds: float) -> None:
    if process.poll() is None and grace_seconds > 0:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(grace_seconds)
    if process.poll() is None:
        process.kill()


def _kill(family: set[Relative]) -> None:
    """Kill those of `family` that still run; a number that was given away since is left alone."""
    for relative in family & set(_read_relatives()):
        with suppress(ProcessLookupError, PermissionError):
            os.kill(relative.pid, signal.SIGKILL)


def find_family(leader: int) -> set[Relative]:
    """The running processes of `leader`'s session and all that they started, itself included."""
    relatives = _read_relatives()
    family = {one for one in relatives if leader in (one.pid, one.session)}
    while True:
        pids = {one.pid for one in family}
        found = {one for one in relatives if one.parent in pids} - family
        if not found:
            return family
        family |= found


def _read_relatives() -> list[Relative]:
    """Every process of this machine that can be seen."""
    if sys.platform != "linux":
        command = ["ps", "-A", "-o", "pid=,ppid=,lstart="]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        rows = [line.split(maxsplit=2) for line in output.splitlines()]
        return [Relative(int(pid), started, int(parent), 0) for pid, parent, started in rows]
    relatives = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            # The name, in brackets, may hold anything; state, parent, group and session follow it.
            facts = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            state, parent, session, started = facts[0], facts[1], facts[3], facts[19]
            if state not in "ZX":
                relatives.append(Relative(int(folder.name), started, int(parent), int(session)))
    return relatives
