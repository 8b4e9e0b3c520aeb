"""The smallest difference between two models that the items can show."""

from __future__ import annotations

import math
from collections.abc import Sequence

from leaderboard.late import special
from leaderboard.scoring.statistics.runs import Between, weigh_quantiles

SIGNIFICANCE = 0.05
POWER = 0.8


def smallest_difference(
    variance: float, freedom: float, n_comparisons: int = 1, runs: Sequence[Between] = ()
) -> float | None:
    """The true difference that a two-sided test finds with a power of 80 %.

    variance: of the paired difference, with that many degrees of freedom of t. Over several
    comparisons each has to pass Holm's first step, 5 % / n_comparisons: so it is the difference
    that is found whatever the other pairs are like. (t(1 - alpha/2) + t(0.8)) x standard error,
    which is within a hundredth of the noncentral t's from 30 degrees on. `runs` is what the choice
    of runs adds to each model's mean; both quantiles are then those of `statistics.runs`. None
    where the whole variance is 0 or infinite: nothing tells how far chance reaches.
    """
    total = variance + sum(one.variance for one in runs)
    if not 0 < total < math.inf or n_comparisons < 1:
        return None
    level = SIGNIFICANCE / n_comparisons

    def reach(degrees: float) -> float:
        return float(special.stdtrit(degrees, 1 - level / 2)) + float(
            special.stdtrit(degrees, POWER)
        )

    return weigh_quantiles(variance, reach(freedom), runs, reach) * math.sqrt(total)
