"""How far a judge agrees with the experts, and the experts with each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.late import special
from leaderboard.scoring.statistics.agreement_measures import (
    Limits,
    absolute_icc,
    kappa_value,
    limits_of_agreement,
    pearson,
    spearman,
    weighted_kappa,
)
from leaderboard.scoring.statistics.calibration_fit import Bounds, Pairs, Values, apply_left_out
from leaderboard.scoring.statistics.intervals import Estimate

RATINGS = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Agreement:
    """Agreement of n paired ratings, each measure with its 95 % interval, None where undefined.

    The limits are of the differences first minus second: judge minus experts.
    """

    n: int
    limits: Limits | None
    icc: Estimate | None
    kappa: Estimate | None
    pearson: Estimate | None
    spearman: Estimate | None


@dataclass(frozen=True)
class ExpertPair:
    """Two experts and their agreement on the reports that both rated."""

    first: str
    second: str
    agreement: Agreement


@dataclass(frozen=True)
class ExpertAgreement:
    """Experts against experts: means over the pairs that share reports, weighted by how many.

    n_reports counts the reports that at least two experts rated. difference is the root mean
    square of the differences within pairs, in rating points: which of two experts comes first
    means nothing, so a bias would mean nothing either. A pair on which a measure is undefined
    does not enter its mean. The intervals are by the jackknife over reports.
    """

    n_pairs: int
    n_reports: int
    difference: Estimate | None
    icc: Estimate | None
    kappa: Estimate | None
    pearson: Estimate | None
    spearman: Estimate | None
    pairs: tuple[ExpertPair, ...]


def assess_agreement(
    first: Values, second: Values, categories: Sequence[int] = RATINGS
) -> Agreement:
    """Agreement of paired ratings: judge and experts' mean, or two experts.

    first, second: (n,) in one order; any n, also 0. Kappa takes the ratings rounded to
    `categories`, halves up; without categories (report scores) it is None. Pairs are taken as
    independent. Raises ValueError unless both are finite and of one length.
    """
    first, second = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if first.shape != second.shape or not np.isfinite([first, second]).all():
        raise ValueError("agreement is of finite ratings in pairs")
    return Agreement(
        n=len(first),
        limits=limits_of_agreement(first - second),
        icc=absolute_icc(np.column_stack([first, second])),
        kappa=weighted_kappa(first, second, categories) if categories else None,
        pearson=pearson(first, second),
        spearman=spearman(first, second),
    )


def agreement_after_calibration(
    models: Mapping[str, Pairs], bounds: Bounds, categories: Sequence[int] = RATINGS
) -> Agreement | None:
    """Agreement of calibrated scores with labels, out of sample.

    Each model's scores are calibrated by the other models alone, as for a model without labels.
    On the labels it was fitted to a calibrator has no bias by construction. None unless at least
    two models have labels.
    """
    calibrated = apply_left_out(models, bounds)
    if not calibrated:
        return None
    return assess_agreement(
        np.concatenate(list(calibrated.values())),
        np.concatenate([models[model].labels for model in calibrated]),
        categories,
    )


def assess_experts(
    ratings: Mapping[str, Mapping[str, float]], categories: Sequence[int] = RATINGS
) -> ExpertAgreement:
    """Agreement of every pair of experts that share reports, and the means over pairs.

    ratings: expert -> report -> rating. Pairs are in the order of the experts' names.
    """
    reports = sorted({report for rated in ratings.values() for report in rated})
    experts = sorted(ratings)
    table = np.array([[ratings[e].get(r, np.nan) for e in experts] for r in reports])
    table = table.reshape(len(reports), len(experts))
    table = table[(~np.isnan(table)).sum(axis=1) >= 2]
    pairs = []
    for first, second in itertools.combinations(range(len(experts)), 2):
        ours, theirs = _shared(table, first, second)
        if len(ours):
            agreement = assess_agreement(ours, theirs, categories)
            pairs.append(ExpertPair(experts[first], experts[second], agreement))

    def mean_kappa(first: Values, second: Values) -> Estimate | None:
        value = kappa_value(first, second, categories) if categories else None
        return None if value is None else Estimate(value, None, None)

    return ExpertAgreement(
        n_pairs=len(pairs),
        n_reports=len(table),
        difference=_jackknife(table, _mean_difference),
        icc=_jackknife(table, lambda t: _mean_over_pairs(t, _pair_icc)),
        kappa=_jackknife(table, lambda t: _mean_over_pairs(t, mean_kappa)),
        pearson=_jackknife(table, lambda t: _mean_over_pairs(t, pearson)),
        spearman=_jackknife(table, lambda t: _mean_over_pairs(t, spearman)),
        pairs=tuple(pairs),
    )


def _shared(table: Values, first: int, second: int) -> tuple[Values, Values]:
    """The ratings of two experts on the reports that both rated, (n,) each."""
    both = ~np.isnan(table[:, first]) & ~np.isnan(table[:, second])
    return table[both, first], table[both, second]


def _pair_icc(first: Values, second: Values) -> Estimate | None:
    return absolute_icc(np.column_stack([first, second]))


def _mean_over_pairs(
    table: Values, measure: Callable[[Values, Values], Estimate | None]
) -> float | None:
    """The measure's mean over pairs of experts, weighted by their shared reports."""
    total, weight = 0.0, 0
    for first, second in itertools.combinations(range(table.shape[1]), 2):
        ours, theirs = _shared(table, first, second)
        estimate = measure(ours, theirs) if len(ours) else None
        if estimate is not None:
            total, weight = total + len(ours) * estimate.value, weight + len(ours)
    return total / weight if weight else None


def _mean_difference(table: Values) -> float | None:
    """The root mean square difference within pairs of experts."""
    squares = []
    for first, second in itertools.combinations(range(table.shape[1]), 2):
        ours, theirs = _shared(table, first, second)
        squares.append((ours - theirs) ** 2)
    differences = np.concatenate(squares) if squares else np.zeros(0)
    return float(np.sqrt(differences.mean())) if len(differences) else None


def _jackknife(table: Values, statistic: Callable[[Values], float | None]) -> Estimate | None:
    """The statistic with its interval by leaving out each report: t with n - 1 degrees.

    Efron and Stein (1981). The ends are None where leaving one out leaves it undefined.
    """
    value = statistic(table)
    if value is None:
        return None
    n = len(table)
    left_out = [statistic(np.delete(table, row, axis=0)) for row in range(n)]
    known = np.array([each for each in left_out if each is not None])
    if len(known) < n or n < 3:
        return Estimate(value, None, None)
    error = float(np.sqrt((n - 1) / n * ((known - known.mean()) ** 2).sum()))
    reach = float(special.stdtrit(n - 1, 0.975)) * error
    return Estimate(value, value - reach, value + reach)
