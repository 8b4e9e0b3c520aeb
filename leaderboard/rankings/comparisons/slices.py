"""Models on each slice of a split's items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leaderboard.items.slices import item_slices
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Metric, Slice
from leaderboard.rankings.comparisons.values import Compared, Places, make_design
from leaderboard.scoring.ranking import SIGNIFICANCE, holm
from leaderboard.scoring.statistics.paired import PairedDifference, paired_difference
from leaderboard.scoring.statistics.shrinkage import FEW_ITEMS


@dataclass(frozen=True)
class SliceComparison:
    """The models' means on a slice, and how the first differs from each of the others.

    `values`, `n_correct`, `differences` and `winners` follow the models; None where a model has
    not a value on every item of the slice, and in the first place of the last two. The values are
    plain means: differences of small slices are not shrunk. `n_correct` counts MCQ items alone, and
    not those of a model with several runs.
    A winner is the place of the better of the first model and this one, by Holm over all slices
    that make winners.
    """

    metric: Metric
    slice: Slice
    name: str
    n: int
    values: tuple[float | None, ...]
    n_correct: tuple[int | None, ...]
    differences: tuple[PairedDifference | None, ...]
    winners: tuple[int | None, ...]

    @property
    def makes_winners(self) -> bool:
        """Whether a model may be called better here: not on few items.

        Reports of a slice are judged, not calibrated, and so make no winner either.
        """
        return self.metric is Metric.ACCURACY and self.n >= FEW_ITEMS

    @property
    def is_compared(self) -> bool:
        """Whether any of the models has a difference from the first."""
        return any(one is not None for one in self.differences)


def compare_slices(compared: Compared) -> list[SliceComparison]:
    """Every slice of the MCQ items by accuracy, then of the reports by report score."""
    is_report = compared.items["track"] == Track.REPORT.value
    made = []
    for metric, part in (
        (Metric.ACCURACY, compared.items[~is_report]),
        (Metric.REPORT, compared.items[is_report]),
    ):
        for grouping in item_slices(part):
            for one in grouping:
                columns = compared.items.index.get_indexer(one.items.index)
                made.append(_compare_slice(compared, metric, one.slice, one.name, columns))
    return _settle(made)


def _compare_slice(
    compared: Compared, metric: Metric, slice_: Slice, name: str, columns: Places
) -> SliceComparison:
    values = compared.values[:, columns]
    strata, clusters, _ = make_design(compared.items, columns)
    runs = [
        compared.find_between(place, columns, np.ones(len(columns))) for place in range(len(values))
    ]
    known = [not np.isnan(row).any() for row in values]
    counts = metric is Metric.ACCURACY
    return SliceComparison(
        metric=metric,
        slice=slice_,
        name=name,
        n=len(columns),
        values=tuple(
            float(row.mean()) if has else None for row, has in zip(values, known, strict=True)
        ),
        n_correct=tuple(
            int((row == 100.0).sum()) if has and counts and not several else None
            for row, has, several in zip(values, known, compared.runs, strict=True)
        ),
        differences=(
            None,
            *(
                paired_difference(values[0], row, strata, clusters, (runs[0], own))
                if known[0] and has
                else None
                for row, has, own in zip(values[1:], known[1:], runs[1:], strict=True)
            ),
        ),
        winners=(None,) * len(values),
    )


def _settle(slices: Sequence[SliceComparison]) -> list[SliceComparison]:
    """The slices with their winners."""
    winners = [list(one.winners) for one in slices]
    for place in range(len(winners[0]) if winners else 0):
        tested = [
            (own, difference)
            for one, own in zip(slices, winners, strict=True)
            if one.makes_winners and (difference := one.differences[place])
        ]
        adjusted = holm(np.array([difference.p_value for _, difference in tested]))
        for (own, difference), p_value in zip(tested, adjusted, strict=True):
            if p_value < SIGNIFICANCE:
                own[place] = 0 if difference.value > 0 else place
    return [replace(one, winners=tuple(own)) for one, own in zip(slices, winners, strict=True)]
