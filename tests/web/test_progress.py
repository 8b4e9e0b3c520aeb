"""How a submission's state is put into words."""

from datetime import UTC, datetime, timedelta

import pytest

from leaderboard.evaluation.turns import Place
from leaderboard.models.submission import EventKind, Status, Step, Submission, SubmissionEvent
from leaderboard.web.pages.progress import make_duration, make_progress

SENT = datetime(2026, 1, 31, 12, tzinfo=UTC)


def make_submission(
    status: Status, step: Step, *events: tuple[int, EventKind], n_done: int = 0
) -> Submission:
    """A submission of 100 predictions whose events happened so many seconds after it was sent."""
    return Submission(
        status=status,
        step=step,
        created_at=SENT,
        n_done=n_done,
        n_total=100,
        events=[
            SubmissionEvent(at=SENT + timedelta(seconds=second), kind=kind, message="", remedy="")
            for second, kind in events
        ],
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"),
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (125, "2 min 5 s"),
        (3 * 3600 + 59, "3 h"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_duration_is_written_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert make_duration(timedelta(seconds=seconds)) == words


def test_a_waiting_submission_says_how_long_ago_it_was_sent() -> None:
    queued = make_submission(Status.QUEUED, Step.WAITING, (0, EventKind.SUBMITTED))
    progress = make_progress(queued, SENT + timedelta(seconds=75))
    assert (progress.line, progress.time) == ("Waiting for a worker.", "Submitted 1 min 15 s ago.")
    assert not progress.is_final


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (Place(1, 1, 0), "Waiting for a worker: next in the queue."),
        (Place(1, 1, 2), "Waiting for a worker: next in the queue, 2 at work."),
        (
            Place(3, 1200, 1),
            "Waiting for a worker: 3rd of 1,200 in the queue, 1 at work. People take turns.",
        ),
    ],
)
def test_a_waiting_submission_says_where_it_stands(place: Place, line: str) -> None:
    queued = make_submission(Status.QUEUED, Step.WAITING, (0, EventKind.SUBMITTED))
    assert make_progress(queued, SENT, place=place).line == line


def test_a_running_submission_says_what_is_left_once_that_can_be_told() -> None:
    # 25 of 100 took 10 seconds: 30 seconds for the rest.
    running = make_submission(Status.RUNNING, Step.RATE, (5, EventKind.STARTED), n_done=25)
    progress = make_progress(running, SENT + timedelta(seconds=15))
    assert progress.line == "Rating the reports."
    assert progress.time == "Submitted 15 s ago, about 30 s left."


def test_a_resumed_run_promises_no_time() -> None:
    started = ((5, EventKind.STARTED), (9, EventKind.STARTED))
    resumed = make_submission(Status.RUNNING, Step.PARSE, *started, n_done=25)
    assert "left" not in make_progress(resumed, SENT + timedelta(seconds=15)).time


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (Status.SCORED, EventKind.SCORED),
        (Status.FAILED, EventKind.FAILED),
        (Status.CANCELLED, EventKind.CANCELLED),
    ],
)
def test_an_ended_submission_says_when_it_ended_whenever_one_looks(
    status: Status, kind: EventKind
) -> None:
    ended = make_submission(status, Step.DONE, (5, EventKind.STARTED), (65, kind))
    progress = make_progress(ended, SENT + timedelta(days=3))
    assert (progress.line, progress.is_final) == ("1 min 5 s after it was submitted.", True)
    assert progress.ended is ended.events[-1]


def test_a_submission_put_back_into_the_queue_is_not_at_its_end() -> None:
    events = ((5, EventKind.STARTED), (9, EventKind.FAILED), (20, EventKind.REQUEUED))
    requeued = make_submission(Status.QUEUED, Step.WAITING, *events)
    progress = make_progress(requeued, SENT + timedelta(seconds=30))
    assert progress.ended is None
    assert not progress.is_final


def test_a_held_submission_says_why_and_since_when() -> None:
    held = make_submission(Status.HELD, Step.WAITING, (5, EventKind.STARTED), (9, EventKind.HELD))
    held.events[1].message, held.events[1].remedy = "The judge is away.", "Wait for the host."
    progress = make_progress(held, SENT + timedelta(days=1))
    assert progress.line == "The judge is away. Wait for the host."
    assert progress.time == "Held since 2026-01-31 12:00 UTC."
    assert not progress.is_final
