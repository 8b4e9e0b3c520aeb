"""The ratings of experts, and constructed ones, as a table: what calibration and agreement read."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Item
from leaderboard.models.expert import RatingChange
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Status, Submission

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])
RATING_COLUMNS = [
    "prediction_id",
    "item_id",
    "submission_id",
    "model_card_id",
    "rater_id",
    "rater_kind",
    "dimension",
    "value",
]


def read_state(session: Session, split_id: int) -> tuple[int, int, int]:
    """What changes whenever `read_expert_ratings` of a split would.

    How many, the newest, and the last change of any: a report that was taken back and finished
    again may have the row ids of before.
    """
    row = session.execute(
        _of_split(select(func.count(), func.coalesce(func.max(Rating.id), 0)), split_id)
    ).one()
    return row[0], row[1], session.scalar(select(func.max(RatingChange.id))) or 0


def read_expert_ratings(session: Session, split_id: int) -> pd.DataFrame:
    """A row for each rating of a split's reports by an expert or by construction.

    RATING_COLUMNS; rater_kind is "expert" or "constructed", value is on 1..5. Of every scored
    submission, also of those that stand no more; in the order of raters and predictions.
    """
    columns = (
        *(Rating.prediction_id, Prediction.item_id, Prediction.submission_id),
        *(Submission.model_card_id, Rating.rater_id, Rater.kind, Rating.dimension, Rating.value),
    )
    rows = session.execute(
        _of_split(select(*columns), split_id).order_by(
            Rating.rater_id, Prediction.submission_id, Item.position, Rating.id
        )
    ).all()
    # Kinds as plain text before pandas sees them.
    values = [(*row[:5], row[5].value, *row[6:]) for row in rows]
    return pd.DataFrame(values, columns=RATING_COLUMNS).astype({"value": float})


def read_rated(session: Session, split_id: int) -> dict[tuple[int, int], RaterKind]:
    """Whose rating each is, by prediction and rater: those of `read_expert_ratings`."""
    rows = session.execute(
        _of_split(select(Rating.prediction_id, Rating.rater_id, Rater.kind).distinct(), split_id)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def _of_split(query: Query, split_id: int) -> Query:
    """`query` from the ratings of a split's scored submissions that are not a judge's."""
    return (
        query.select_from(Rating)
        .join(Rater, Rater.id == Rating.rater_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(
            Submission.split_id == split_id,
            Submission.status == Status.SCORED,
            Rater.kind.in_([RaterKind.EXPERT, RaterKind.CONSTRUCTED]),
        )
    )
