"""How a submission stands, in words and numbers for its page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from leaderboard.evaluation.turns import Place
from leaderboard.models.submission import EventKind, Status, Step, Submission, SubmissionEvent
from leaderboard.submissions.endpoint_runs import RunFigures
from leaderboard.submissions.events import find_rest
from spinebench.shapes.submissions import QueuePlace

STEP_LINES = {
    Step.WAITING: "Waiting for a worker.",
    Step.COLLECT: "Asking the endpoint.",
    Step.PARSE: "Reading the answers.",
    Step.RATE: "Rating the reports.",
    Step.SCORE: "Computing scores and ranks.",
    Step.DONE: "Finishing.",
}


class Progress(NamedTuple):
    """`line` says what the status leaves open, `time` how long it has been (empty once it ended).

    `ended` is the event that ended the submission, if one did.
    """

    line: str
    time: str
    is_final: bool
    ended: SubmissionEvent | None


def make_progress(
    submission: Submission,
    at: datetime,
    asked: RunFigures | None = None,
    place: Place | None = None,
    before: str | None = None,
) -> Progress:
    """How `submission` stands at the time `at`.

    `asked` are the figures of its endpoint run, `place` is where it waits for a worker, and
    `before` the run that is to end before.
    """
    rest = find_rest(submission)
    if submission.status.is_final:
        took = make_duration((rest.at if rest else at) - submission.created_at)
        return Progress(f"{took} after it was submitted.", "", True, rest)
    if rest is not None:
        line = f"{rest.message} {rest.remedy}".strip()
        word = submission.status.value.capitalize()
        return Progress(line, f"{word} since {rest.at:%Y-%m-%d %H:%M} UTC.", False, None)
    is_beginning = submission.status is Status.RUNNING and submission.step is Step.WAITING
    line = "A worker is starting." if is_beginning else STEP_LINES[submission.step]
    if place is not None:
        line = _describe_place(place)
    elif before is not None:
        line = f"Waits until the run {before} of this model has ended."
    sent = f"Submitted {make_duration(at - submission.created_at)} ago"
    if submission.step is Step.COLLECT and asked is not None:
        return Progress(
            f"{line} {_describe(asked)}", f"{sent}{_make_asked_rest(asked)}.", False, None
        )
    return Progress(line, f"{sent}{_make_rest(submission, at)}.", False, None)


def _describe_place(place: Place) -> str:
    """Where a submission waits, and what its place depends on."""
    at_work = f", {place.n_running:,} at work" if place.n_running else ""
    turns = " People take turns." if place.n_waiting > 1 else ""
    return f"Waiting for a worker: {QueuePlace.of(place).words}{at_work}.{turns}"


def _describe(asked: RunFigures) -> str:
    """The live figures of an endpoint run."""
    run = asked.run
    failed = f"{asked.n_failed:,} failed" if asked.n_failed else "none failed"
    return f"{run.n_requests:,} requests, {failed}, {run.per_second:.1f} items per second."


def _make_asked_rest(asked: RunFigures) -> str:
    left = asked.run.seconds_left
    return "" if left is None else f", about {make_duration(timedelta(seconds=left))} left"


def _make_rest(submission: Submission, at: datetime) -> str:
    """About how long it will take yet; nothing where too little is done to say so."""
    started = [event.at for event in submission.events if event.kind is EventKind.STARTED]
    share = submission.n_done / submission.n_total if submission.n_total else 0.0
    if len(started) != 1 or not 0.1 <= share < 1 or (at - started[0]).total_seconds() < 3:
        return ""
    return f", about {make_duration((at - started[0]) * (1 - share) / share)} left"


def make_duration(span: timedelta) -> str:
    """A span in its two largest units, such as 2 min 5 s; never negative."""
    seconds = max(0, round(span.total_seconds()))
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    units = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    first = next((place for place, (n, _) in enumerate(units) if n), len(units) - 1)
    shown = [f"{n} {unit}" for n, unit in units[first : first + 2] if n]
    return " ".join(shown) or "0 s"
