"""Models that stand apart: their teams say that they were trained on the questions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.models.ranking import RankedSubmission, Ranking
from leaderboard.models.release import ApartSplit, Release
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.queue import RANK, Nudge


def sets_apart(session: Session, split_id: int) -> bool:
    """Whether the host has such models stand apart on a split."""
    return session.get(ApartSplit, split_id) is not None


def find_apart(session: Session, split_id: int, keys: Sequence[str]) -> frozenset[str]:
    """Those of the submissions `keys` to a split that get no rank for that reason."""
    if not sets_apart(session, split_id):
        return frozenset()
    cards = session.scalars(
        select(Submission)
        .join(ModelCard)
        .where(Submission.id.in_(keys), ModelCard.trained_on_split == "yes")
    )
    return frozenset(one.id for one in cards)


def nudge_rankings(session: Session, card: ModelCard) -> list[Nudge[int]]:
    """Have the splits ranked again whose ranking may change by what `card` says of its training."""
    splits = session.scalars(
        select(ApartSplit.split_id)
        .join(Release, Release.split_id == ApartSplit.split_id)
        .join(Ranking, Ranking.release_id == Release.id)
        .join(RankedSubmission, RankedSubmission.ranking_id == Ranking.id)
        .join(Submission, Submission.id == RankedSubmission.submission_id)
        .where(Submission.model_card_id == card.id)
        .distinct()
        .order_by(ApartSplit.split_id)
    )
    return [Nudge(RANK, split_id) for split_id in splits]
