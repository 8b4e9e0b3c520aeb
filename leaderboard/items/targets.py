"""What is calibrated: the report score, each section and each dimension, from raw ratings."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import Slice, Track
from leaderboard.scoring.rubric import HIGHEST, LOWEST, Rubric
from leaderboard.scoring.statistics.agreement import RATINGS

REPORT_BOUNDS = (20.0, 100.0)
RATING_BOUNDS = (LOWEST, HIGHEST)


class Target(NamedTuple):
    """One number that a rater's ratings of a report give; named as its score is."""

    slice: Slice
    name: str

    @property
    def key(self) -> str:
        """Slice and name as one word, for columns."""
        return f"{self.slice}:{self.name}"

    @property
    def bounds(self) -> tuple[float, float]:
        """The ends of its scale."""
        return REPORT_BOUNDS if self.slice is Slice.TRACK else RATING_BOUNDS

    @property
    def categories(self) -> tuple[int, ...]:
        """The steps of its scale; a report score has none."""
        return () if self.slice is Slice.TRACK else RATINGS

    @property
    def points_per_rating(self) -> float:
        """How many of its points one point of a rating (1..5) is."""
        return REPORT_BOUNDS[1] / HIGHEST if self.slice is Slice.TRACK else 1.0


REPORT = Target(Slice.TRACK, Track.REPORT.value)


def list_targets(rubric: Rubric) -> list[Target]:
    """The report score, then each section with its dimensions, in the rubric's order."""
    targets = [REPORT]
    for section in rubric.sections:
        targets.append(Target(Slice.SECTION, section.key))
        targets += [Target(Slice.DIMENSION, d.key) for d in section.dimensions]
    return targets


def make_target_table(ratings: pd.DataFrame, rubric: Rubric) -> pd.DataFrame:
    """A row for each prediction (the index), a column for each target's key; NaN is unscored.

    ratings: columns prediction_id, dimension and value, of one rater. A section is the mean of
    its dimensions and the report 20 times the mean of its sections, 20..100, unscored where one
    of them is. With SpineBench's five sections that is 4 x their sum (arXiv 2510.03160).
    """
    wide = ratings.pivot(index="prediction_id", columns="dimension", values="value")
    columns: dict[str, pd.Series[float]] = {}
    sections = []
    for section in rubric.sections:
        own = wide.reindex(columns=[d.key for d in section.dimensions]).astype(float)
        sections.append(own.mean(axis="columns", skipna=False))
        columns[Target(Slice.SECTION, section.key).key] = sections[-1]
        columns |= {Target(Slice.DIMENSION, str(key)).key: own[key] for key in own.columns}
    if not sections:  # A benchmark without reports has no rubric.
        return pd.DataFrame({REPORT.key: pd.Series(np.nan, wide.index)})
    report = 20 * pd.concat(sections, axis="columns").mean(axis="columns", skipna=False)
    return pd.DataFrame({REPORT.key: report, **columns})


def make_rating_table(ratings: pd.DataFrame, rubric: Rubric) -> pd.DataFrame:
    """The target table of one rater's ratings, with the column item_id.

    ratings: columns prediction_id, dimension, value and item_id.
    """
    table = make_target_table(ratings, rubric)
    items = ratings.drop_duplicates("prediction_id").set_index("prediction_id")["item_id"]
    return table.assign(item_id=items.reindex(table.index).astype("int64"))
