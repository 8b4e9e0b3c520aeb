"""Following a submission until nothing more will happen to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from spinebench.errors import InterruptedByUserError
from spinebench.reading import read_answer
from spinebench.shapes.submissions import SubmissionRecord
from spinebench.terminal import StepBar, Terminal

FIRST_WAIT = 1.0
LONGEST_WAIT = 5.0

STEPS = {
    "waiting": "Waiting for a worker",
    "collect": "Asking the endpoint",
    "parse": "Reading the answers",
    "rate": "Rating the reports",
    "score": "Computing the scores",
    "done": "Done",
}


def follow(
    get: Callable[[], Any], id: str, terminal: Terminal, sleep: Callable[[float], None]
) -> Any:
    """The finished submission's JSON, after showing on standard error how it got there.

    Ctrl-C raises InterruptedByUserError and leaves the submission alone.
    """
    try:
        with terminal.steps() as bar:
            show = _Lines(terminal) if bar is None else _Bar(bar)
            n_events = 0
            wait = FIRST_WAIT
            while True:
                raw = get()
                submission = read_answer(SubmissionRecord, raw)
                for event in submission.events[n_events:]:
                    show.tell(event.message)
                n_events = len(submission.events)
                show.move(submission)
                if submission.is_finished:
                    return raw
                sleep(wait)
                wait = min(wait * 1.25, LONGEST_WAIT)
    except KeyboardInterrupt as error:
        raise InterruptedByUserError(
            f"Stopped watching. Submission {id} continues.",
            remedy=f"Watch again: spinebench status {id} --watch\n"
            f"End it:      spinebench cancel {id}",
        ) from error


def describe_step(submission: SubmissionRecord) -> str:
    """The step in words, with an endpoint's live figures while it is asked."""
    label = STEPS.get(submission.step, submission.step)
    if submission.queue is not None:
        label = f"{label}, {submission.queue.words}"
    asked = submission.endpoint
    if submission.step != "collect" or asked is None or asked.seconds_left is None:
        return label
    failed = f", {asked.n_failed:,} failed" if asked.n_failed else ""
    left = round(asked.seconds_left)
    time = f"{left // 60} min {left % 60} s" if left >= 60 else f"{left} s"
    return f"{label}: {asked.per_second:.1f} a second{failed}, {time} left;"


class _Bar:
    """Events above a bar that moves."""

    def __init__(self, bar: StepBar) -> None:
        self._bar = bar

    def tell(self, message: str) -> None:
        self._bar.tell(f"  {message}")

    def move(self, submission: SubmissionRecord) -> None:
        self._bar.move(
            describe_step(submission), submission.progress.n_done, submission.progress.n_total
        )


class _Lines:
    """Events, steps and every tenth of progress, a line each."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._said = ("", -1)

    def tell(self, message: str) -> None:
        self._terminal.say(f"  {message}")

    def move(self, submission: SubmissionRecord) -> None:
        n_done, n_total = submission.progress.n_done, submission.progress.n_total
        tenth = 10 * n_done // n_total if n_total else 0
        if submission.is_finished or self._said == (submission.step, tenth):
            return
        self._said = (submission.step, tenth)
        count = f" {n_done:,}/{n_total:,}" if n_total else ""
        self._terminal.say(describe_step(submission) + count)
