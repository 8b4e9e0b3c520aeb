"""Runs the product's own commands as their users do: the host's and the participants'."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from demo.launch import make_command
from demo.settings import ROOT

COMMAND_SECONDS = 300.0


class CommandFailedError(RuntimeError):
    """A command of ours failed; the message holds the command and what it wrote."""


class Step(NamedTuple):
    """One command of the host's, with what it reads from its input."""

    arguments: tuple[str, ...]
    text: str = ""


class Outcome(NamedTuple):
    """What a command wrote, and its exit status."""

    status: int
    output: str
    errors: str

    def read_json(self) -> Any:
        """What it wrote as JSON; on its error output if its output is empty. None if neither is."""
        for text in (self.output, self.errors):
            try:
                return json.loads(text)
            except ValueError:
                continue
        return None


@dataclass(frozen=True)
class Commands:
    """The commands in one environment, from the project's root."""

    environ: Mapping[str, str]

    def run_host(self, steps: Sequence[Step]) -> list[str]:
        """Run each of `steps` as `flask <arguments>`; what they wrote. Raises CommandFailedError.

        A step that fails is the last.
        """
        outcome = self._run(
            [sys.executable, "-m", "demo.batch"], json.dumps([step._asdict() for step in steps])
        )
        if outcome.status != 0:
            raise _make_error("The host's command", outcome)
        return [str(output).strip() for output in outcome.read_json()]

    def run_participant(self, *arguments: str, accept: frozenset[int] = frozenset({0})) -> Outcome:
        """Run `spinebench <arguments>`. Raises CommandFailedError on a status not in `accept`."""
        argv = [str(Path(sys.executable).parent / "spinebench"), *arguments]
        outcome = self._run(argv, "")
        if outcome.status not in accept:
            raise _make_error(f"`spinebench {' '.join(arguments)}`", outcome)
        return outcome

    def _run(self, argv: list[str], text: str) -> Outcome:
        # A session of its own: Ctrl-C is for the demo, which then ends the command.
        try:
            done = subprocess.run(
                make_command(argv, death_signal=signal.SIGKILL),
                input=text,
                capture_output=True,
                text=True,
                encoding="utf-8",
                errors="replace",
                cwd=ROOT,
                env=dict(self.environ),
                timeout=COMMAND_SECONDS,
                start_new_session=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise CommandFailedError(
                f"`{' '.join(argv)}` did not end within {COMMAND_SECONDS:.0f} seconds."
            ) from None
        return Outcome(done.returncode, done.stdout, done.stderr)


def _make_error(what: str, outcome: Outcome) -> CommandFailedError:
    written = (outcome.errors.strip() or outcome.output.strip()).splitlines()[-30:]
    return CommandFailedError(
        f"{what} ended with status {outcome.status}:\n"
        + "\n".join(f"    {line}" for line in written)
    )
