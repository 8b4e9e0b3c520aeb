"""The ratings of experts, and constructed ones, as tables: what calibration and agreement read."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.evaluation.targets import make_target_table
from leaderboard.models.benchmark import Item
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Status, Submission
from leaderboard.scoring.rubric import Rubric

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
PAIR_COLUMNS = ["rater_kind", "rater_id", "other_id", "prediction_id", "target", "value", "other"]


def read_expert_ratings(session: Session, split_id: int) -> pd.DataFrame:
    """A row for each rating of a split's reports by an expert or by construction.

    RATING_COLUMNS; rater_kind is "expert" or "constructed", value is on 1..5. Of every scored
    submission, also of those that stand no more; in the order of raters and predictions.
    """
    rows = session.execute(
        select(
            Rating.prediction_id,
            Prediction.item_id,
            Prediction.submission_id,
            Submission.model_card_id,
            Rating.rater_id,
            Rater.kind,
            Rating.dimension,
            Rating.value,
        )
        .join(Rater, Rater.id == Rating.rater_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(
            Submission.split_id == split_id,
            Submission.status == Status.SCORED,
            Rater.kind.in_([RaterKind.EXPERT, RaterKind.CONSTRUCTED]),
        )
        .order_by(Rating.rater_id, Prediction.submission_id, Item.position, Rating.id)
    ).all()
    # Kinds as plain text before pandas sees them.
    values = [(*row[:5], row[5].value, *row[6:]) for row in rows]
    return pd.DataFrame(values, columns=RATING_COLUMNS).astype({"value": float})


def pair_ratings(ratings: pd.DataFrame, rubric: Rubric) -> pd.DataFrame:
    """What every two raters of one kind say of the same reports, side by side.

    `ratings` is as `read_expert_ratings` gives it. PAIR_COLUMNS: target is a key of
    `evaluation.targets` (report score, sections, dimensions), `value` is that of `rater_id`,
    `other` that of `other_id`, the later of the two. What one of them left unrated has no row.
    """
    tables: dict[tuple[str, int], pd.DataFrame] = {}
    for (kind, rater_id), own in ratings.groupby(["rater_kind", "rater_id"]):
        wide = make_target_table(own, rubric).reset_index()
        long = wide.melt(id_vars="prediction_id", var_name="target", value_name="value")
        tables[str(kind), int(str(rater_id))] = long.dropna()
    pairs = [pd.DataFrame(columns=PAIR_COLUMNS)]
    for (kind, first), (other_kind, second) in combinations(tables, 2):
        if kind == other_kind:
            both = tables[kind, first].merge(
                tables[other_kind, second].rename(columns={"value": "other"}),
                on=["prediction_id", "target"],
                validate="one_to_one",
            )
            both = both.assign(rater_kind=kind, rater_id=first, other_id=second)
            pairs.append(both[PAIR_COLUMNS])
    return pd.concat(pairs[1:], ignore_index=True) if len(pairs) > 1 else pairs[0]
