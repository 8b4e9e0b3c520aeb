"""Who works on a submission: its lease, and the words that its team reads when that changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from leaderboard.errors import Conflict
from leaderboard.evaluation.outage import find_outage
from leaderboard.evaluation.silence import forget_unanswered
from leaderboard.leases import (
    Claim,
    LeasedTable,
    claim_row,
    end,
    make_phase,
    make_run_id,
    nudge,
    renew,
    requeue,
)
from leaderboard.models.endpoint import EndpointRun
from leaderboard.models.submission import EventKind, Status, Step, Submission
from leaderboard.queue import EVALUATE, RUN_ENDPOINT, Job, Nudge
from leaderboard.submissions.events import add_event
from leaderboard.submissions.quota import give_back

POSTPONED_TOO = timedelta(days=-1)
"""How long rows have waited at least: even those that are to wait for hours yet."""
TELL_HOST = "Tell the host this submission's number."
"""What a team can do where a problem is on our side."""


def _note_requeued(session: Session, submission_id: str, reason: str) -> None:
    add_event(session, submission_id, EventKind.REQUEUED, reason)


def _note_failed(session: Session, submission_id: str, reason: str) -> None:
    give_back(session, submission_id, "Failed.")
    add_event(session, submission_id, EventKind.FAILED, reason, TELL_HOST)


def _choose_job(session: Session, submission_id: str) -> Job:
    return EVALUATE if session.get(EndpointRun, submission_id) is None else RUN_ENDPOINT


SUBMISSIONS = LeasedTable[str](
    job=EVALUATE,
    choose_job=_choose_job,
    key=Submission.id,
    order=Submission.created_at,
    waiting=make_phase(Submission.status, Status.QUEUED, step=Step.WAITING),
    held=make_phase(Submission.status, Status.RUNNING),
    failed=make_phase(Submission.status, Status.FAILED, step=Step.DONE),
    fence=Submission.run_id,
    make_fence=make_run_id,
    heartbeat=Submission.heartbeat_at,
    attempts=Submission.n_attempts,
    on_requeued=_note_requeued,
    on_failed=_note_failed,
)


def claim_submission(session: Session, submission_id: str) -> Claim[str] | None:
    """Claim a queued submission and tell its team; None if it is not queued (any more).

    A team that was told to wait for a judge does not hear of each time that it is asked again.
    """
    made = claim_row(session, SUBMISSIONS, submission_id)
    if made is not None and find_outage(session, submission_id) is None:
        n = made.n_attempts
        again = "" if n == 1 else f" (attempt {n}; what was done before is kept)"
        add_event(session, submission_id, EventKind.STARTED, f"A worker has started{again}.")
    return made


def advance(session: Session, claim: Claim[Any], step: Step, n_done: int) -> None:
    """Renew the claim with `n_done` more predictions done at `step`.

    A claim on anything else, such as a submission's part in a campaign, is just renewed: its row
    counts nothing.
    """
    if claim.table is SUBMISSIONS:
        renew(session, claim, step=step, n_done=Submission.n_done + n_done)
    else:
        renew(session, claim)


def end_claim(
    session: Session,
    claim: Claim[str],
    status: Status,
    kind: EventKind,
    message: str,
    remedy: str = "",
) -> None:
    """Give the row up as `status` with an event that says why."""
    step = Step.WAITING if status in (Status.QUEUED, Status.HELD) else Step.DONE
    end(session, claim, status=status, step=step)
    if status is Status.FAILED:
        give_back(session, claim.key, "Failed.")
    add_event(session, claim.key, kind, message, remedy)


def requeue_submission(session: Session, submission_id: str) -> Nudge[str]:
    """Put a failed or held submission back into the queue; Conflict if it is neither.

    Returns what to enqueue after the caller's commit. An endpoint is asked again for what it gave
    no prediction for. Other submissions are left alone: those that wait for a judge do so until
    their time.
    """
    given_up = Submission.status.in_([Status.FAILED, Status.HELD])
    if not requeue(session, SUBMISSIONS, submission_id, given_up):
        raise Conflict(
            f"There is no failed or held submission {submission_id!r}.",
            "Only a failed or held submission can be requeued.",
        )
    forget_unanswered(session, submission_id)
    add_event(session, submission_id, EventKind.REQUEUED, "Requeued by the host.")
    return SUBMISSIONS.make_nudge(session, submission_id)


def requeue_held(session: Session, which: ColumnElement[bool] | None = None) -> list[Nudge[str]]:
    """Put every held submission back into the queue, and wake those that wait for a judge.

    `which` is a condition on the submissions that it is about; by default it is about all.
    Returns what to enqueue after the caller's commit: the held ones and, behind them, all others
    that wait, each oldest first.
    """
    which = true() if which is None else which
    held = select(Submission.id).where(Submission.status == Status.HELD, which)
    keys = list(session.scalars(held.order_by(Submission.created_at)))
    nudges = [requeue_submission(session, key) for key in keys]
    waiting = nudge(session, SUBMISSIONS, POSTPONED_TOO, which)
    return nudges + [one for one in waiting if one not in nudges]
