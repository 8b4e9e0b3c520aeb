"""The Ladder: whether a result is news, so that hearing so teaches little about answers.

Blum and Hardt (2015), The Ladder: a reliable leaderboard for machine learning competitions,
arXiv 1502.04585: a result counts only if it beats the best one before it by a fixed step, and, as
in their parameter-free algorithm, by more than the standard error of the paired difference.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.scoring.ranking import paired_variances

STEP = 2
"""The step in points of 0..100: what is told is a multiple of it."""


class LadderStep(NamedTuple):
    """A result against the best before it: paired difference of means and its standard error.

    The error is infinite where there are too few clusters to know it.
    """

    is_better: bool
    difference: float
    standard_error: float


def climb(
    values: NDArray[np.float64],
    best: NDArray[np.float64],
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
) -> LadderStep:
    """Whether `values` beat `best` by a step, and by more than the difference's standard error.

    All (N,), N >= 1, no NaN, in points. The difference is that of the means over items; its error
    is stratified and cluster-robust as in rank ranges. With one stratum and items on their own it
    is Blum and Hardt's std(difference) / sqrt(N).
    """
    variances, _ = paired_variances(np.stack([values, best]), strata, clusters)
    difference = float(values.mean() - best.mean())
    error = math.sqrt(float(variances[0, 1]))
    return LadderStep(is_step(difference, error), difference, error)


def is_step(difference: float, error: float | None) -> bool:
    """Whether a difference of that standard error counts; none does whose error is not known."""
    return error is not None and difference >= STEP and difference > error


def round_to_step(points: float) -> int:
    """The multiple of STEP nearest to `points`; halves go to the even multiple."""
    return STEP * round(points / STEP)
