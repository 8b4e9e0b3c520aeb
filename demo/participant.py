"""The participant's part: submit every bundled file with the real command, then wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import requests
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from demo.commands import CommandFailedError, Commands
from demo.host import BENCHMARK, SPLIT, Bundled

DUPLICATE = 4
POLL_SECONDS = 0.5
STALL_SECONDS = 300.0
ENDS = frozenset({"scored", "failed", "cancelled", "held"})

# A submission as the API shows it.
Submission = Mapping[str, Any]
Report = Callable[[Mapping[str, Submission]], None]


class StalledError(RuntimeError):
    """The submissions made no progress for too long."""


def submit(commands: Commands, bundled: Bundled) -> tuple[str, bool]:
    """Submit one file; the submission's id, and whether it is new (False: sent in an earlier run).

    Raises CommandFailedError.
    """
    outcome = commands.run_participant(
        *("submit", str(bundled.predictions), "--benchmark", BENCHMARK, "--split", SPLIT),
        *("--model", bundled.model, "--json"),
        accept=frozenset({0, DUPLICATE}),
    )
    answer = outcome.read_json() or {}
    if outcome.status == 0:
        return str(answer["id"]), True
    # A refused duplicate names and links the first.
    url = str(answer.get("error", {}).get("url", ""))
    first = url.rstrip("/").rpartition("/")[2]
    if not first:
        raise CommandFailedError(
            f"{bundled.model} was submitted before, but the refusal does not say where: {answer}"
        )
    return first, False


def wait_until_done(
    base_url: str, token: str, ids: Sequence[str], *, check: Callable[[], None], report: Report
) -> Mapping[str, Submission]:
    """Wait until every submission in `ids` has ended; all of them as they then are, by id.

    `report` hears every new state; `check` runs at every look. Raises StalledError.
    """
    seen: Mapping[str, Submission] = {}
    changed_at = time.monotonic()
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = f"Bearer {token}"
        while True:
            check()
            states = {one: _read_submission(session, base_url, one) for one in ids}
            if states != seen:
                seen, changed_at = states, time.monotonic()
                report(states)
            if all(state["status"] in ENDS for state in states.values()):
                return states
            if time.monotonic() - changed_at > STALL_SECONDS:
                raise StalledError(
                    f"No submission made progress for {STALL_SECONDS:.0f} seconds. "
                    "The logs of the workers and the reconciler say why."
                )
            time.sleep(POLL_SECONDS)


def _read_submission(session: requests.Session, base_url: str, submission_id: str) -> Submission:
    answer = session.get(f"{base_url}/api/v1/submissions/{submission_id}", timeout=30)
    answer.raise_for_status()
    submission: Submission = answer.json()
    return submission


@contextmanager
def show_progress(console: Console, models: Mapping[str, str]) -> Iterator[Report]:
    """A bar a submission on a terminal, a line a change elsewhere; `models` names them by id."""
    if not console.is_terminal:
        yield _make_line_report(console, models)
        return
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TextColumn("{task.fields[step]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        tasks = {
            one: progress.add_task(model, total=1, step="queued") for one, model in models.items()
        }
        yield lambda states: _move_bars(progress, tasks, states)


def _move_bars(
    progress: Progress, tasks: Mapping[str, TaskID], states: Mapping[str, Submission]
) -> None:
    for one, state in states.items():
        counts = state["progress"]
        total = max(counts["n_total"], 1)
        done = total if state["status"] == "scored" else counts["n_done"]
        progress.update(tasks[one], total=total, completed=done, step=_describe(state))
        if state["status"] in ENDS:
            progress.stop_task(tasks[one])


def _make_line_report(console: Console, models: Mapping[str, str]) -> Report:
    said: dict[str, str] = {}

    def report(states: Mapping[str, Submission]) -> None:
        for one, state in states.items():
            words = _describe(state)
            if said.get(one) != words:
                said[one] = words
                console.print(f"  {models[one]}: {words}", highlight=False, soft_wrap=True)

    return report


def _describe(state: Submission) -> str:
    return str(state["step"]) if state["status"] == "running" else str(state["status"])
