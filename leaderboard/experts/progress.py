"""How far each expert is, for the host."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.roles import EVERYWHERE, Reach
from leaderboard.experts.raters import read_pseudonyms
from leaderboard.models.benchmark import Item
from leaderboard.models.expert import ExpertRater, RatedReport, RatingAssignment
from leaderboard.models.role import GrantedRole, Role
from leaderboard.models.submission import Prediction
from leaderboard.models.team import User


class Progress(NamedTuple):
    """An expert: who, by which pseudonym (None before anything is assigned), and how far."""

    user: User
    pseudonym: str | None
    n_assigned: int
    n_finished: int


def read_progress(session: Session, reach: Reach = EVERYWHERE) -> list[Progress]:
    """The experts of the benchmarks in `reach`, in the order of their pseudonyms.

    What they are assigned elsewhere does not count.
    """
    assigned = _count(session, reach, with_ratings=False)
    finished = _count(session, reach, with_ratings=True)
    is_expert = select(GrantedRole.user_id).where(
        GrantedRole.role == Role.EXPERT, reach.names(GrantedRole.benchmark)
    )
    rows = session.execute(
        select(User, ExpertRater.rater_id)
        .outerjoin(ExpertRater, ExpertRater.user_id == User.id)
        .where(User.id.in_(is_expert))
        .order_by(ExpertRater.rater_id.is_(None), ExpertRater.rater_id, User.id)
    ).all()
    names = read_pseudonyms(session)
    return [
        Progress(user, names.get(rater_id), assigned.get(rater_id, 0), finished.get(rater_id, 0))
        for user, rater_id in rows
    ]


def _count(session: Session, reach: Reach, *, with_ratings: bool) -> dict[int, int]:
    """Assigned reports of each rater, or those of them that are finished."""
    query = (
        select(RatingAssignment.rater_id, func.count())
        .join(Prediction, Prediction.id == RatingAssignment.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(reach.holds(Item.split_id))
        .group_by(RatingAssignment.rater_id)
    )
    if with_ratings:
        query = query.join(
            RatedReport,
            (RatedReport.rater_id == RatingAssignment.rater_id)
            & (RatedReport.prediction_id == RatingAssignment.prediction_id),
        )
    return {row[0]: row[1] for row in session.execute(query)}
