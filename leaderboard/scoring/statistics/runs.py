"""Several runs of one model on the same items: how far runs differ, beyond what items do.

A run's value on an item is the model's mean, an effect of the item, one of the run and a residual
of both: two crossed random effects. The variance of the mean over R runs and N items is

    s_items^2 / N + s_run^2 / R + s_residual^2 / (R N).

The items' own variance, of their means over the runs, has the first and the last term in it. So
what runs add is the variance between their means less the residual in it: by the mean squares of
the two-way analysis of variance, (MS_run - MS_residual) / (R N), cut at 0 (Searle, Casella and
McCulloch 1992, Variance Components, chapter 4; with clusters Cameron, Gelbach and Miller 2011, JBES
29:238: rows plus columns less cells).

Few runs tell little of how far runs differ. So the sum is judged by the mean of the quantiles of t
that items and runs have by themselves, weighted by their mean squares (Cochran and Cox 1950,
Experimental Designs, section 4.14). Satterthwaite's degrees of freedom are too many where few runs
happen to agree: with two runs that differ much more than items do, the interval covers 87 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import special
from leaderboard.scoring.statistics.intervals import Z95, Estimate

N_HALVINGS = 60
LEAST_LOG = -700.0
"""Of the smallest p-value that is looked for."""


class Between(NamedTuple):
    """What the choice of runs adds to the variance of a mean.

    `variance` is 0 where runs differ no more than their residuals do. `square` is the variance
    between the runs' means with the residual in it, by `freedom` degrees: what is known of runs.
    """

    variance: float
    square: float
    freedom: int


NO_RUNS = Between(0.0, 0.0, 1)
"""Of a model with one run: nothing is known, and nothing is added."""


class PairErrors(NamedTuple):
    """What runs add to the means of M models, as of `Between`: all (M,)."""

    variances: NDArray[np.float64]
    squares: NDArray[np.float64]
    freedoms: NDArray[np.float64]


def between_runs(
    values: NDArray[np.float64],
    weights: NDArray[np.float64],
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
) -> Between:
    """What runs add to the variance of the sum of weight x their mean values.

    values: (R, n), no NaN; weights (those of a mean are 1 / n), strata, clusters: (n,). The
    residuals are centred in each stratum and count together within a cluster.
    """
    n_runs = len(values)
    if n_runs < 2:
        return NO_RUNS
    sums = values @ weights
    between = float(((sums - sums.mean()) ** 2).sum()) / (n_runs * (n_runs - 1))
    residuals = values - values.mean(axis=0)
    for stratum in np.unique(strata):
        columns = strata == stratum
        residuals[:, columns] -= residuals[:, columns].mean(axis=1, keepdims=True)
    _, cluster = np.unique(clusters, return_inverse=True)
    n_clusters = int(cluster.max()) + 1
    if n_clusters < 2:
        return Between(between, between, n_runs - 1)
    parts = [np.bincount(cluster, weights=run * weights, minlength=n_clusters) for run in residuals]
    within = sum(float(part @ part) for part in parts) / (n_runs * (n_runs - 1))
    added = max(0.0, between - within * n_clusters / (n_clusters - 1))
    return Between(added, between, n_runs - 1)


def spread_of_runs(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float | None:
    """The standard deviation between the runs' own means, as of `between_runs`; None for one."""
    return float((values @ weights).std(ddof=1)) if len(values) > 1 else None


def add_between(parts: Iterable[Between]) -> Between:
    """What independent sets of runs add together; of their degrees of freedom the fewest count."""
    known = [one for one in parts if one.square > 0]
    if not known:
        return NO_RUNS
    variance, square = sum(one.variance for one in known), sum(one.square for one in known)
    return Between(variance, square, min(one.freedom for one in known))


def widen(
    estimate: Estimate, between: Between, bounds: tuple[float, float], quantile: float = Z95
) -> Estimate:
    """An estimate whose interval is of the items alone, with the choice of runs in it.

    Each end moves on its own: its distance over `quantile`, by which it was made, is the items'
    standard error on that side. An undefined end stays so; the others are cut at `bounds`.
    """
    value, low, high = estimate
    if between.square <= 0:
        return estimate

    def reach(distance: float) -> float:
        return _reach((distance / quantile) ** 2, quantile, [between])

    return Estimate(
        value,
        None if low is None else max(bounds[0], value - reach(value - low)),
        None if high is None else min(bounds[1], value + reach(high - value)),
    )


def reach_of_pair(variance: float, freedom: float, runs: Sequence[Between]) -> float:
    """The half-width of the 95 % interval of a difference between two models.

    `variance` and its degrees of freedom are those of the items; `runs` what each model's add.
    """
    return _reach(variance, float(special.stdtrit(freedom, 0.975)), runs)


def _reach(variance: float, quantile: float, runs: Sequence[Between]) -> float:
    """The half-width by the items' variance, its quantile, and what runs add."""
    error = math.sqrt(variance + sum(one.variance for one in runs))
    return error * weigh_quantiles(
        variance, quantile, runs, lambda freedom: float(special.stdtrit(freedom, 0.975))
    )


def weigh_quantiles(
    variance: float,
    quantile: float,
    runs: Sequence[Between],
    find_quantile: Callable[[float], float],
) -> float:
    """The mean of the items' quantile and of those that runs have, weighted by mean squares.

    `find_quantile` gives that of so many degrees of freedom.
    """
    known = [one for one in runs if one.square > 0]
    if not known:
        return quantile
    squares = variance + sum(one.square for one in known)
    own = sum(one.square * find_quantile(one.freedom) for one in known)
    return (variance * quantile + own) / squares


def make_pair_errors(betweens: Sequence[Between]) -> PairErrors | None:
    """What runs add to the means of models; None where there are runs of none."""
    if not any(one.square > 0 for one in betweens):
        return None
    columns: list[NDArray[np.float64]] = [
        np.array(column, np.float64) for column in zip(*betweens, strict=True)
    ]
    return PairErrors(*columns)


def pair_p_values(
    differences: NDArray[np.float64],
    variances: NDArray[np.float64],
    freedoms: NDArray[np.float64],
    errors: PairErrors,
) -> NDArray[np.float64]:
    """Two-sided p-values (M, M) of differences, with what runs add to both models' errors.

    differences, variances and freedoms of the items: (M, M). The p-value is the level at which the
    interval of `reach_of_pair` ends at 0, found by halving. No difference is 1.
    """
    own, other = (
        (errors.squares[:, None], errors.freedoms[:, None]),
        (errors.squares[None, :], errors.freedoms[None, :]),
    )
    total = variances + errors.variances[:, None] + errors.variances[None, :]
    squares = variances + own[0] + other[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        aim = np.abs(differences) / np.sqrt(total) * squares
    low, high = np.full(total.shape, LEAST_LOG), np.zeros(total.shape)
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        level = np.exp(middle) / 2
        reach = np.zeros(total.shape)
        for square, freedom in ((variances, freedoms), own, other):
            with np.errstate(invalid="ignore"):
                reach += np.where(square > 0, -square * special.stdtrit(freedom, level), 0.0)
        low, high = np.where(reach < aim, low, middle), np.where(reach < aim, middle, high)
    return np.where((differences != 0) & np.isfinite(total), np.exp(high), 1.0)
