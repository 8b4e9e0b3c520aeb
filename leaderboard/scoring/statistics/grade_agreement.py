"""How far several graders agree on an ordered scale, where some may have left some out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leaderboard.scoring.statistics.intervals import Estimate

N_DRAWS = 2000
FEWEST_UNITS = 2

Grades = NDArray[np.float64]


def ordinal_alpha(grades: Grades, n_steps: int) -> float | None:
    """Krippendorff's alpha for ordinal data; grades: (n units, k graders) of 0 .. n_steps - 1.

    NaN is no grade. Krippendorff (2011), Computing Krippendorff's alpha-reliability. None where
    fewer than two grades are of one unit, or all are the same.
    """
    return _alpha(_count_pairs(grades, n_steps).sum(axis=0))


def agree_on_grades(grades: Grades, n_steps: int, seed: int = 0) -> Estimate | None:
    """The alpha of `ordinal_alpha` with a 95 % percentile interval over units drawn again.

    The ends are None with fewer than 2 units that two graders graded.
    """
    pairs = _count_pairs(grades, n_steps)
    value = _alpha(pairs.sum(axis=0))
    if value is None:
        return None
    known = pairs[pairs.sum(axis=(1, 2)) > 0]
    n = len(known)
    if n < FEWEST_UNITS:
        return Estimate(value, None, None)
    weights = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), N_DRAWS)
    drawn = np.tensordot(weights.astype(np.float64), known, axes=1)
    found = [alpha for alpha in map(_alpha, drawn) if alpha is not None]
    if not found:
        return Estimate(value, None, None)
    low, high = np.quantile(found, [0.025, 0.975])
    return Estimate(value, min(float(low), value), max(float(high), value))


def _count_pairs(grades: Grades, n_steps: int) -> NDArray[np.float64]:
    """(n, n_steps, n_steps): what each unit adds to the coincidences of values."""
    of_unit = np.stack([(grades == step).sum(axis=1) for step in range(n_steps)], axis=1)
    counts = of_unit.astype(np.float64)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs -= np.eye(n_steps) * counts[:, None, :]
    n_grades = counts.sum(axis=1)
    pairs[n_grades < 2] = 0.0
    divisors: NDArray[np.float64] = np.maximum(n_grades - 1, 1)
    result: NDArray[np.float64] = pairs / divisors[:, None, None]
    return result


def _alpha(coincidences: NDArray[np.float64]) -> float | None:
    totals = coincidences.sum(axis=0)
    n = float(totals.sum())
    if n < 2:
        return None
    # The distance of two values: the grades from the middle of one to the middle of the other.
    middles = np.cumsum(totals) - totals / 2
    distances = (middles[:, None] - middles[None, :]) ** 2
    observed = float((coincidences * distances).sum())
    expected = float((np.outer(totals, totals) * distances).sum()) / (n - 1)
    return None if expected <= 0 else 1 - observed / expected
