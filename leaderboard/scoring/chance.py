"""Whether answers are better than guesses."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def chance_of(n_options: int, n_right: Sequence[int]) -> float:
    """How often the best guess at a question of `n_options` is right.

    n_right: how many letters are right in each of the questions of its kind. Whoever knows these
    guesses the number of letters first and then which: the largest of share(k) / C(n, k).
    """
    counts = Counter(n_right)
    return max(
        (n / len(n_right) / math.comb(n_options, k) for k, n in counts.items() if k <= n_options),
        default=1 / n_options,
    )


def excess_over_chance(correct: NDArray[np.bool_], chance: NDArray[np.float64]) -> float:
    """How many standard errors the number of right answers lies above that of guesses.

    correct, chance: (N,), N >= 1, each chance within 0..1. Guesses are right independently, so
    their number has the mean sum(p) and the variance sum(p (1 - p)); 0 where that is 0.
    """
    variance = float((chance * (1 - chance)).sum())
    if variance == 0:
        return 0.0
    return (float(correct.sum()) - float(chance.sum())) / math.sqrt(variance)
