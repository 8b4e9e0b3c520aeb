"""Severe errors per 100 cases: how often answers do harm, by rows of `scoring.harm.COLUMNS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.scoring.harm import (
    COLUMNS,
    N_GRADES,
    UNANSWERED,
    UNGRADED,
    UNJUDGED,
    Grade,
)
from leaderboard.scoring.statistics.intervals import Estimate, accuracy
from leaderboard.scoring.statistics.paired import mcnemar_mid_p

FEWEST_SHOWN = 5
"""Of fewer cases nothing is told where answers are hidden: it would tell what single ones hold."""

Rows = NDArray[np.uint8]
Codes = NDArray[np.uint8]


class HarmRate(NamedTuple):
    """Cases per 100 with an error of some grade, of the `n` whose errors are known.

    `n_hit` have one. `n_unknown` were answered and what was said is not known; where
    `n_unanswered` have no answer there is no estimate, for whoever answers could leave out what is
    hard.
    """

    estimate: Estimate | None
    n: int
    n_hit: int
    n_unknown: int
    n_unanswered: int


class HarmDifference(NamedTuple):
    """Two models on the `n` cases whose errors are known of both.

    `n_first` have a severe error of the first alone, `n_second` of the second alone, `n_both` of
    both; the p-value is McNemar's mid-p.
    """

    n: int
    n_first: int
    n_second: int
    n_both: int
    p_value: float

    @property
    def value(self) -> float:
        """First less second, per 100 cases."""
        return 100 * (self.n_first - self.n_second) / self.n


def pack_rows(rows: Sequence[Sequence[int]]) -> bytes:
    """Rows of `COLUMNS`, an item each, as bytes."""
    return np.array(rows, dtype=np.uint8).reshape(-1, len(COLUMNS)).tobytes()


def unpack_rows(content: bytes) -> Rows:
    """(N, len(COLUMNS)): what `pack_rows` packed."""
    return np.frombuffer(content, dtype=np.uint8).reshape(-1, len(COLUMNS))


def join_tracks(parts: Mapping[str, Rows], tracks: Sequence[str]) -> Rows | None:
    """The rows of a model whose tracks have rows of their own, None without any.

    parts: (N, len(COLUMNS)) by track; tracks: (N,) that of each item. Of a track without rows
    nothing is known, but which items are graded.
    """
    if not parts:
        return None
    joined = next(iter(parts.values())).copy()
    names = np.array(tracks)
    for track in dict.fromkeys(tracks):
        own = names == track
        if track in parts:
            joined[own] = parts[track][own]
        else:
            known = joined[own]
            grades = known[:, :N_GRADES]
            grades[grades != UNGRADED] = UNANSWERED
            known[:, N_GRADES:] = 0
            joined[own] = known
    return joined


def take(rows: Rows, column: str) -> Codes:
    """(N,) codes of one column."""
    codes: Codes = rows[:, COLUMNS.index(column)]
    return codes


def rate_codes(codes: Codes, clusters: NDArray[np.int64], least: Grade = Grade.SEVERE) -> HarmRate:
    """How many of the graded cases have an error of the grade `least` or worse.

    codes: (n,) of one column; clusters: (n,). Wilson's interval with the effective number of
    cases, on 0..100.
    """
    known = codes < UNANSWERED
    hit = known & (codes >= least.rank)
    n_unanswered = int((codes == UNANSWERED).sum())
    estimate = None
    if known.any() and not n_unanswered:
        share = accuracy(hit[known], clusters[known])
        low, high = (None if end is None else 100 * end for end in share[1:])
        estimate = Estimate(100 * share.value, low, high)
    return HarmRate(
        estimate, int(known.sum()), int(hit.sum()), int((codes == UNJUDGED).sum()), n_unanswered
    )


def count_graded(codes: Codes) -> int:
    """How many cases could have such an error, whatever is known of them."""
    return int((codes != UNGRADED).sum())


def compare_codes(first: Codes, second: Codes) -> HarmDifference | None:
    """Two models' severe errors on the same cases; None without a case known of both."""
    known = (first < UNANSWERED) & (second < UNANSWERED)
    if not known.any():
        return None
    one, other = (codes[known] >= Grade.SEVERE.rank for codes in (first, second))
    n_first, n_second = int((one & ~other).sum()), int((other & ~one).sum())
    p_value = mcnemar_mid_p(n_first, n_second)
    return HarmDifference(int(known.sum()), n_first, n_second, int((one & other).sum()), p_value)


def find_told(counts: Mapping[str, int]) -> set[str]:
    """The parts of a whole of which figures may be told where answers are hidden.

    None of fewer cases than FEWEST_SHOWN; and where what is left out has fewer together, whose
    figures would be those of the whole less all others', the smallest of the others too.
    """
    told = {name for name, n in counts.items() if n >= FEWEST_SHOWN}
    left_out = sum(n for name, n in counts.items() if name not in told)
    while told and 0 < left_out < FEWEST_SHOWN:
        smallest = min(told, key=lambda name: (counts[name], name))
        told.remove(smallest)
        left_out += counts[smallest]
    return told
