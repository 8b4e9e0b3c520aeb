"""The value of every item of a split for one submission, as one table."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.models.benchmark import Item
from leaderboard.models.rating import Rating
from leaderboard.models.submission import ParsedPrediction, Prediction, Submission
from leaderboard.scoring.rubric import Rubric, report_score

UNSCORED = float("nan")


def read_items(session: Session, split_id: int) -> pd.DataFrame:
    """A row for each item of the split, in its order.

    Columns item_id, track, subcondition, axis, modality, multiple and cluster (a number for
    each case).
    """
    rows = session.execute(
        select(
            Item.id,
            Item.track,
            Item.subcondition,
            Item.axis,
            Item.modality,
            Item.multiple,
            Item.case_key,
        )
        .where(Item.split_id == split_id)
        .order_by(Item.position)
    ).all()
    columns = ["item_id", "track", "subcondition", "axis", "modality", "multiple", "case"]
    table = [(item_id, track.value, *others) for item_id, track, *others in rows]
    items = pd.DataFrame(table, columns=columns)
    items["cluster"] = pd.factorize(items.pop("case"))[0]
    return items


def add_mcq_values(session: Session, submission: Submission, items: pd.DataFrame) -> pd.DataFrame:
    """`items` with columns value (0 or 100), outcome, precision and recall of MCQ predictions."""
    rows = session.execute(
        select(
            Prediction.item_id,
            ParsedPrediction.is_correct,
            ParsedPrediction.outcome,
            ParsedPrediction.precision,
            ParsedPrediction.recall,
        )
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(Prediction.submission_id == submission.id)
    ).all()
    columns = ["item_id", "value", "outcome", "precision", "recall"]
    parsed = pd.DataFrame([tuple(row) for row in rows], columns=columns)
    for column in ("value", "precision", "recall"):
        parsed[column] = parsed[column].astype(float)
    parsed["value"] *= 100.0
    return items.merge(parsed, on="item_id", how="left", validate="one_to_one")


def read_ratings(
    session: Session, submission: Submission, rater_id: int, rubric: Rubric
) -> pd.DataFrame:
    """A row for each rated report: item_id, a column for each dimension (1..5), and value.

    value is the report score on 20..100; NaN where a dimension is unscored.
    """
    dimensions = [d.key for section in rubric.sections for d in section.dimensions]
    rows = session.execute(
        select(Prediction.item_id, Rating.dimension, Rating.value)
        .join(Rating, Rating.prediction_id == Prediction.id)
        .where(Prediction.submission_id == submission.id, Rating.rater_id == rater_id)
    ).all()
    by_item: dict[int, dict[str, float | None]] = {}
    for item_id, dimension, value in rows:
        by_item.setdefault(item_id, {})[dimension] = value
    table = []
    for item_id, ratings in by_item.items():
        score = report_score(ratings, rubric)
        values = [ratings.get(dimension) for dimension in dimensions]
        table.append([item_id, *values, UNSCORED if score is None else score])
    frame = pd.DataFrame(table, columns=["item_id", *dimensions, "value"])
    return frame.astype(dict.fromkeys([*dimensions, "value"], float))


def pack_values(values: NDArray[np.float64]) -> bytes:
    """(N,) values of a split's items as little-endian float32."""
    return values.astype("<f4").tobytes()


def unpack_values(content: bytes) -> NDArray[np.float64]:
    """What `pack_values` packed."""
    return np.frombuffer(content, dtype="<f4").astype(np.float64)
