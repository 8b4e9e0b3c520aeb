"""How a submission stands, in words and numbers for its page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from leaderboard.models.submission import EventKind, Status, Step, Submission, SubmissionEvent

FINAL_EVENTS = {EventKind.SCORED, EventKind.FAILED, EventKind.CANCELLED}
FINAL_STATUSES = {Status.SCORED, Status.FAILED, Status.CANCELLED}
STEP_WORDS = {
    Step.WAITING: "waiting for a worker",
    Step.PARSE: "reading the answers",
    Step.RATE: "rating the reports",
    Step.SCORE: "computing scores and ranks",
    Step.DONE: "done",
}


class Progress(NamedTuple):
    """`line` is the state in one sentence; `ended` is the event that ended it, if it ended."""

    line: str
    is_final: bool
    ended: SubmissionEvent | None


def make_progress(submission: Submission, at: datetime) -> Progress:
    """How `submission` stands at the time `at`."""
    is_final = submission.status in FINAL_STATUSES
    last = next((e for e in reversed(submission.events) if e.kind in FINAL_EVENTS), None)
    ended = last if is_final else None
    return Progress(_make_line(submission, ended, at), is_final, ended)


def _make_line(submission: Submission, ended: SubmissionEvent | None, at: datetime) -> str:
    took = make_duration((ended.at if ended else at) - submission.created_at)
    if submission.status is Status.QUEUED:
        return f"Waiting for a worker for {took}."
    if submission.status is Status.RUNNING:
        words = STEP_WORDS[submission.step]
        if submission.step is Step.WAITING:
            words = "a worker is beginning"
        return f"Running for {took}: {words}{_make_rest(submission, at)}."
    ends = {
        Status.SCORED: "Scored and ranked",
        Status.FAILED: "Failed",
        Status.CANCELLED: "Cancelled",
    }
    return f"{ends[submission.status]} {took} after it was sent."


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
