"""Intervals of 95 % for proportions, means and weighted sums of them.

Items that share a case are one cluster: its items count together, not as independent ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import special

Z95 = 1.959963984540054
"""The 97.5 % point of the standard normal distribution."""


class Estimate(NamedTuple):
    """A value and the ends of its 95 % interval; the ends are None where they are undefined."""

    value: float
    low: float | None
    high: float | None


class Part(NamedTuple):
    """A term of a weighted sum: its weight and its estimate."""

    weight: float
    estimate: Estimate


def wilson_interval(n_correct: float, n: float) -> Estimate:
    """The proportion n_correct / n with its Wilson score interval, on 0..1.

    Wilson (1927), JASA 22:209. `n` may be an effective number of items, hence a fraction.
    Raises ValueError unless 0 <= n_correct <= n and n > 0.
    """
    if not 0 <= n_correct <= n or n <= 0:
        raise ValueError(f"{n_correct} of {n} is not a proportion")
    share = n_correct / n
    centre = (share + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
    reach = Z95 * math.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2)) / (1 + Z95**2 / n)
    low = 0.0 if n_correct == 0 else max(0.0, centre - reach)
    high = 1.0 if n_correct == n else min(1.0, centre + reach)
    return Estimate(share, low, high)


def design_effect(values: NDArray[np.float64], clusters: NDArray[np.int64]) -> float:
    """How many times the variance of the mean of `values` exceeds that of independent items.

    values, clusters: (n,), n >= 1. At least 1. The ratio of the cluster-robust variance to the
    plain one (Kish 1965); where all values are equal, as if items of a cluster always agreed.
    """
    _, index, sizes = np.unique(clusters, return_inverse=True, return_counts=True)
    n, n_clusters = len(values), len(sizes)
    if n_clusters == n:
        return 1.0
    residuals = values - values.mean()
    plain = float(residuals @ residuals) / n**2
    if plain == 0 or n_clusters == 1:
        return float((sizes**2).sum() / n)
    sums = np.bincount(index, weights=residuals)
    robust = float(sums @ sums) / n**2 * n_clusters / (n_clusters - 1)
    return max(1.0, robust / plain)


def accuracy(
    correct: NDArray[np.bool_],
    clusters: NDArray[np.int64],
    weights: NDArray[np.float64] | None = None,
) -> Estimate:
    """The share of `correct` on 0..1, Wilson's interval with the effective number of items.

    correct, clusters, weights: (n,), n >= 1. The weights, with a mean of 1, make it a weighted
    share; they divide the effective number by the mean of their squares (Kish 1965).
    """
    n = len(correct)
    effective = n / design_effect(correct.astype(np.float64), clusters)
    share = float(correct.sum()) / n
    if weights is not None:
        effective /= float((weights**2).mean())
        share = min(1.0, float(weights[correct].sum()) / n)
    estimate = wilson_interval(share * effective, effective)
    return Estimate(share, estimate.low, estimate.high)


def mean_accuracy(
    values: NDArray[np.float64],
    clusters: NDArray[np.int64],
    n_runs: int,
    weights: NDArray[np.float64] | None = None,
) -> Estimate:
    """As `accuracy`, in percent, of the mean `values` (0..100) of MCQ items over `n_runs` runs.

    values, clusters, weights: (n,), n >= 1. Wilson's interval with the number of items that would
    give a share of the same variance, which is at most n_runs x n: of items that the model answers
    now so, now otherwise a mean over runs knows more than one answer. Where all values are 0 or all
    are 100 it is that of one run. The choice of runs is not in it (see `runs.widen`).
    """
    weights = np.ones(len(values)) if weights is None else weights
    shares = values / 100
    share = min(1.0, float((shares * weights).mean()))
    n = len(values)
    if share in (0.0, 1.0):
        effective = n / design_effect(shares, clusters)
    else:
        _, index = np.unique(clusters, return_inverse=True)
        sums = np.bincount(index, weights=weights * (shares - share))
        n_clusters = len(sums)
        variance = float(sums @ sums) / n**2 * n_clusters / max(1, n_clusters - 1)
        most = float(n_runs * n)
        effective = min(most, share * (1 - share) / variance) if variance > 0 else most
    value, low, high = wilson_interval(share * effective, effective)
    return Estimate(100 * value, 100 * (low or 0.0), 100 * (1.0 if high is None else high))


def mean_between(
    values: NDArray[np.float64],
    clusters: NDArray[np.int64],
    bounds: tuple[float, float],
    weights: NDArray[np.float64],
    most: int = 1,
) -> Estimate:
    """The weighted mean of values within `bounds`, by Wilson's interval on their range.

    values, clusters, weights (with a mean of 1): (n,), n >= 1. See `mean_accuracy`, whose number of
    items is at most `most` n here: values between the bounds vary less than right and wrong do.
    """
    low, high = bounds
    shares = 100 * (values - low) / (high - low)
    found = mean_accuracy(shares, clusters, most, weights)
    step = (high - low) / 100
    ends = (None if end is None else low + end * step for end in found[1:])
    return Estimate(low + found.value * step, *ends)


def mean(
    values: NDArray[np.float64], clusters: NDArray[np.int64], bounds: tuple[float, float]
) -> Estimate:
    """The mean of `values` with Student's t interval over clusters, cut at `bounds`.

    values, clusters: (n,), n >= 1. With one cluster the interval is undefined (None). The
    variance is the cluster-robust one, equal to s^2/n where every cluster has one item.
    """
    _, index = np.unique(clusters, return_inverse=True)
    n_clusters = int(index.max()) + 1
    value = float(values.mean())
    if n_clusters < 2:
        return Estimate(value, None, None)
    sums = np.bincount(index, weights=values - value)
    variance = float(sums @ sums) / len(values) ** 2 * n_clusters / (n_clusters - 1)
    reach = float(special.stdtrit(n_clusters - 1, 0.975)) * math.sqrt(variance)
    return Estimate(value, max(bounds[0], value - reach), min(bounds[1], value + reach))


def share_of_losses(values: NDArray[np.float64], clusters: NDArray[np.int64]) -> Estimate:
    """The mean of `values` within 0..1 that are mostly small, with an interval that fits a skew.

    values, clusters: (n,), n >= 1. See `logit_interval`, of the cluster-robust error and (clusters
    - 1) degrees of freedom; where nothing varies, Wilson's with the effective number of items.
    """
    value = float(values.mean())
    plain = mean(values, clusters, (-math.inf, math.inf))
    if plain.high is None or np.ptp(values) == 0:
        effective = len(values) / design_effect(values, clusters)
        _, low, high = wilson_interval(value * effective, effective)
        return Estimate(value, low, high)
    return Estimate(value, *logit_interval(value, plain.high - value))


def logit_interval(value: float, reach: float) -> tuple[float, float]:
    """The ends of an interval of `value` -+ `reach`, taken over to the log odds and back.

    By the delta method the log odds of a share v vary by error / (v (1 - v)). Means of squared
    errors and of risks are small and skewed; on that scale their errors are nearly symmetric, and
    no end leaves 0..1. 0 < value < 1.
    """
    odds = math.log(value / (1 - value))
    ends = (odds + sign * reach / (value * (1 - value)) for sign in (-1, 1))
    low, high = (1 / (1 + math.exp(-end)) if end > -700 else 0.0 for end in ends)
    return low, high


def difference(first: Estimate, second: Estimate) -> Estimate:
    """first - second of independent estimates, by MOVER from their own intervals.

    Of two Wilson intervals it is Newcombe's (1998) hybrid score interval, Statistics in
    Medicine 17:873, method 10. An undefined end leaves the one that it reaches undefined.
    """
    mirrored = Estimate(
        -second.value,
        None if second.high is None else -second.high,
        None if second.low is None else -second.low,
    )
    return weighted_sum([Part(1.0, first), Part(1.0, mirrored)])


def pool_freedom(parts: Sequence[tuple[float, float]]) -> float:
    """The degrees of freedom of a sum of independent variances, each with its own degrees.

    Satterthwaite (1946), Biometrics Bulletin 2:110. One variance at least is above 0.
    """
    total = sum(variance for variance, _ in parts)
    return total**2 / sum(variance**2 / freedom for variance, freedom in parts)


def weighted_sum(parts: Sequence[Part]) -> Estimate:
    """The sum of weight x value of independent estimates, with an interval from theirs.

    MOVER, Zou and Donner (2008), Statistics in Medicine 27:1693: each end lies at the root of
    the sum of squared weighted distances of the parts' ends. Unlike a normal interval it stays
    honest where a part is at 0 or 100 %; weights must not be negative. An undefined end of a
    part leaves that end undefined. Raises ValueError if there are no parts.
    """
    if not parts or any(part.weight < 0 for part in parts):
        raise ValueError("a weighted sum needs parts whose weights are not negative")
    value = sum(weight * estimate.value for weight, estimate in parts)
    below = above = 0.0
    for weight, (middle, low, high) in parts:
        below += math.inf if low is None else (weight * (middle - low)) ** 2
        above += math.inf if high is None else (weight * (high - middle)) ** 2
    return Estimate(
        value,
        None if math.isinf(below) else value - math.sqrt(below),
        None if math.isinf(above) else value + math.sqrt(above),
    )
