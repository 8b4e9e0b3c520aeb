"""The smallest difference between two models that the items can show."""

from __future__ import annotations

import math

from scipy.special import stdtrit

SIGNIFICANCE = 0.05
POWER = 0.8


def smallest_difference(variance: float, freedom: float, n_comparisons: int = 1) -> float | None:
    """The true difference that a two-sided test finds with a power of 80 %.

    variance: of the paired difference, with that many degrees of freedom of t. Over several
    comparisons each has to pass Holm's first step, 5 % / n_comparisons: so it is the difference
    that is found whatever the other pairs are like. (t(1 - alpha/2) + t(0.8)) x standard error,
    which is within a hundredth of the noncentral t's from 30 degrees on. None where the variance
    is 0 or infinite: nothing tells how far chance reaches.
    """
    if not 0 < variance < math.inf or n_comparisons < 1:
        return None
    level = SIGNIFICANCE / n_comparisons
    reach = float(stdtrit(freedom, 1 - level / 2)) + float(stdtrit(freedom, POWER))
    return reach * math.sqrt(variance)
