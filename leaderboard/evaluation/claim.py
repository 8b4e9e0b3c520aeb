"""Who works on a submission: a claim in its row, renewed with every write, lost when it goes."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import ClaimLost, Conflict
from leaderboard.models.endpoint import FailedItem
from leaderboard.models.submission import EventKind, Status, Step, Submission
from leaderboard.submissions.events import add_event
from leaderboard.submissions.quota import give_back


class Claim(NamedTuple):
    """The right of one run to write results of one submission."""

    submission_id: str
    run_id: str
    n_attempts: int


def find_claim(session: Session, submission_id: str) -> Claim | None:
    """Claim a queued submission; None if it is not queued (any more)."""
    run_id = secrets.token_hex(16)
    row = session.execute(
        update(Submission)
        .where(Submission.id == submission_id, Submission.status == Status.QUEUED)
        .values(
            status=Status.RUNNING,
            run_id=run_id,
            n_attempts=Submission.n_attempts + 1,
            heartbeat_at=now(),
        )
        .returning(Submission.n_attempts)
    ).scalar_one_or_none()
    if row is None:
        return None
    again = "" if row == 1 else f" (attempt {row}; what was done before is kept)"
    add_event(session, submission_id, EventKind.STARTED, f"A worker took it up{again}.")
    return Claim(submission_id, run_id, row)


def renew(session: Session, claim: Claim, **values: Any) -> None:
    """Beat the heart and set `values` of the row, first in every transaction of a run.

    The row stays locked until the transaction ends, so what else it writes is fenced too.
    Raises ClaimLost if the submission was cancelled or went to another run.
    """
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Submission)
        .where(
            Submission.id == claim.submission_id,
            Submission.run_id == claim.run_id,
            Submission.status == Status.RUNNING,
        )
        .values(heartbeat_at=now(), **values)
    )
    if done.rowcount == 0:
        raise ClaimLost(claim.submission_id)


def advance(session: Session, claim: Claim, step: Step, n_done: int) -> None:
    """Renew the claim with `n_done` more predictions done at `step`."""
    renew(session, claim, step=step, n_done=Submission.n_done + n_done)


def end_claim(
    session: Session, claim: Claim, status: Status, kind: EventKind, message: str, remedy: str = ""
) -> None:
    """Give the row up as `status` with an event that says why."""
    step = Step.WAITING if status in (Status.QUEUED, Status.HELD) else Step.DONE
    renew(session, claim, status=status, step=step, run_id=None)
    if status is Status.FAILED:
        give_back(session, claim.submission_id, "Failed.")
    add_event(session, claim.submission_id, kind, message, remedy)


def requeue_stale(session: Session, lease: timedelta, max_attempts: int) -> None:
    """Take running rows without a heartbeat for `lease` back into the queue.

    After `max_attempts` a row fails instead, with a reason.
    """
    stale = (Submission.status == Status.RUNNING) & (Submission.heartbeat_at < now() - lease)
    for values, kind, message, condition in (
        (
            {"status": Status.QUEUED, "step": Step.WAITING},
            EventKind.REQUEUED,
            "The worker stopped answering; another one will take it up.",
            Submission.n_attempts < max_attempts,
        ),
        (
            {"status": Status.FAILED, "step": Step.DONE},
            EventKind.FAILED,
            f"No worker could finish it in {max_attempts} attempts.",
            Submission.n_attempts >= max_attempts,
        ),
    ):
        moved = session.scalars(
            update(Submission)
            .where(stale, condition)
            .values(run_id=None, **values)
            .returning(Submission.id)
        ).all()
        remedy = "Tell the host the number of this submission." if kind is EventKind.FAILED else ""
        for submission_id in moved:
            if kind is EventKind.FAILED:
                give_back(session, submission_id, "Failed.")
            add_event(session, submission_id, kind, message, remedy)


def nudge_waiting(session: Session, waited: timedelta) -> list[str]:
    """Ids of queued submissions that nobody took for `waited`, to enqueue again (oldest first).

    Their heartbeat is renewed, so each is nudged once in that time.
    """
    moment: datetime = now()
    rows = session.execute(
        update(Submission)
        .where(Submission.status == Status.QUEUED, Submission.heartbeat_at < moment - waited)
        .values(heartbeat_at=moment)
        .returning(Submission.id, Submission.created_at)
    ).all()
    return [submission_id for submission_id, _ in sorted(rows, key=lambda row: row[1])]


def requeue_submission(session: Session, submission_id: str) -> None:
    """Put a failed or held submission back into the queue; Conflict if it is neither."""
    moved: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(Submission)
        .where(
            Submission.id == submission_id,
            Submission.status.in_([Status.FAILED, Status.HELD]),
        )
        .values(status=Status.QUEUED, step=Step.WAITING, n_attempts=0, heartbeat_at=now())
    )
    if moved.rowcount == 0:
        raise Conflict(
            f"There is no failed or held submission {submission_id!r}.",
            "Only one of these can go again.",
        )
    # What an endpoint gave no prediction for is asked again.
    session.execute(delete(FailedItem).where(FailedItem.submission_id == submission_id))
    add_event(session, submission_id, EventKind.REQUEUED, "Put back into the queue by the host.")
