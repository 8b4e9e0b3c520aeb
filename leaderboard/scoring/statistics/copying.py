"""How alike answer sheets are: what they keep of each other, and wrong answers in common.

Two models are right together because the answer is right. What they get wrong in the same way tells
more, so copying is judged on the items alone that both got wrong, as in error-similarity analysis:
Bellezza and Bellezza (1989), Teaching of Psychology 16:151. How many of these wrong answers are the
same is tested by the generalized binomial of van der Linden and Sotaridona (2006), Journal of
Educational and Behavioral Statistics 31:283: items are independent, each with a chance of its own.

A sheet is a row of codes: 0 for no answer, and a number for each letter or set of letters.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_CHANCE = 0.8
"""How often two models that are both wrong give the same answer, where others tell too little.

On average it is 60 % of language models: Kim, Garg, Peng and Garg (2025), Correlated Errors in
Large Language Models, ICML. Some pairs agree on more. No item counts as a more popular mistake,
whatever others answer: else many copies would excuse each other.
"""
PRIOR_PAIRS = 10.0
"""So many pairs of other models on an item weigh as much as MOST_CHANCE."""


class Likeness(NamedTuple):
    """Sheets against each other, each (S, S).

    `n_same` answers in common; `n_differ` items that are not alike, as an answer against none;
    `n_both_wrong` items and `n_same_wrong` of them; `n_unsolved` items that neither has right, and
    `n_alike` of them: the same wrong answer, or none on either.
    """

    n_same: NDArray[np.int64]
    n_differ: NDArray[np.int64]
    n_both_wrong: NDArray[np.int64]
    n_same_wrong: NDArray[np.int64]
    n_unsolved: NDArray[np.int64]
    n_alike: NDArray[np.int64]


class Expected(NamedTuple):
    """The same wrong answers of two sheets that are independent, each (S, S), and their spread."""

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]


def measure_likeness(codes: NDArray[np.int64], right: NDArray[np.bool_]) -> Likeness:
    """All pairs of sheets; codes and right: (S, N). An item without an answer is not wrong."""
    wrong = (codes > 0) & ~right
    n_same = np.zeros((len(codes), len(codes)))
    n_same_wrong = n_same.copy()
    for code in np.unique(codes[codes > 0]):
        n_same += _count_common(codes == code)
        n_same_wrong += _count_common((codes == code) & wrong)
    n_blank = _count_common(codes == 0)
    counts = (
        n_same,
        codes.shape[1] - n_same - n_blank,
        _count_common(wrong),
        n_same_wrong,
        _count_common(~right),
        n_same_wrong + n_blank,
    )
    return Likeness(*(one.astype(np.int64) for one in counts))


def _count_common(marked: NDArray[np.bool_]) -> NDArray[np.float32]:
    rows = marked.astype(np.float32)
    return rows @ rows.T


def count_wrong(codes: NDArray[np.int64], right: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(N, K) how many of the sheets (S, N) gave each wrong answer of an item, by its code."""
    n_codes = int(codes.max(initial=0)) + 1
    counts = np.zeros((codes.shape[1], n_codes), np.int64)
    for row, is_right in zip(codes, right, strict=True):
        items = np.flatnonzero((row > 0) & ~is_right)
        counts[items, row[items]] += 1
    return counts


def chance_of_same_wrong(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """(N,) how often two independent models that are both wrong on an item give the same answer.

    counts: (N, K) of `count_wrong` over other models. The share of their pairs that agree, drawn
    towards MOST_CHANCE where there are few, and no larger.
    """
    n = counts.sum(axis=1)
    n_pairs, n_agree = n * (n - 1) / 2, (counts * (counts - 1)).sum(axis=1) / 2
    shares = (n_agree + PRIOR_PAIRS * MOST_CHANCE) / (n_pairs + PRIOR_PAIRS)
    chances: NDArray[np.float64] = np.minimum(shares, MOST_CHANCE)
    return chances


def expect_same_wrong(wrong: NDArray[np.bool_], chances: NDArray[np.float64]) -> Expected:
    """Of all pairs of sheets at once, from where each is wrong (S, N); chances: (N,)."""
    rows = wrong.astype(np.float32)
    mean = (rows * chances.astype(np.float32)) @ rows.T
    variance = (rows * (chances * (1 - chances)).astype(np.float32)) @ rows.T
    return Expected(mean.astype(np.float64), np.sqrt(variance.astype(np.float64)))


def find_p_of_same_wrong(chances: NDArray[np.float64], n_same: int) -> float:
    """The chance of at least `n_same` same wrong answers, of two models that are independent.

    chances: (n,) of the items that both got wrong. 1 where nothing is the same.
    """
    # Here alone: it is slow to import, and most processes never get here.
    from scipy.stats import poisson_binom

    if n_same <= 0:
        return 1.0
    return float(min(1.0, poisson_binom.sf(n_same - 1, chances)))


def chance_of_nested_blanks(n_items: int, n_earlier: int, n_later: int) -> float:
    """The chance that a later sheet answers every item that an earlier one answers.

    Each chooses n_earlier and n_later <= n_items of the items to answer, independently of the
    other: the hypergeometric C(n_items - n_earlier, n_later - n_earlier) / C(n_items, n_later).
    """
    if n_later < n_earlier:
        return 0.0
    ways = _log_choose(n_items - n_earlier, n_later - n_earlier)
    return math.exp(ways - _log_choose(n_items, n_later))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
