"""Whether answers are better than guesses."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

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


def find_chances(questions: Iterable[tuple[int, bool]], n_right: Sequence[int]) -> list[float]:
    """The chance of each question, by its number of options and whether it has several answers.

    n_right: how many letters are right in each question with several answers of the split.
    """
    every = list(questions)
    known = {one: chance_of(one[0], n_right if one[1] else [1]) for one in set(every)}
    return [known[one] for one in every]


def excess_over_chance(correct: NDArray[np.bool_], chance: NDArray[np.float64]) -> float:
    """How many standard errors the number of right answers lies above that of guesses.

    correct, chance: (N,), N >= 1, each chance within 0..1. Guesses are right independently, so
    their number has the mean sum(p) and the variance sum(p (1 - p)); 0 where that is 0.
    """
    variance = float((chance * (1 - chance)).sum())
    if variance == 0:
        return 0.0
    return (float(correct.sum()) - float(chance.sum())) / math.sqrt(variance)
