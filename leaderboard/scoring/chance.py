"""Whether answers are better than guesses."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def chance_of(n_options: int, *, multiple: bool) -> float:
    """How often a guess at a question of `n_options` is right: any letter, or any set of them."""
    return 1 / (2**n_options - 1) if multiple else 1 / n_options


def excess_over_chance(correct: NDArray[np.bool_], chance: NDArray[np.float64]) -> float:
    """How many standard errors the number of right answers lies above that of guesses.

    correct, chance: (N,), N >= 1, each chance within 0..1. Guesses are right independently, so
    their number has the mean sum(p) and the variance sum(p (1 - p)); 0 where that is 0.
    """
    variance = float((chance * (1 - chance)).sum())
    if variance == 0:
        return 0.0
    return (float(correct.sum()) - float(chance.sum())) / math.sqrt(variance)
