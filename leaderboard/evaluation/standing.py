"""Which submission stands for each model of a split, and what it is ranked by."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from leaderboard.disclosure import is_public
from leaderboard.evaluation.places import RankedBy
from leaderboard.items.values import unpack_values
from leaderboard.models.publication import Policy, Publication
from leaderboard.models.ranking import ItemValues
from leaderboard.models.submission import Submission
from leaderboard.rankings.provenance import read_report_means


def choose_standing(session: Session, split_id: int) -> list[str]:
    """The id of each model's latest public submission.

    The latest is the one that a release made public last, whenever it was sent.
    """
    by_release = Publication.policy == Policy.RELEASE
    since = case((by_release, Publication.published_at), else_=Submission.created_at)
    rows = session.execute(
        select(Submission.id, Submission.model_card_id)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .outerjoin(Publication, Publication.submission_id == Submission.id)
        .where(Submission.split_id == split_id, is_public())
        .order_by(since, Submission.created_at, Submission.id)
    ).all()
    return list({model_card_id: key for key, model_card_id in rows}.values())


def read_ranked_by(session: Session, keys: Collection[str]) -> dict[str, RankedBy]:
    """What the submissions of these ids are ranked by, as they are scored now."""
    reports = read_report_means(session, list(keys))
    rows = session.execute(
        select(ItemValues.submission_id, ItemValues.content).where(
            ItemValues.submission_id.in_(keys)
        )
    )
    values = {key: unpack_values(content) for key, content in rows}
    return {key: RankedBy(values[key], reports.get(key)) for key in keys}
