"""Accuracies on few items: a hierarchical beta-binomial estimate over the slices of one model.

The slices' true accuracies come from one Beta distribution with mean m and concentration c.
Where items are few a slice's own share says little, and the estimate is drawn towards what the
model's slices have in common; where they are many it hardly moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import special
from leaderboard.scoring.statistics.intervals import Estimate

FEW_ITEMS = 15
"""A slice of fewer items is shrunk; its value is marked and makes no winner."""
MIN_SLICES = 3
"""Fewer slices say nothing about how much slices differ: they are not shrunk."""
N_MEANS, N_PULLS = 24, 20
NEGLIGIBLE = 1e-4
N_CELLS = 2**20
BEYOND, LEAST_DENSITY = 1.15, 0.01
"""How far beyond the place that the first look suggests the second one is, and the density that it
supposes at least: they save looks and change no quantile."""


class _Prior(NamedTuple):
    """Points of the hyperparameters with their posterior weights: all (P,)."""

    alpha: NDArray[np.float64]
    beta: NDArray[np.float64]
    weight: NDArray[np.float64]


def shrink(
    n_correct: Sequence[float], n: Sequence[float], wanted: Sequence[int] | None = None
) -> list[Estimate]:
    """Each slice's posterior mean on 0..1 with its 95 % interval (2.5 and 97.5 % points).

    `n_correct` of `n` for every slice of one grouping, S >= 1; both may be effective numbers,
    hence fractions. Estimates come of all slices, or of those at the places `wanted`. The
    hyperparameters are integrated over the marginal (beta-binomial) likelihood of all slices, so
    that the interval keeps what is not known about them. Their prior is Christiansen and Morris's
    (1997, JASA 92:618): m is uniform, and so is c / (c + n), the pull on a slice of median n.
    Raises ValueError unless 0 <= n_correct <= n and n > 0.
    """
    k, total = np.asarray(n_correct, dtype=np.float64), np.asarray(n, dtype=np.float64)
    if not (len(k) and len(k) == len(total) and np.all((k >= 0) & (k <= total) & (total > 0))):
        raise ValueError("slices need 0 <= n_correct <= n and n > 0")
    prior = _fit_prior(k, total)
    alpha = prior.alpha[None, :] + k[:, None]
    beta = prior.beta[None, :] + (total - k)[:, None]
    means = (alpha / (alpha + beta)) @ prior.weight
    if wanted is not None:
        means, alpha, beta = means[wanted], alpha[wanted], beta[wanted]
    lows = _mixture_quantile(alpha, beta, prior.weight, 0.025)
    highs = _mixture_quantile(alpha, beta, prior.weight, 0.975)
    rows = zip(means, lows, highs, strict=True)
    return [Estimate(float(mean), float(low), float(high)) for mean, low, high in rows]


def _fit_prior(k: NDArray[np.float64], n: NDArray[np.float64]) -> _Prior:
    """The posterior of the hyperparameters: a grid where it is not negligible.

    A first look at the whole range of m finds where the second, finer one has to be.
    """
    first = _weigh(k, n, 0.0, 1.0)
    means = first.alpha / (first.alpha + first.beta)
    step = 1 / N_MEANS
    return _weigh(k, n, max(0.0, means.min() - step), min(1.0, means.max() + step))


def _weigh(k: NDArray[np.float64], n: NDArray[np.float64], low: float, high: float) -> _Prior:
    """Midpoints of m between `low` and `high` and of the pull, by their likelihood."""
    mean, pull = np.meshgrid(
        low + (high - low) * (np.arange(N_MEANS) + 0.5) / N_MEANS,
        (np.arange(N_PULLS) + 0.5) / N_PULLS,
    )
    concentration = np.median(n) * pull.ravel() / (1 - pull.ravel())
    alpha, beta = mean.ravel() * concentration, (1 - mean.ravel()) * concentration
    likelihood = np.zeros(len(alpha))
    for right, total in zip(k, n, strict=True):
        likelihood += special.betaln(alpha + right, beta + total - right) - special.betaln(
            alpha, beta
        )
    weight = np.exp(likelihood - likelihood.max())
    kept = weight > NEGLIGIBLE
    return _Prior(alpha[kept], beta[kept], weight[kept] / weight[kept].sum())


def _mixture_quantile(
    alpha: NDArray[np.float64], beta: NDArray[np.float64], weight: NDArray[np.float64], p: float
) -> NDArray[np.float64]:
    """The p quantiles of S mixtures of Beta distributions: alpha, beta (S, P).

    Each is the middle of the cell that it lies in, of N_CELLS on 0..1: what halving would find, in
    a third of the looks. The first two are about where a single Beta distribution has it, then the
    Illinois method (Dowell and Jarratt 1971, BIT 11:168) on whole cells.
    """
    low, high = np.zeros(len(alpha)), np.full(len(alpha), float(N_CELLS))
    below, above = np.full(len(alpha), -p), np.full(len(alpha), 1 - p)
    last = np.zeros(len(alpha))
    aim, density = _guess_quantile(alpha, beta, weight, p)
    left, n_looks = np.arange(len(alpha)), 0
    while len(left):
        if n_looks > 1:
            share = below[left] / (below[left] - above[left])
            aim[left] = low[left] + (high[left] - low[left]) * share
        at = np.clip(np.rint(aim[left]), low[left] + 1, high[left] - 1)
        found = special.betainc(alpha[left], beta[left], at[:, None] / N_CELLS) @ weight - p
        if n_looks == 0:
            # A little beyond where it should be, so that it lies between the two.
            aim[left] = at - BEYOND * found / density[left] - np.sign(found)
        is_below = found < 0
        for side, rows, end, value, other in (
            (-1, is_below, low, below, above),
            (1, ~is_below, high, above, below),
        ):
            own = left[rows]
            end[own], value[own] = at[rows], found[rows]
            # The end that stays counts for half, so that it moves as well.
            other[own[last[own] == side]] /= 2
            last[own] = side
        left, n_looks = left[high[left] - low[left] > 1], n_looks + 1
    return (low + 0.5) / N_CELLS


def _guess_quantile(
    alpha: NDArray[np.float64], beta: NDArray[np.float64], weight: NDArray[np.float64], p: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The p quantiles, and the densities there, of Beta distributions with the mixtures' moments.

    In cells, each (S,).
    """
    total = alpha + beta
    mean = (alpha / total) @ weight
    square = (alpha * (alpha + 1) / (total * (total + 1))) @ weight
    concentration = np.maximum(mean * (1 - mean) / (square - mean**2) - 1, 1e-3)
    a, b = mean * concentration, (1 - mean) * concentration
    place: NDArray[np.float64] = np.clip(special.betaincinv(a, b, p), 1 / N_CELLS, 1 - 1 / N_CELLS)
    density = np.exp((a - 1) * np.log(place) + (b - 1) * np.log1p(-place) - special.betaln(a, b))
    return place * N_CELLS, np.maximum(density, LEAST_DENSITY) / N_CELLS
