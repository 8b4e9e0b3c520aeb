"""What a submission's readings and ratings come to: its items' values and all of its scores."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.calibration.means import CalibratedMeans
from leaderboard.evaluation.estimates import Scored, make_scores
from leaderboard.items.targets import REPORT, Target
from leaderboard.items.weights import select_deciding
from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import Track
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.calibration import CalibratedMean


class ScoredItems(NamedTuple):
    """The items with the columns value, outcome, precision and recall, and the scores.

    `means` are the calibrated means that the scores took, `influences` (N,) how far each item moves
    that of the reports: 0 where it moves none, None where there is no such mean.
    """

    items: pd.DataFrame
    scores: tuple[Scored, ...]
    means: dict[Target, CalibratedMean]
    influences: NDArray[np.float64] | None

    def count_outcomes(self) -> list[tuple[Track, str, int]]:
        """How many MCQ predictions of a track were read as what."""
        counts = self.items.groupby(["track", "outcome"], sort=False).size().reset_index(name="n")
        rows = counts.itertuples(index=False)
        return [(Track(track), outcome, int(n)) for track, outcome, n in rows]


def score_items(
    items: pd.DataFrame,
    readings: pd.DataFrame,
    ratings: pd.DataFrame,
    calibrated: CalibratedMeans,
    rubric: Rubric,
    tracks: list[Track],
) -> ScoredItems:
    """Score a submission that answered `tracks` of a split with these `items`.

    readings: item_id, value, outcome, precision and recall of each MCQ prediction; ratings: a
    target table by prediction id with item_id; calibrated: what calibrators make of these. Scores
    are made over the items that decide ranks.
    """
    items = items.merge(readings, on="item_id", how="left", validate="one_to_one")
    values = ratings[REPORT.key] if calibrated.values is None else calibrated.values
    reports = items["item_id"].map(dict(zip(ratings["item_id"], values, strict=True)))
    items["value"] = items["value"].where(items["track"] != Track.REPORT.value, reports)
    means = calibrated.means if _has_every_report(items, ratings) else {}
    scores = make_scores(select_deciding(items), ratings, rubric, tracks, means)
    influences = None
    if REPORT in means and calibrated.influences is not None:
        by_item = calibrated.influences.rename(index=ratings["item_id"].to_dict())
        influences = np.asarray(items["item_id"].map(by_item).fillna(0.0), dtype=np.float64)
    return ScoredItems(items, tuple(scores), means, influences)


def _has_every_report(items: pd.DataFrame, ratings: pd.DataFrame) -> bool:
    """Whether no report was withheld: a mean over the others is none of the track's."""
    reports = items.loc[items["track"] == Track.REPORT.value, "item_id"]
    return bool(reports.isin(ratings["item_id"]).all())
