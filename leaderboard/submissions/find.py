"""Find submissions: a team sees its own, and those of nobody else."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from leaderboard.errors import NotFound
from leaderboard.models.submission import Submission
from leaderboard.models.team import Membership, ModelCard, User


def read_own(session: Session, user: User, limit: int) -> list[Submission]:
    """The newest `limit` submissions of the user's teams."""
    return list(session.scalars(_own(user).order_by(Submission.created_at.desc()).limit(limit)))


def get_own(session: Session, user: User, key: str) -> Submission:
    """A submission of a team of the user. Raises NotFound, also for those of others."""
    found = session.scalar(_own(user).where(Submission.id == key))
    if found is None:
        raise NotFound(
            "Your teams have no such submission.", "Your account page links to your submissions."
        )
    return found


def _own(user: User) -> Select[Submission]:
    return (
        select(Submission)
        .join(ModelCard)
        .join(Membership, Membership.team_id == ModelCard.team_id)
        .where(Membership.user_id == user.id)
    )
