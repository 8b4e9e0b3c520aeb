"""How far each expert is, for the host."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.belonging import read_teams_of
from leaderboard.accounts.roles import EVERYWHERE, Reach
from leaderboard.experts.raters import read_pseudonyms
from leaderboard.models.benchmark import Benchmark, Item, Split
from leaderboard.models.expert import (
    ExpertRater,
    RatedReport,
    RatingAssignment,
    SeenReferences,
)
from leaderboard.models.role import GrantedRole, Role
from leaderboard.models.submission import Prediction
from leaderboard.models.team import Team, User


class Progress(NamedTuple):
    """An expert: who, by which pseudonym (None before anything is assigned), and how far.

    `teams` are those that they belong to or ever did, `seen` the splits whose references they saw.
    """

    user: User
    pseudonym: str | None
    n_assigned: int
    n_finished: int
    teams: Sequence[str] = ()
    seen: Sequence[str] = ()


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
    teams, seen = _read_teams(session, [user.id for user, _ in rows]), _read_seen(session, reach)
    return [
        Progress(
            user,
            names.get(rater_id),
            assigned.get(rater_id, 0),
            finished.get(rater_id, 0),
            teams[user.id],
            seen.get(rater_id, []),
        )
        for user, rater_id in rows
    ]


def _read_teams(session: Session, user_ids: Sequence[int]) -> dict[int, list[str]]:
    own = read_teams_of(session, user_ids)
    names = {row[0]: row[1] for row in session.execute(select(Team.id, Team.name))}
    return {user_id: sorted(names[one] for one in own[user_id]) for user_id in user_ids}


def _read_seen(session: Session, reach: Reach) -> dict[int, list[str]]:
    rows = session.execute(
        select(SeenReferences.rater_id, Benchmark.slug, Benchmark.version, Split.name)
        .join(Split, Split.id == SeenReferences.split_id)
        .join(Benchmark, Benchmark.id == Split.benchmark_id)
        .where(reach.holds(Split.id))
        .order_by(SeenReferences.seen_at, Split.id)
    )
    found: dict[int, list[str]] = {}
    for rater_id, *words in rows:
        found.setdefault(rater_id, []).append(" ".join(words))
    return found


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
