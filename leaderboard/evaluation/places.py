"""Where submissions stand on each board, by the values of their items."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.items.runs import Runs, count_for
from leaderboard.items.weights import is_about, select_deciding, stratify, weigh_board
from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import DEFAULT_BOARDS, Board, Track
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.ranking import (
    compare_pairs,
    find_better,
    find_better_by_reports,
    is_anchored,
    rank_ranges,
    separable_from_leader,
    set_loose,
)
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.influence import stack_influences
from leaderboard.scoring.statistics.runs import NO_RUNS, Between, make_pair_errors


class Place(NamedTuple):
    """Where a submission stands on a board."""

    rank: RankRange
    is_separable: bool


class RankedBy(NamedTuple):
    """What a model is ranked by: (N,) values of its split's items, its calibrated reports.

    `influences` (N,) say how far each item moves that calibrated score, None where it is not known.
    Where it stands by several runs, the values are their means, and `runs` has a block (R, N) for
    each set of them, NaN but on its tracks.
    """

    values: NDArray[np.float64]
    reports: CalibratedMean | None
    influences: NDArray[np.float64] | None = None
    runs: tuple[NDArray[np.float64], ...] = ()


def without_tracks(one: RankedBy, items: pd.DataFrame, tracks: Collection[Track]) -> RankedBy:
    """`one` as if it had not answered `tracks`; `items` are those of its split."""
    taken = items["track"].isin([track.value for track in tracks]).to_numpy()
    values = np.where(taken, np.nan, one.values)
    runs = tuple(np.where(taken, np.nan, block) for block in one.runs)
    if Track.REPORT in tracks:
        return RankedBy(values, None, runs=runs)
    return one._replace(values=values, runs=runs)


def without_decision(one: RankedBy) -> RankedBy:
    """`one` as a judge's scores count that may decide no rank: like transported ones."""
    reports = one.reports
    return one if reports is None else one._replace(reports=set_loose(reports))


def place_all(
    standing: Mapping[str, RankedBy],
    items: pd.DataFrame,
    boards: Iterable[Board] = DEFAULT_BOARDS,
) -> dict[Board, dict[str, Place]]:
    """Where submissions stand on each of `boards`, by their id; `items` are those of their split.

    Only the items that decide ranks count. A submission without a value on every one of them that
    a board is about has no place there; nor has one whose report score is not anchored to labels of
    its own reports on a board that judges alone decide.
    """
    decides = items["decides"].to_numpy()
    deciding = select_deciding(items)
    own = {
        key: RankedBy(
            one.values[decides],
            one.reports,
            None if one.influences is None else one.influences[decides],
            tuple(block[:, decides] for block in one.runs),
        )
        for key, one in standing.items()
    }
    return {board: _place(board, own, deciding) for board in boards}


def find_errors(
    runs: Sequence[Sequence[NDArray[np.float64]]],
    items: pd.DataFrame,
    weights: NDArray[np.float64],
) -> list[Between]:
    """What the choice of runs adds to each model's mean over `items`: of blocks (R, n) of these.

    weights: (n,), with a mean of 1.
    """
    if not any(runs):
        return [NO_RUNS] * len(runs)
    shares = weights / max(1, len(items))
    return [Runs(items, blocks).find_between(shares) for blocks in runs]


def _place(board: Board, standing: Mapping[str, RankedBy], items: pd.DataFrame) -> dict[str, Place]:
    columns = is_about(board, items)
    counted = {key: count_for(board, one.values, one.runs, items) for key, one in standing.items()}
    values = {key: of_items[columns] for key, (of_items, _) in counted.items()}
    complete = {
        key: row
        for key, row in values.items()
        if len(row)
        and not np.isnan(row).any()
        and (not board.is_judged or is_anchored(standing[key].reports))
    }
    if not complete:
        return {}
    stacked, part = np.stack(list(complete.values())), items[columns]
    strata = stratify(part, board)
    clusters = part["cluster"].to_numpy().astype(np.int64)
    is_report = (part["track"] == Track.REPORT.value).to_numpy()
    weights = weigh_board(part, board)
    of_runs = [[block[:, columns] for block in counted[key][1]] for key in complete]
    errors = make_pair_errors(find_errors(of_runs, part, weights))
    if is_report.any():
        calibrated = [standing[key].reports for key in complete]
        influences = stack_influences([standing[key].influences for key in complete], len(items))[
            :, columns & (items["track"] == Track.REPORT.value).to_numpy()
        ]
        better, differences = find_better_by_reports(
            stacked, strata, clusters, is_report, calibrated, weights, errors, influences=influences
        )
    else:
        tests = compare_pairs(stacked * weights, strata, clusters, errors, decides_only=True)
        better, differences = find_better(tests), tests.differences
    separable = separable_from_leader(better, differences)
    return dict(zip(complete, map(Place, rank_ranges(better), separable), strict=True))
