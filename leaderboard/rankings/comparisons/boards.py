"""Pairs of models on a board, by the tests of its ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from leaderboard.items.weights import is_about
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board
from leaderboard.rankings.comparisons.power import find_smallest
from leaderboard.rankings.comparisons.values import Compared, Design, make_design
from leaderboard.scoring.ranking import (
    calibrated_differences,
    compare_calibrated_pairs,
    compare_pairs,
    find_better,
    find_better_by_reports,
    holm,
)
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.paired import (
    PairedDifference,
    count_discordant,
    make_difference,
    mcnemar_mid_p,
    paired_difference,
)
from leaderboard.scoring.statistics.runs import Between, make_pair_errors


@dataclass(frozen=True)
class PairComparison:
    """Two models (places in the comparison) on one board.

    `adjusted_p` is Holm's over the pairs compared here. `winner` is the place of the model that
    is significantly better by it, None where undecided. `n_first_only` MCQ items
    only the first had right, `n_second_only` the second; `mid_p` is McNemar's. These three are
    None on boards with reports or rewards and of means of several runs. Without `same_scale` one
    report score is calibrated and the other is not, and the difference is unknown. `smallest` is
    the difference that these items would show with a power of 80 %, adjusted for the pairs
    compared, None where it is unknown.
    """

    first: int
    second: int
    difference: PairedDifference
    adjusted_p: float
    winner: int | None
    n_first_only: int | None
    n_second_only: int | None
    mid_p: float | None
    same_scale: bool
    smallest: float | None


@dataclass(frozen=True)
class BoardComparison:
    """All pairs on a board, of the models that have a value on every item of it."""

    board: Board
    n: int
    pairs: tuple[PairComparison, ...]


def compare_board(compared: Compared, board: Board) -> BoardComparison:
    """All pairs on `board` by the tests of its ranking; no pair where fewer than two are there."""
    compared = compared.count_for(board)
    columns = np.flatnonzero(is_about(board, compared.items))
    values = compared.values[:, columns]
    present = [place for place, row in enumerate(values) if not np.isnan(row).any()]
    if not len(columns) or len(present) < 2:
        return BoardComparison(board, len(columns), ())
    design = make_design(compared.items, columns, board)
    strata, clusters, weights = design
    is_report = (compared.items["track"].to_numpy() == Track.REPORT.value)[columns]
    reports = [compared.reports[place] if is_report.any() else None for place in present]
    values = values[present]
    influences = compared.influences[present][:, columns][:, is_report]
    runs = [compared.find_between(place, columns, weights) for place in present]
    errors = make_pair_errors(runs)
    if is_report.any():
        by_reports = values, strata, clusters, is_report, reports, weights, errors
        tests = compare_calibrated_pairs(*by_reports, influences=influences)
        better, _ = find_better_by_reports(*by_reports, influences=influences)
    else:
        tests = compare_pairs(values * weights, strata, clusters, errors)
        better = find_better(tests)
    pairs = list(combinations(range(len(present)), 2))
    adjusted = holm(np.array([tests.p_values[pair] for pair in pairs]))
    made = []
    for (first, second), p_value in zip(pairs, adjusted, strict=True):
        both = [reports[first], reports[second]]
        own = influences[[first, second]]
        of_runs = (runs[first], runs[second])
        difference = _pair_difference(
            values[[first, second]], design, is_report, both, own, of_runs
        )
        winner = first if better[first, second] else second if better[second, first] else None
        counts = None
        is_of_runs = any(compared.runs[present[one]] for one in (first, second))
        if not is_report.any() and not board.penalises_guesses and not is_of_runs:
            counts = count_discordant(values[first], values[second])
        made.append(
            PairComparison(
                first=present[first],
                second=present[second],
                difference=difference,
                adjusted_p=float(p_value),
                winner=None if winner is None else present[winner],
                n_first_only=counts[0] if counts else None,
                n_second_only=counts[1] if counts else None,
                mid_p=mcnemar_mid_p(*counts) if counts else None,
                same_scale=(both[0] is None) == (both[1] is None),
                smallest=find_smallest(
                    values[[first, second]], design, is_report, both, own, len(pairs), of_runs
                ),
            )
        )
    return BoardComparison(board, len(columns), tuple(made))


def _pair_difference(
    values: NDArray[np.float64],
    design: Design,
    is_report: NDArray[np.bool_],
    reports: Sequence[CalibratedMean | None],
    influences: NDArray[np.float64],
    runs: tuple[Between, Between],
) -> PairedDifference:
    """Of two models (2, n): by items, or with both calibrated report scores.

    influences: (2, reports), as of `compare_calibrated_pairs`.
    """
    strata, clusters, weights = design
    known = [report for report in reports if report is not None]
    if not known:
        first, second = values * weights
        return paired_difference(first, second, strata, clusters, runs)
    tests = compare_calibrated_pairs(
        *(values, strata, clusters, is_report, reports, weights),
        make_pair_errors(runs),
        influences=influences,
    )
    p_value = float(tests.p_values[0, 1])
    if len(known) < len(reports):
        return PairedDifference(0.0, None, None, p_value)
    found = calibrated_differences(values, strata, clusters, is_report, known, weights, influences)
    value, variance, freedom = (float(part[0, 1]) for part in found)
    return make_difference(value, variance, freedom, p_value, runs)
