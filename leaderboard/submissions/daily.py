"""How many submissions a person may send in a day, whatever becomes of them and for whatever split.

Quota counts what may teach the hidden answers and is given back; this counts work, so that sending
and cancelling cannot be repeated without end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import lock_row, now
from leaderboard.errors import QuotaUsed
from leaderboard.models.submission import Submission
from leaderboard.models.team import User
from leaderboard.submissions.quota import QuotaState

DAY = timedelta(hours=24)


class DailyCap(NamedTuple):
    """So many submissions of a person in 24 hours; 0 means no limit."""

    n: int


NO_CAP = DailyCap(0)


def read_daily_state(session: Session, user: User, cap: DailyCap) -> QuotaState | None:
    """How a person stands; None without a limit.

    A submission counts for 24 hours from when it was sent.
    """
    if not cap.n:
        return None
    sent_at = session.scalars(
        select(Submission.created_at)
        .where(Submission.user_id == user.id, Submission.created_at > now() - DAY)
        .order_by(Submission.created_at)
    ).all()
    next_at = sent_at[-cap.n] + DAY if len(sent_at) >= cap.n else None
    return QuotaState(cap.n, 1, len(sent_at), next_at)


def require_daily(session: Session, user: User, cap: DailyCap) -> None:
    """Let pass a person who may send another one, and keep their others waiting meanwhile.

    Raises QuotaUsed with the next allowed time.
    """
    if not cap.n:
        return
    lock_row(session, User.id, user.id)
    state = read_daily_state(session, user, cap)
    if state is not None and state.next_at is not None:
        raise QuotaUsed(
            f"You have sent {state.n_used} submissions in the last 24 hours; {cap.n} are allowed.",
            f"You can submit again from {state.next_at:%Y-%m-%d %H:%M} UTC. The dev split and what "
            "failed or was cancelled count too; dry runs do not.",
            state.next_at,
        )
