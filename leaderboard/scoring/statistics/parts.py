"""Whether a change shows in one part of the items more than in the other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import special
from leaderboard.scoring.statistics.intervals import Estimate


def compare_parts(
    changes: NDArray[np.float64],
    in_first: NDArray[np.bool_],
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    level: float,
) -> Estimate | None:
    """The mean change on the first part of the items less that on the rest, with its interval.

    All (N,), no NaN. The parts are compared within each stratum, and strata weigh by their items;
    those without two clusters in each part are left out. The interval is Welch's, of cluster-robust
    variances: t with Satterthwaite's degrees of freedom. None where no stratum is left or nothing
    varies.
    """
    value = variance = spread = weight = 0.0
    for stratum in np.unique(strata):
        here = strata == stratum
        means = [
            _mean(changes[here & part], clusters[here & part]) for part in (in_first, ~in_first)
        ]
        if any(one is None for one in means):
            continue
        (first, first_variance, first_free), (rest, rest_variance, rest_free) = (
            one for one in means if one is not None
        )
        n = float(here.sum())
        weight += n
        value += n * (first - rest)
        variance += n**2 * (first_variance + rest_variance)
        spread += n**4 * (first_variance**2 / first_free + rest_variance**2 / rest_free)
    if not weight or not variance:
        return None
    freedom, error = variance**2 / spread, math.sqrt(variance) / weight
    reach = float(special.stdtrit(freedom, 0.5 + level / 2)) * error
    return Estimate(value / weight, value / weight - reach, value / weight + reach)


def _mean(
    values: NDArray[np.float64], clusters: NDArray[np.int64]
) -> tuple[float, float, int] | None:
    """The mean, its cluster-robust variance and degrees of freedom; None for under two clusters."""
    if not len(values):
        return None
    _, index = np.unique(clusters, return_inverse=True)
    n_clusters = int(index.max()) + 1
    if n_clusters < 2:
        return None
    value = float(values.mean())
    sums = np.bincount(index, weights=values - value)
    scale = n_clusters / (n_clusters - 1) / len(values) ** 2
    return value, float(sums @ sums) * scale, n_clusters - 1
