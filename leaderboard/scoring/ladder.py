"""The Ladder: whether a result is news, so that what becomes public teaches little about answers.

Blum and Hardt (2015), The Ladder: a reliable leaderboard for machine learning competitions,
arXiv 1502.04585, the parameter-free algorithm: a result counts only if it beats the best one
before by more than the standard error of the paired difference.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.scoring.ranking import paired_variances


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
    """Whether `values` beat `best` by more than the standard error of the difference.

    All (N,), N >= 1, no NaN. The difference is that of the means over items; its error is
    stratified and cluster-robust as in rank ranges. With one stratum and items on their own it
    is Blum and Hardt's std(difference) / sqrt(N). An equal result is never better.
    """
    variances, _ = paired_variances(np.stack([values, best]), strata, clusters)
    difference = float(values.mean() - best.mean())
    error = math.sqrt(float(variances[0, 1]))
    return LadderStep(difference > error, difference, error)
