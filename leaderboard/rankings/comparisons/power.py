"""The smallest difference that a benchmark can show between its ranked models, on each board."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from leaderboard.items.weights import is_about
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Board
from leaderboard.rankings.comparisons.values import Compared, Design, make_design, read_compared
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.releases import find_standing_split
from leaderboard.scoring.ranking import calibrated_differences, paired_variances
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.power import smallest_difference
from leaderboard.scoring.statistics.runs import Between


class BoardPower(NamedTuple):
    """What differences a board of `n` items can show with a power of 80 %, in points.

    Both are for two models whose paired variance, with what runs add to it, is the median over the
    pairs of the `n_models` ranked models: `pair` if only they are compared, `table` among all
    pairs, adjusted by Holm.
    """

    board: Board
    n: int
    n_models: int
    pair: float
    table: float


def read_power(session: Session, split: Split) -> list[BoardPower]:
    """The boards on which two models of the current ranking can be compared, in their order.

    None on a split whose models stand on a newer version: their values are those of its items.
    """
    if find_standing_split(session, split) is not split:
        return []
    table = read_ranking(session, split)
    if len(table.rows) < 2:
        return []
    compared = read_compared(session, table, table.rows)
    found = (_find_power(compared, board) for board in split.benchmark.boards)
    return [one for one in found if one is not None]


def find_smallest(
    values: NDArray[np.float64],
    design: Design,
    is_report: NDArray[np.bool_],
    reports: Sequence[CalibratedMean | None],
    influences: NDArray[np.float64],
    n_comparisons: int,
    runs: Sequence[Between] = (),
) -> float | None:
    """That of a pair: values (2, n). None where their report scores are on different scales.

    influences: (2, reports), as of `compare_calibrated_pairs`; `runs` is what the choice of runs
    adds to each of the two.
    """
    known = [report for report in reports if report is not None]
    if known and len(known) < len(reports):
        return None
    variances, freedoms = _find_variances(values, design, is_report, known, influences)
    variance, freedom = float(variances[0, 1]), float(freedoms[0, 1])
    return smallest_difference(variance, freedom, n_comparisons, runs)


def _find_power(compared: Compared, board: Board) -> BoardPower | None:
    compared = compared.count_for(board)
    columns = np.flatnonzero(is_about(board, compared.items))
    if not len(columns):
        return None
    values = compared.values[:, columns]
    is_report = (compared.items["track"].to_numpy() == Track.REPORT.value)[columns]
    present: NDArray[np.bool_] = np.asarray(np.isfinite(values).all(axis=1))
    if is_report.any():
        known = np.array([one is not None for one in compared.reports])
        present = np.logical_and(present, known if (present & known).sum() >= 2 else ~known)
    if present.sum() < 2:
        return None
    reports = [one for one, is_there in zip(compared.reports, present, strict=True) if is_there]
    calibrated = [one for one in reports if one is not None] if is_report.any() else []
    design = make_design(compared.items, columns, board)
    influences = compared.influences[present][:, columns][:, is_report]
    own = values[present]
    variances, freedoms = _find_variances(own, design, is_report, calibrated, influences)
    runs = [
        compared.find_between(int(place), columns, design.weights)
        for place in np.flatnonzero(present)
    ]
    return _summarise(board, len(columns), variances, freedoms, runs)


def _summarise(
    board: Board,
    n: int,
    variances: NDArray[np.float64],
    freedoms: NDArray[np.float64],
    runs: Sequence[Between],
) -> BoardPower | None:
    upper = np.triu_indices(len(variances), k=1)
    added = np.array([one.variance for one in runs])
    order = np.argsort((variances + added[:, None] + added[None, :])[upper])
    middle = order[len(order) // 2]
    of_pair = [runs[int(side[middle])] for side in upper]
    variance, freedom = float(variances[upper][middle]), float(freedoms[upper][middle])
    pair = smallest_difference(variance, freedom, 1, of_pair)
    table = smallest_difference(variance, freedom, len(order), of_pair)
    if pair is None or table is None:
        return None
    return BoardPower(board, n, len(variances), pair, table)


def _find_variances(
    values: NDArray[np.float64],
    design: Design,
    is_report: NDArray[np.bool_],
    calibrated: list[CalibratedMean],
    influences: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The variances and degrees of freedom of all pairs of models: (M, M) each."""
    strata, clusters, weights = design
    if calibrated:
        found = calibrated_differences(
            values, strata, clusters, is_report, calibrated, weights, influences
        )
        return found.variances, found.freedoms
    variances, freedom = paired_variances(values * weights, strata, clusters)
    return variances, np.full_like(variances, freedom)
