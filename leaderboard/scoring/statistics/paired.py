"""Two models on the same items: the paired difference, and McNemar's mid-p test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import special
from leaderboard.scoring.ranking import compare_pairs, paired_variances
from leaderboard.scoring.statistics.runs import (
    NO_RUNS,
    Between,
    make_pair_errors,
    reach_of_pair,
)


class PairedDifference(NamedTuple):
    """First less second, in points, with the ends of its 95 % interval and a two-sided p-value.

    The ends are None where they are undefined.
    """

    value: float
    low: float | None
    high: float | None
    p_value: float


def paired_difference(
    first: NDArray[np.float64],
    second: NDArray[np.float64],
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    runs: tuple[Between, Between] = (NO_RUNS, NO_RUNS),
) -> PairedDifference:
    """The difference of means over items, paired, stratified and cluster-robust.

    All (N,), N >= 1, no NaN; `runs` is what the choice of runs adds to each mean. The test is that
    of rank ranges, and t of the same error and degrees of freedom gives the interval, cut at -100
    and 100. Where every item differs alike there is no variance to judge by, and so no interval.
    """
    values = np.stack([first, second])
    variances, freedom = paired_variances(values, strata, clusters)
    tests = compare_pairs(values, strata, clusters, make_pair_errors(runs))
    value, p_value = float(tests.differences[0, 1]), float(tests.p_values[0, 1])
    return make_difference(value, float(variances[0, 1]), freedom, p_value, runs)


def make_difference(
    value: float,
    variance: float,
    freedom: float,
    p_value: float,
    runs: Sequence[Between] = (),
) -> PairedDifference:
    """The difference with its t interval; none where the variance is 0 or infinite.

    `variance` is that of the items; `runs` is what the choice of runs adds to it.
    """
    if not 0 < variance + sum(one.variance for one in runs) < math.inf:
        return PairedDifference(value, None, None, p_value)
    reach = reach_of_pair(variance, freedom, runs)
    return PairedDifference(value, max(-100.0, value - reach), min(100.0, value + reach), p_value)


def reverse(difference: PairedDifference) -> PairedDifference:
    """Second less first."""
    value, low, high, p_value = difference
    return PairedDifference(
        -value, None if high is None else -high, None if low is None else -low, p_value
    )


def mcnemar_mid_p(n_first: int, n_second: int) -> float:
    """Two-sided mid-p of n_first items right by the first alone, n_second by the second alone.

    Fagerland, Lydersen and Laake (2013), BMC Medical Research Methodology 13:91. It takes items
    as independent. 1 where the two never differ.
    """
    n, least = n_first + n_second, min(n_first, n_second)
    if n == 0:
        return 1.0
    probability = float(math.comb(n, least) / 2**n)
    if n_first == n_second:
        return 1 - probability / 2
    return 2 * float(special.bdtr(least, n, 0.5)) - probability


def count_discordant(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[int, int]:
    """How many MCQ items the first model alone had right (value 100), and the second alone."""
    right, other = first == 100.0, second == 100.0
    return int((right & ~other).sum()), int((other & ~right).sum())
