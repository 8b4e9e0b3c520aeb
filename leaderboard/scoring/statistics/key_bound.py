"""How many keys can be wrong, by a random check of some of them: exact bounds, finite population.

n of N keys are drawn without replacement, and x of them are found wrong. If K of the N are wrong,
x is hypergeometric: P(x) = C(K, x) C(N - K, n - x) / C(N, n). The bounds are those K that the
result does not speak against, as Clopper and Pearson (1934, Biometrika 26:404) have it for an
infinite population; for a finite one, Buonaccorsi (1987), The American Statistician 41:215.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CONFIDENCE = 0.95


@dataclass(frozen=True)
class KeyBound:
    """What a check says of `n_items` keys, `n_checked` of which were drawn, `n_wrong` wrong.

    `most` is the one-sided 95 % bound on how many of all are wrong, those found among them; `low`
    and `high` are the ends of the two-sided 95 % interval. All three are counts of keys.
    """

    n_items: int
    n_checked: int
    n_wrong: int
    most: int
    low: int
    high: int


def bound_wrong(n_items: int, n_checked: int, n_wrong: int) -> KeyBound:
    """The bounds after a check. Without a check every key may be wrong.

    Raises ValueError unless 0 <= n_wrong <= n_checked <= n_items.
    """
    if not 0 <= n_wrong <= n_checked <= n_items:
        raise ValueError(f"{n_wrong} wrong of {n_checked} checked of {n_items} is no check")
    tail = 1 - CONFIDENCE
    return KeyBound(
        n_items,
        n_checked,
        n_wrong,
        _most_wrong(n_items, n_checked, n_wrong, tail),
        _least_wrong(n_items, n_checked, n_wrong, tail / 2),
        _most_wrong(n_items, n_checked, n_wrong, tail / 2),
    )


def plan_check(n_items: int, share: float, n_wrong: int = 0) -> int | None:
    """How many keys to draw for a bound of at most `share` (0..1) where `n_wrong` are found wrong.

    None where no number does: more would be known to be wrong than `share` allows.
    """
    allowed = int(np.floor(share * n_items + 1e-9))
    if n_wrong > allowed:
        return None
    few, enough = n_wrong, n_items
    while few < enough:
        middle = (few + enough) // 2
        if _most_wrong(n_items, middle, n_wrong, 1 - CONFIDENCE) <= allowed:
            enough = middle
        else:
            few = middle + 1
    return enough


def _most_wrong(n_items: int, n_checked: int, n_wrong: int, tail: float) -> int:
    """The largest K under which as few wrong as were found, or fewer, is likelier than `tail`."""
    candidates = np.arange(n_wrong, n_items - (n_checked - n_wrong) + 1)
    chances = _chances(n_wrong, n_items, candidates, n_checked)
    return int(candidates[np.flatnonzero(chances > tail)[-1]])


def _least_wrong(n_items: int, n_checked: int, n_wrong: int, tail: float) -> int:
    """The smallest K under which as many wrong as were found, or more, is likelier than `tail`."""
    candidates = np.arange(n_wrong, n_items - (n_checked - n_wrong) + 1)
    chances = _chances(n_wrong - 1, n_items, candidates, n_checked, more=True)
    return int(candidates[np.flatnonzero(chances > tail)[0]])


def _chances(
    n_wrong: int, n_items: int, candidates: NDArray[np.int_], n_checked: int, *, more: bool = False
) -> NDArray[np.float64]:
    """Of each K of `candidates`, the chance of at most `n_wrong` wrong, or of more than those."""
    # Here alone: it is slow to import, and most processes never get here.
    from scipy.stats import hypergeom

    tail = hypergeom.sf if more else hypergeom.cdf
    return np.asarray(tail(n_wrong, n_items, candidates, n_checked), dtype=np.float64)
