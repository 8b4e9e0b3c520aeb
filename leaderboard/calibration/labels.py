"""The experts' side of a calibration: their mean for each target of each labelled report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from leaderboard.calibration.pairs import find_chosen, mean_labels
from leaderboard.calibration.ratings import read_expert_ratings
from leaderboard.items.targets import make_target_table
from leaderboard.late import pandas as pd
from leaderboard.models.calibration import Calibration
from leaderboard.models.campaign import CampaignCalibration
from leaderboard.models.expert import LabelDraw
from leaderboard.models.rating import RaterKind, Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.scoring.rubric import Rubric


class Labels(NamedTuple):
    """The experts' side of a split: their mean for each target, by prediction id.

    `table` has a row for each labelled prediction, a column for each target's key: the mean over
    `raters`, whose own tables are by rater id. `model_of` is the model card of each prediction.
    `kind` says whose ratings they are. `chosen` are reports that were not drawn at random: see
    `pairs.find_chosen`.
    """

    kind: RaterKind
    table: pd.DataFrame
    raters: Mapping[int, pd.DataFrame]
    model_of: Mapping[int, int]
    chosen: frozenset[int] = frozenset()


def read_labels(session: Session, split_id: int, rubric: Rubric) -> Labels | None:
    """The labels that calibrate a split now, of the kind that its calibrations were fitted to.

    None before the first were. Labels of another kind wait for a proposal to be opened.
    """
    kind = find_kind(session, split_id)
    return None if kind is None else read_labels_of(session, split_id, rubric, kind)


def find_kind(session: Session, split_id: int) -> RaterKind | None:
    """Whose ratings a split's current calibrations were fitted to; None without any."""
    return session.scalars(
        select(Calibration.label_kind)
        .where(Calibration.split_id == split_id, is_current())
        .order_by(Calibration.id.desc())
        .limit(1)
    ).first()


def is_current(campaign_id: int | None = None) -> ColumnElement[bool]:
    """The condition on Calibration for those that may be used: not those of an unopened campaign.

    Those of `campaign_id` itself may be, by what it computes.
    """
    proposed = select(CampaignCalibration.calibration_id)
    if campaign_id is not None:
        proposed = proposed.where(CampaignCalibration.campaign_id != campaign_id)
    return Calibration.id.not_in(proposed)


def count_labels(ratings: pd.DataFrame) -> dict[RaterKind, tuple[int, int]]:
    """How many reports of how many models have labels, by whose they are.

    ratings: as of `ratings.read_expert_ratings`.
    """
    return {
        RaterKind(str(kind)): (part["prediction_id"].nunique(), part["model_card_id"].nunique())
        for kind, part in ratings.groupby("rater_kind")
    }


def read_labels_of(
    session: Session, split_id: int, rubric: Rubric, kind: RaterKind
) -> Labels | None:
    """The labels of a split's reports by raters of a kind; None without any."""
    ratings = read_expert_ratings(session, split_id)
    own = ratings[ratings["rater_kind"] == kind]
    if not len(own):
        return None
    raters = {
        int(str(key)): make_target_table(part, rubric) for key, part in own.groupby("rater_id")
    }
    model_of = {
        int(prediction): int(model)
        for prediction, model in zip(own["prediction_id"], own["model_card_id"], strict=True)
    }
    pairs = {
        (int(prediction), int(rater))
        for prediction, rater in zip(own["prediction_id"], own["rater_id"], strict=True)
    }
    chosen = find_chosen(pairs, read_not_random(session, split_id))
    return Labels(kind, mean_labels(raters), raters, model_of, chosen)


def read_not_random(session: Session, split_id: int) -> frozenset[tuple[int, int]]:
    """The predictions of a split, with whose rater each, that were not drawn at random."""
    rows = session.execute(
        select(LabelDraw.prediction_id, LabelDraw.rater_id)
        .join(Prediction, Prediction.id == LabelDraw.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .where(Submission.split_id == split_id, ~LabelDraw.is_random)
    )
    return frozenset((row[0], row[1]) for row in rows)


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
