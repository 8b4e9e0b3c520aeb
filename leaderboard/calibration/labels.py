"""The experts' side of a calibration: their mean for each target of each labelled report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.ratings import read_expert_ratings
from leaderboard.items.targets import Target, make_target_table
from leaderboard.models.rating import RaterKind, Rating
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.calibration_fit import Pairs


class Labels(NamedTuple):
    """The experts' side of a split: their mean for each target, by prediction id.

    `table` has a row for each labelled prediction, a column for each target's key: the mean over
    `raters`, whose own tables are by rater id. `model_of` is the model card of each prediction.
    `kind` says whose ratings they are.
    """

    kind: RaterKind
    table: pd.DataFrame
    raters: Mapping[int, pd.DataFrame]
    model_of: Mapping[int, int]


def read_labels(session: Session, split_id: int, rubric: Rubric) -> Labels | None:
    """The labels of a split's reports: of experts if there are any, else constructed ones."""
    ratings = read_expert_ratings(session, split_id)
    for kind in (RaterKind.EXPERT, RaterKind.CONSTRUCTED):
        own = ratings[ratings["rater_kind"] == kind]
        if len(own):
            raters = {
                int(str(key)): make_target_table(part, rubric)
                for key, part in own.groupby("rater_id")
            }
            mean = pd.concat(list(raters.values())).groupby(level=0).mean()
            model_of = {
                int(prediction): int(model)
                for prediction, model in zip(
                    own["prediction_id"], own["model_card_id"], strict=True
                )
            }
            return Labels(kind, mean, raters, model_of)
    return None


def read_target_scores(
    session: Session, rater_id: int, predictions: list[int], rubric: Rubric
) -> pd.DataFrame:
    """The target table of a judge's ratings of `predictions`."""
    rows = session.execute(
        select(Rating.prediction_id, Rating.dimension, Rating.value).where(
            Rating.rater_id == rater_id, Rating.prediction_id.in_(predictions)
        )
    ).all()
    columns = ["prediction_id", "dimension", "value"]
    return make_target_table(pd.DataFrame([tuple(row) for row in rows], columns=columns), rubric)


def pair_models(labels: Labels, scores: pd.DataFrame, target: Target) -> dict[str, Pairs]:
    """Each model's reports with both a label and a score, by model card id."""
    both = pd.DataFrame({"label": labels.table[target.key], "score": scores[target.key]}).dropna()
    model = both.index.map(labels.model_of)
    return {
        str(key): Pairs(
            np.asarray(part["score"], dtype=np.float64), np.asarray(part["label"], dtype=np.float64)
        )
        for key, part in both.groupby(model)
    }
