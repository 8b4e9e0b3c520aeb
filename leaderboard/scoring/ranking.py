"""Rank ranges: which models the items can tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import special
from leaderboard.scoring.differing import count_differing
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean
from leaderboard.scoring.statistics.runs import PairErrors, pair_p_values

SIGNIFICANCE = 0.05
FEW_MODELS = 16
"""Of so many models all sums are made of the differences themselves."""
ALIKE = 1e-4
"""Two models whose squared gaps are this part of their squares are so alike that digits are lost
to the product of them: 12 are left of those that are less so."""
MOST_GAPS = 4_096
UNDECIDED_T = 1.9
"""A smaller t is not significant, by any degrees of freedom."""
REPORT_FLOOR = 20.0
"""The lowest report score: every dimension rated 1."""


class PairTests(NamedTuple):
    """Differences (row minus column) of every pair of models and their two-sided p-values.

    Both (M, M); on the diagonal 0 and 1. Where they were asked for as decisions alone, a p-value
    that no exact one could make decide otherwise is a bound: 1 from SIGNIFICANCE up, and where it
    is significant whatever place it has in Holm's order, the least that it can be.
    """

    differences: NDArray[np.float64]
    p_values: NDArray[np.float64]


class PairDifferences(NamedTuple):
    """Differences (row minus column), their variances and degrees of freedom: all (M, M)."""

    values: NDArray[np.float64]
    variances: NDArray[np.float64]
    freedoms: NDArray[np.float64]


def compare_pairs(
    values: NDArray[np.float64],
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    runs: PairErrors | None = None,
    *,
    decides_only: bool = False,
) -> PairTests:
    """Paired tests of the mean over all items, for every pair of models.

    values: (M, N), no NaN, means over its runs where a model has several; strata, clusters: (N,).
    The score is the mean over items, which is the sum over tracks (strata) of N_track / N x the
    track's mean. Its paired difference is tested by t with a stratified, cluster-robust variance
    and (clusters - strata) degrees of freedom. No p-value is smaller than an exact sign-flip test
    of the clusters that differ could give, 2^(1 - clusters), so a handful of items never decides
    anything. `runs` is what the choice of runs adds to each model's mean. `decides_only`: see
    PairTests.
    """
    overall = values.mean(axis=1)
    differences = overall[:, None] - overall[None, :]
    variances, freedom = paired_variances(values, strata, clusters)
    family = _count_pairs(len(values)) if decides_only else None
    p_values = _t_test(differences, variances, np.full_like(variances, freedom), runs, family)
    return PairTests(differences, np.maximum(p_values, _smallest_p(values, clusters)))


def compare_calibrated_pairs(
    values: NDArray[np.float64],
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    is_report: NDArray[np.bool_],
    reports: Sequence[CalibratedMean | None],
    weights: NDArray[np.float64] | None = None,
    runs: PairErrors | None = None,
    influences: NDArray[np.float64] | None = None,
    *,
    decides_only: bool = False,
) -> PairTests:
    """As `compare_pairs`, with the report track's part from the models' calibrated scores.

    is_report: (N,), at least one; reports: a score or None for each of the M models; weights: (N,)
    with a mean of 1, by default all 1 (see `items.weights`). Between two calibrated models
    the difference is that of the other tracks' parts plus w = N_report / N (the reports' share of
    all weight) times that of the report scores; its variance is the paired one of the others plus
    w^2 (SE_a^2 + SE_b^2 - 2 cov), where cov is what both owe to the same cases by their
    `influences` (`statistics.influence`: (M, reports), 0 where they are unknown), and the degrees
    of freedom are Welch and Satterthwaite's. Two models
    without calibrated scores are compared by items. A calibrated score of unknown error is told
    apart from none. One with and one without are on different
    scales, so nothing tells them apart: difference 0, p 1. `runs` and `decides_only` are as of
    `compare_pairs`.
    """
    if weights is None:
        weights = np.ones(len(is_report))
    tests = compare_pairs(values * weights, strata, clusters, runs, decides_only=decides_only)
    family = _count_pairs(len(values)) if decides_only else None
    has = np.array([report is not None for report in reports])
    known = [report for report in reports if report is not None]
    differences, p_values = tests.differences.copy(), tests.p_values.copy()
    mixed = has[:, None] != has[None, :]
    differences[mixed], p_values[mixed] = 0.0, 1.0
    if known:
        both = np.ix_(has, has)
        shared = None if influences is None else influences[has]
        found = calibrated_differences(
            values[has], strata, clusters, is_report, known, weights, shared
        )
        own = None if runs is None else PairErrors(*(one[has] for one in runs))
        p = _t_test(found.values, found.variances, found.freedoms, own, family)
        p = np.maximum(p, _smallest_p(values[has], clusters))
        np.fill_diagonal(p, 1.0)
        differences[both], p_values[both] = found.values, p
    return PairTests(differences, p_values)


def calibrated_differences(
    values: NDArray[np.float64],
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    is_report: NDArray[np.bool_],
    reports: Sequence[CalibratedMean],
    weights: NDArray[np.float64] | None = None,
    influences: NDArray[np.float64] | None = None,
) -> PairDifferences:
    """The differences of `compare_calibrated_pairs` where all M models have calibrated scores.

    Errors that are paired have as many degrees of freedom as the mean of fewer: what varies is
    the difference on a case, and neither has more labels than its own. What raters add to both
    cancels as far as their shares of the labels are alike: what is left is the sum of squared
    differences of the errors by rater, with the degrees of freedom of raters.
    """
    n = len(is_report)
    weights = np.ones(n) if weights is None else weights
    values, share = values * weights, float(weights[is_report].sum()) / n
    rated = np.array([report.value for report in reports])
    own_errors = [np.inf if one.cases_error is None else one.cases_error for one in reports]
    errors = (share * np.array(own_errors)) ** 2
    freedoms = np.array(
        [(one.raters.cases_freedom if one.raters else one.freedom) or 1 for one in reports]
    )
    total = values[:, ~is_report].sum(axis=1) / n + share * rated
    differences = total[:, None] - total[None, :]
    closed, freedom = np.zeros((len(values), len(values))), 1
    if not is_report.all():
        others = ~is_report
        closed, freedom = paired_variances(values[:, others], strata[others], clusters[others])
        closed = closed * (others.sum() / n) ** 2
    of_reports = errors[:, None] + errors[None, :]
    own = errors**2 / freedoms
    spread = own[:, None] + own[None, :]
    if influences is not None:
        shared = share**2 * influences @ influences.T
        paired = np.maximum(of_reports - 2 * shared, 0.0)
        fewer = np.minimum(freedoms[:, None], freedoms[None, :])
        of_reports = np.where(shared == 0, of_reports, paired)
        spread = np.where(shared == 0, spread, paired**2 / fewer)
    of_raters, of_raters_freedoms = _pair_raters(reports)
    of_raters *= share**2
    spread = spread + of_raters**2 / of_raters_freedoms
    variances = closed + of_reports + of_raters
    with np.errstate(divide="ignore", invalid="ignore"):
        satterthwaite = variances**2 / (closed**2 / freedom + spread)
    return PairDifferences(differences, variances, np.nan_to_num(satterthwaite, nan=1.0))


def _pair_raters(
    reports: Sequence[CalibratedMean],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the choice of raters adds to the variance of each difference: (M, M), with its freedom.

    A rater's severity is in both means by the rater's share of the labels of each.
    """
    keys = sorted({key for one in reports if one.raters for key in one.raters.errors})
    by_rater: list[Mapping[str, float]] = [
        one.raters.errors if one.raters else {} for one in reports
    ]
    errors = np.array([[own.get(key, 0.0) for key in keys] for own in by_rater])
    gaps = errors[:, None, :] - errors[None, :, :]
    freedoms = np.array([one.raters.freedom if one.raters else np.inf for one in reports])
    fewer = np.minimum(freedoms[:, None], freedoms[None, :])
    return np.einsum("abr,abr->ab", gaps, gaps), np.where(np.isinf(fewer), 1.0, fewer)


def paired_variances(
    values: NDArray[np.float64], strata: NDArray[np.int64], clusters: NDArray[np.int64]
) -> tuple[NDArray[np.float64], int]:
    """Variances (M, M) of the paired differences of means over items, and degrees of freedom.

    values: (M, N), no NaN. Stratified and cluster-robust, with the factor G / (G - 1) for G
    clusters. Below one degree of freedom the variances are infinite.
    """
    n_models, n_items = values.shape
    _, cluster = np.unique(clusters, return_inverse=True)
    n_clusters = int(cluster.max()) + 1
    freedom = n_clusters - len(np.unique(strata))
    if freedom < 1:
        return np.full((n_models, n_models), np.inf), 1
    centred = values.astype(np.float64)
    for stratum in np.unique(strata):
        columns = strata == stratum
        centred[:, columns] -= centred[:, columns].mean(axis=1, keepdims=True)
    influence = _sum_by(centred / n_items, cluster, n_clusters)
    variances: NDArray[np.float64] = _square_gaps(influence) * n_clusters / (n_clusters - 1)
    return variances, freedom


def _square_gaps(influence: NDArray[np.float64]) -> NDArray[np.float64]:
    """(M, M) sums of the squared differences of the rows of (M, G).

    Of many models they follow from products of the rows; where two are so alike that these would
    cancel, from the differences themselves.
    """
    n_models = len(influence)
    squares = np.zeros((n_models, n_models))
    if n_models <= FEW_MODELS:
        for row in range(n_models):
            gaps = influence[row] - influence
            squares[row] = np.einsum("mc,mc->m", gaps, gaps)
        return squares
    lengths = np.einsum("mc,mc->m", influence, influence)
    sums = lengths[:, None] + lengths[None, :]
    squares = np.asarray(sums - 2 * (influence @ influence.T), dtype=np.float64)
    rows, columns = np.nonzero(np.triu(squares <= ALIKE * sums))
    for start in range(0, len(rows), MOST_GAPS):
        part = rows[start : start + MOST_GAPS], columns[start : start + MOST_GAPS]
        gaps = influence[part[0]] - influence[part[1]]
        squares[part] = squares[part[::-1]] = np.einsum("mc,mc->m", gaps, gaps)
    return squares


def _t_test(
    differences: NDArray[np.float64],
    variances: NDArray[np.float64],
    freedom: NDArray[np.float64],
    runs: PairErrors | None,
    family: int | None,
) -> NDArray[np.float64]:
    """Two-sided p-values; no difference is 1, whatever its variance.

    Of a `family` of so many tests they are only as exact as decisions need: see PairTests.
    """
    p_values = _plain_t_test(differences, variances, freedom, family)
    if runs is None:
        return p_values
    varies = runs.squares > 0
    several = varies[:, None] | varies[None, :]
    return np.where(several, pair_p_values(differences, variances, freedom, runs), p_values)


def _plain_t_test(
    differences: NDArray[np.float64],
    variances: NDArray[np.float64],
    freedom: NDArray[np.float64],
    family: int | None,
) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.nan_to_num(np.abs(differences) / np.sqrt(variances), nan=0.0, posinf=np.inf)
    if family is None:
        exact: NDArray[np.float64] = np.minimum(1.0, 2 * special.stdtr(freedom, -t))
        return exact
    # The first in Holm's order is held against SIGNIFICANCE / family, all others against more.
    certain = -special.stdtrit(freedom.min(), SIGNIFICANCE / 2 / (family + 1)) if family else np.inf
    p_values = np.where(t < UNDECIDED_T, 1.0, 0.0)
    open_ = np.triu((t >= UNDECIDED_T) & (t < certain))
    found = 2 * special.stdtr(freedom[open_], -t[open_])
    p_values[open_] = p_values.T[open_] = found
    return p_values


def _count_pairs(n_models: int) -> int:
    return n_models * (n_models - 1) // 2


def _smallest_p(values: NDArray[np.float64], clusters: NDArray[np.int64]) -> NDArray[np.float64]:
    """What an exact sign-flip test of the clusters on which two models differ could give at best.

    (M, M), at most 1.
    """
    return np.minimum(1.0, np.exp2(1.0 - count_differing(values, clusters)))


def _sum_by(
    values: NDArray[np.float64], groups: NDArray[np.int64], n_groups: int
) -> NDArray[np.float64]:
    """Sums of the columns of (M, N) `values` by group: (M, n_groups)."""
    if n_groups == values.shape[1]:
        return values[:, np.argsort(groups)]
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(n_groups))
    return np.add.reduceat(values[:, order], starts, axis=1)


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm's (1979) adjusted p-values of a family of tests: (K,) in and out, in one order."""
    order = np.argsort(p_values)
    steps = len(p_values) - np.arange(len(p_values))
    stepped = np.maximum.accumulate(p_values[order] * steps)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(1.0, stepped)
    return adjusted


def find_better(tests: PairTests, significance: float = SIGNIFICANCE) -> NDArray[np.bool_]:
    """(M, M): whether the row's model is significantly better than the column's.

    All pairs are one family, adjusted by Holm.
    """
    n_models = len(tests.differences)
    upper = np.triu_indices(n_models, k=1)
    adjusted = np.ones((n_models, n_models))
    adjusted[upper] = holm(tests.p_values[upper])
    adjusted = np.minimum(adjusted, adjusted.T)
    better: NDArray[np.bool_] = (adjusted < significance) & (tests.differences > 0)
    return better


def find_better_by_reports(
    values: NDArray[np.float64],
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    is_report: NDArray[np.bool_],
    reports: Sequence[CalibratedMean | None],
    weights: NDArray[np.float64] | None = None,
    runs: PairErrors | None = None,
    influences: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """`find_better` on a board with reports, and the differences (M, M) that say who leads.

    A report score that is not anchored makes no winner: such a model is better than another only
    where it also would be if every such score were at the floor. Nor does it make a leader: in the
    differences (row minus column) every such score is at the floor.
    """
    design = strata, clusters, is_report
    tests = compare_calibrated_pairs(
        values, *design, reports, weights, runs, influences, decides_only=True
    )
    better = find_better(tests)
    loose = np.array([not is_anchored(report) for report in reports])
    if not loose.any():
        return better, tests.differences
    low = values.copy()
    low[np.ix_(loose, is_report)] = REPORT_FLOOR
    floor = [_at_floor(report) for report in reports]
    fixed = None if influences is None else np.where(loose[:, None], 0.0, influences)
    at_floor = compare_calibrated_pairs(
        low, *design, floor, weights, runs, fixed, decides_only=True
    )
    better[loose] &= find_better(at_floor)[loose]
    return better, at_floor.differences


def is_anchored(report: CalibratedMean | None) -> bool:
    """Whether labels of the model's own reports stand behind its report score."""
    return report is not None and report.badge.is_anchored


def set_loose(mean: CalibratedMean) -> CalibratedMean:
    """A calibrated mean that makes no winner, whatever labels are behind it."""
    return mean._replace(badge=Badge.TRANSPORTED)


def _at_floor(report: CalibratedMean | None) -> CalibratedMean | None:
    if report is None or report.badge.is_anchored:
        return report
    return report._replace(value=REPORT_FLOOR, standard_error=0.0, freedom=1, raters=None)


def rank_ranges(better: NDArray[np.bool_]) -> list[RankRange]:
    """Each model's rank range: [1 + number significantly better, M - number significantly worse].

    One model alone is [1, 1]; none gives [].
    """
    return [
        RankRange(1 + int(better[:, model].sum()), len(better) - int(better[model].sum()))
        for model in range(len(better))
    ]


def separable_from_leader(
    better: NDArray[np.bool_], differences: NDArray[np.float64]
) -> list[bool]:
    """Whether the leader is significantly better than each model; none gives [].

    The leader has the highest score. Where several share it, one of them is enough.
    """
    leads = (differences >= 0).all(axis=1)
    return [bool(better[leads, model].any()) for model in range(len(better))]
