"""What an attacker can work out: the posterior of every item, given all that the site has told.

Everything told is a linear function of unknown indicators (this letter is right, and the item
decides ranks, or is of the feedback part), either exactly (so many right) or within an interval
(a rounded score, better by a step or not). The posterior is that of a normal distribution with the
prior's means and covariances: exact counts condition it, intervals by expectation propagation for
truncated normals (Cunningham, Hennig and Lacoste-Julien 2011, arXiv 1111.6832). For counts it is
the linear decoder of coin weighing; it beats any vote over sheets, and with the policy off it
comes to the whole key.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

Floats = NDArray[np.float64]
Weights = NDArray[np.float32]

NOISE = 0.02
"""The variance that an exact count is given, in items squared, for the sums to be solvable."""
N_SWEEPS = 4
MOST_JOINT = 900
"""Observations beyond which each cell of items is solved on its own."""
NEARLY = 1e-6


class Told(NamedTuple):
    """That a sum lies from `low` to `high`; both are the same where it is told exactly.

    decides, heard: (N, L) what it counts of "this letter is right" for an item that decides ranks
    and for one of the feedback part. All items are of one `cell`, None for several.
    """

    decides: Weights
    heard: Weights
    low: float
    high: float
    cell: int | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the sum itself is told."""
        return self.low == self.high


class Posterior(NamedTuple):
    """How likely each letter of each item is right, (N, L) with rows of 1."""

    letters: Floats

    @property
    def best(self) -> NDArray[np.int64]:
        """(N,) the likeliest letters; ties go to the first."""
        places: NDArray[np.int64] = self.letters.argmax(axis=1)
        return places

    @property
    def surest(self) -> Floats:
        """(N,) how likely these are."""
        likely: Floats = self.letters.max(axis=1)
        return likely


class Forecast(NamedTuple):
    """What is expected of a sum: its mean and variance, as normal."""

    mean: float
    variance: float


def work_out(
    prior: Floats, share: float, told: Sequence[Told], cells: NDArray[np.int64]
) -> Posterior:
    """The posterior from the prior (N, L), where each item decides ranks with probability `share`.

    Where more is told than can be solved at once, sums over several cells are left out.
    """
    letters = prior.copy()
    if not told:
        return Posterior(letters)
    if len(told) <= MOST_JOINT:
        letters = _solve(prior, share, told)
    else:
        for cell in np.unique(cells):
            own = cells == cell
            part = [
                one._replace(decides=one.decides[own], heard=one.heard[own])
                for one in told
                if one.cell == cell
            ]
            if part:
                letters[own] = _solve(prior[own], share, part[-MOST_JOINT:])
    letters = np.clip(letters, NEARLY, None)
    return Posterior(letters / letters.sum(axis=1, keepdims=True))


def forecast(prior: Floats, share: float, weights: Told) -> Forecast:
    """What a sum of these weights would be, with items independent of each other."""
    means = _state_means(prior, share)
    rows = _rows([weights], len(prior))[0]
    per_item = (rows * means).sum(axis=1)
    variance = float((rows**2 * means).sum() - (per_item**2).sum())
    return Forecast(float(per_item.sum()), max(variance, NEARLY))


def _state_means(prior: Floats, share: float) -> Floats:
    """(N, 2 L): each letter right and deciding, then each right and of the feedback part."""
    return np.concatenate([share * prior, (1 - share) * prior], axis=1)


def _rows(told: Sequence[Told], n: int) -> Floats:
    """(K, N, 2 L) weights of the state."""
    rows = np.empty((len(told), n, 2 * told[0].decides.shape[1]))
    for row, one in zip(rows, told, strict=True):
        row[:] = np.concatenate([one.decides, one.heard], axis=1)
    return rows


def _solve(prior: Floats, share: float, told: Sequence[Told]) -> Floats:
    """(N, L) posterior means of "this letter is right", before clipping."""
    n, n_letters = prior.shape
    means = _state_means(prior, share)
    rows = _rows(told, n)
    weighted = rows * means
    per_item = weighted.sum(axis=2)
    # An item's state is one of 2 L, so its covariance is diag(m) - m m'.
    flat = (rows * np.sqrt(means)).reshape(len(told), -1)
    covariance = flat @ flat.T - per_item @ per_item.T
    expected = per_item.sum(axis=1)
    pull = _settle(covariance, expected, told)
    gain = np.tensordot(pull, weighted, axes=1) - means * (pull @ per_item)[:, None]
    state = means + gain
    letters: Floats = state[:, :n_letters] + state[:, n_letters:]
    return letters


def _settle(covariance: Floats, expected: Floats, told: Sequence[Told]) -> Floats:
    """(K,) inverse(covariance) (posterior mean - expected) of the sums, by their intervals."""
    exact = np.array([one.is_exact for one in told])
    centre = np.array([one.low for one in told])
    precision = np.where(exact, 1 / NOISE, 0.0)
    shift = np.where(exact, centre / NOISE, 0.0)
    covariance = covariance + NEARLY * np.eye(len(told))
    places = np.flatnonzero(~exact).tolist()
    for _ in range(N_SWEEPS if places else 0):
        mean, spread = _combine(covariance, expected, precision, shift)
        for place in places:
            one = told[place]
            variance = spread[place, place]
            cavity = 1 / variance - precision[place]
            if cavity <= NEARLY:
                continue
            cavity_mean = (mean[place] / variance - shift[place]) / cavity
            moments = truncate(cavity_mean, 1 / cavity, one.low, one.high)
            new = max(1 / moments.variance - cavity, 0.0)
            new_shift = moments.mean / moments.variance - cavity_mean * cavity if new else 0.0
            change, change_shift = new - precision[place], new_shift - shift[place]
            precision[place], shift[place] = new, new_shift
            column = spread[:, place].copy()
            scale = 1 / (1 + change * column[place])
            mean = mean + column * ((change_shift - change * mean[place]) * scale)
            spread -= np.outer(column, column) * (change * scale)
    used = precision > 0
    pull = np.zeros(len(told))
    if used.any():
        system = covariance[np.ix_(used, used)] + np.diag(1 / precision[used])
        aim = shift[used] / precision[used] - expected[used]
        pull[used] = np.linalg.solve(system, aim)
    return pull


def _combine(
    covariance: Floats, expected: Floats, precision: Floats, shift: Floats
) -> tuple[Floats, Floats]:
    """Mean and covariance of the sums, given normal sites on each."""
    used = precision > 0
    if not used.any():
        return expected.copy(), covariance.copy()
    across = covariance[:, used]
    system = covariance[np.ix_(used, used)] + np.diag(1 / precision[used])
    aim = shift[used] / precision[used] - expected[used]
    solved = np.linalg.solve(system, np.column_stack([aim, across.T]))
    return expected + across @ solved[:, 0], covariance - across @ solved[:, 1:]


def truncate(mean: float, variance: float, low: float, high: float) -> Forecast:
    """Mean and variance of a normal value that is known to lie from `low` to `high`."""
    deviation = math.sqrt(variance)
    below, above = (low - mean) / deviation, (high - mean) / deviation
    if below > -above:
        # The same from the other side, where the tails are not lost to rounding.
        mirrored = truncate(-mean, variance, -high, -low)
        return Forecast(-mirrored.mean, mirrored.variance)
    log_above, log_below = float(log_ndtr(above)), float(log_ndtr(below))
    log_mass = log_above + math.log1p(-math.exp(min(log_below - log_above, -1e-12)))
    density_low, density_high = _density(below, log_mass), _density(above, log_mass)
    ratio = density_low - density_high
    bent = (below * density_low if math.isfinite(below) else 0.0) - (
        above * density_high if math.isfinite(above) else 0.0
    )
    kept = max(1 + bent - ratio**2, 1e-4)
    return Forecast(mean + deviation * ratio, variance * kept)


def _density(place: float, log_mass: float) -> float:
    if not math.isfinite(place):
        return 0.0
    return math.exp(-place * place / 2 - math.log(2 * math.pi) / 2 - log_mass)
