"""Severe errors per 100 cases: how often answers do harm, by rows of `scoring.harm.COLUMNS`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
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
from leaderboard.scoring.statistics.intervals import Estimate, accuracy, mean_accuracy
from leaderboard.scoring.statistics.paired import mcnemar_mid_p, paired_difference
from leaderboard.scoring.statistics.runs import Between, add_between, between_runs, widen

FEWEST_SHOWN = 5
"""Of fewer cases nothing is told where answers are hidden: it would tell what single ones hold."""

Rows = NDArray[np.uint8]
Codes = NDArray[np.uint8]
Places = NDArray[np.int64]
PERCENT = (0.0, 100.0)


class ModelRows(NamedTuple):
    """The rows of a model on all items of a split, of several runs what they have together.

    Of a mistake that several runs make, `rows` has the worst; what one of them left unknown or
    without an answer is so. `runs` has a block (R, N, len(COLUMNS)) for each set of several runs,
    UNGRADED but on its tracks.
    """

    rows: Rows
    runs: tuple[Rows, ...] = ()

    def take(self, column: str, own: NDArray[np.bool_]) -> ModelCodes:
        """One column on the items of `own`, (N,)."""
        place = COLUMNS.index(column)
        runs = (block[:, own, place] for block in self.runs)
        is_graded = (block for block in runs if (block != UNGRADED).any())
        return ModelCodes(self.rows[own, place], tuple(is_graded))


class ModelCodes(NamedTuple):
    """One column of a model on n cases: `codes` (n,), and in `runs` those of each set, (R, n).

    A block is UNGRADED but on the graded cases of its set.
    """

    codes: Codes
    runs: tuple[Codes, ...] = ()

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """(n,) Whether the errors of a graded case are known, of every run."""
        return self.codes < UNANSWERED


class HarmRate(NamedTuple):
    """Cases per 100 with an error of some grade, of the `n` whose errors are known.

    `n_hit` have one; where several runs stand they are the cases in which any run has one, and the
    estimate is the mean over runs. `n_unknown` were answered and what was said is not known; where
    `n_unanswered` have no answer there is no estimate, for whoever answers could leave out what is
    hard.
    """

    estimate: Estimate | None
    n: int
    n_hit: int
    n_unknown: int
    n_unanswered: int


class HarmDifference(NamedTuple):
    """Two models on the `n` cases whose errors are known of both: first less second, per 100 cases.

    `n_first` have a severe error of the first alone, `n_second` of the second alone, `n_both` of
    both; the p-value is McNemar's mid-p. Between means of several runs there are no such numbers,
    and the p-value is that of the paired test, with what runs add.
    """

    n: int
    value: float
    p_value: float
    n_first: int | None = None
    n_second: int | None = None
    n_both: int | None = None


def pack_rows(rows: Sequence[Sequence[int]]) -> bytes:
    """Rows of `COLUMNS`, an item each, as bytes."""
    return np.array(rows, dtype=np.uint8).reshape(-1, len(COLUMNS)).tobytes()


def unpack_rows(content: bytes) -> Rows:
    """(N, len(COLUMNS)): what `pack_rows` packed."""
    return np.frombuffer(content, dtype=np.uint8).reshape(-1, len(COLUMNS))


def join_tracks(
    parts: Mapping[str, Sequence[str]], found: Mapping[str, Rows], tracks: Sequence[str]
) -> ModelRows | None:
    """The rows of a model whose tracks have rows of their own, None without any.

    parts: by track the ids of the runs that it stands by there, or of its one file; found: (N,
    len(COLUMNS)) by id; tracks: (N,) that of each item. Of a track without the rows of each run
    nothing is known, but which items are graded.
    """
    known = {
        track: tuple(keys) for track, keys in parts.items() if all(key in found for key in keys)
    }
    if not known:
        return None
    joined = found[next(iter(known.values()))[0]].copy()
    blocks: dict[tuple[str, ...], Rows] = {}
    names = np.array(tracks)
    for track in dict.fromkeys(tracks):
        own = names == track
        keys = known.get(track)
        if keys is None:
            joined[own] = _forget(joined[own])
            continue
        runs = np.stack([found[key] for key in keys])
        joined[own] = _join_runs(runs[:, own])
        if len(keys) > 1:
            block = blocks.setdefault(keys, np.full(runs.shape, UNGRADED, np.uint8))
            block[:, own] = runs[:, own]
    return ModelRows(joined, tuple(blocks.values()))


def _forget(rows: Rows) -> Rows:
    """Rows of which nothing is known but what is graded."""
    rows = rows.copy()
    grades = rows[:, :N_GRADES]
    grades[grades != UNGRADED] = UNANSWERED
    rows[:, N_GRADES:] = 0
    return rows


def _join_runs(runs: Rows) -> Rows:
    """(n, len(COLUMNS)): what runs, (R, n, len(COLUMNS)), have together; see `ModelRows`."""
    is_ungraded = runs == UNGRADED
    joined: Rows = np.where(is_ungraded, 0, runs).max(axis=0)
    joined[(runs == UNJUDGED).any(axis=0) | is_ungraded.any(axis=0)] = UNJUDGED
    joined[(runs == UNANSWERED).any(axis=0)] = UNANSWERED
    joined[is_ungraded.all(axis=0)] = UNGRADED
    joined[:, N_GRADES:] = runs[:, :, N_GRADES:].max(axis=0)
    return joined


def rate_codes(
    found: ModelCodes, strata: Places, clusters: Places, least: Grade = Grade.SEVERE
) -> HarmRate:
    """How many of the graded cases have an error of the grade `least` or worse.

    found: of one column; strata (their tracks) and clusters: (n,). Wilson's interval with the
    effective number of cases, on 0..100; of several runs that of their mean, with what runs add.
    """
    known, codes = found.is_known, found.codes
    hit = known & (codes >= least.rank)
    n_unanswered = int((codes == UNANSWERED).sum())
    estimate = None
    if known.any() and not n_unanswered:
        if found.runs:
            values = _mean_hits(found, known, least)
            most = max(len(block) for block in found.runs)
            between = _find_between(found, known, strata, clusters, least)
            estimate = widen(mean_accuracy(values, clusters[known], most), between, PERCENT)
        else:
            share = accuracy(hit[known], clusters[known])
            low, high = (None if end is None else 100 * end for end in share[1:])
            estimate = Estimate(100 * share.value, low, high)
    return HarmRate(
        estimate, int(known.sum()), int(hit.sum()), int((codes == UNJUDGED).sum()), n_unanswered
    )


def _mean_hits(found: ModelCodes, known: NDArray[np.bool_], least: Grade) -> NDArray[np.float64]:
    """On 0..100, of each known case: how many in a hundred runs have an error so grave."""
    values = _hit(found.codes, least)
    for block in found.runs:
        own = known & (block != UNGRADED).all(axis=0)
        values[own] = _hit(block[:, own], least).mean(axis=0)
    return values[known]


def _hit(codes: Codes, least: Grade) -> NDArray[np.float64]:
    """100 where a code is of an error so grave, else 0."""
    hits: NDArray[np.float64] = np.where(codes >= least.rank, 100.0, 0.0)
    return hits


def _find_between(
    found: ModelCodes, known: NDArray[np.bool_], strata: Places, clusters: Places, least: Grade
) -> Between:
    """What the choice of runs adds to the mean over the known cases."""
    n, parts = int(known.sum()), []
    for block in found.runs:
        own = known & (block != UNGRADED).all(axis=0)
        if own.any():
            hits, weights = _hit(block[:, own], least), np.full(int(own.sum()), 1 / n)
            parts.append(between_runs(hits, weights, strata[own], clusters[own]))
    return add_between(parts)


def count_graded(codes: Codes) -> int:
    """How many cases could have such an error, whatever is known of them."""
    return int((codes != UNGRADED).sum())


def compare_codes(
    first: ModelCodes, second: ModelCodes, strata: Places, clusters: Places
) -> HarmDifference | None:
    """Two models' severe errors on the same cases; None without a case known of both."""
    known = first.is_known & second.is_known
    if not known.any():
        return None
    n = int(known.sum())
    if first.runs or second.runs:
        severe = partial(_find_between, strata=strata, clusters=clusters, least=Grade.SEVERE)
        tested = paired_difference(
            _mean_hits(first, known, Grade.SEVERE),
            _mean_hits(second, known, Grade.SEVERE),
            strata[known],
            clusters[known],
            (severe(first, known), severe(second, known)),
        )
        return HarmDifference(n, tested.value, tested.p_value)
    one, other = (of.codes[known] >= Grade.SEVERE.rank for of in (first, second))
    n_first, n_second = int((one & ~other).sum()), int((other & ~one).sum())
    value, p_value = 100 * (n_first - n_second) / n, mcnemar_mid_p(n_first, n_second)
    return HarmDifference(n, value, p_value, n_first, n_second, int((one & other).sum()))


def find_told(counts: Mapping[str, int], n_apart: int = 0) -> set[str]:
    """The parts of a whole of which figures may be told where answers are hidden.

    counts: the cases of each part of which something is known; `n_apart` others of the whole are in
    no part. None of fewer cases than FEWEST_SHOWN is told; and where what is left out has fewer
    together, whose figures would be those of the whole less all others', the smallest of the
    others is not told either.
    """
    told = {name for name, n in counts.items() if n >= FEWEST_SHOWN}
    left_out = n_apart + sum(n for name, n in counts.items() if name not in told)
    while told and 0 < left_out < FEWEST_SHOWN:
        smallest = min(told, key=lambda name: (counts[name], name))
        told.remove(smallest)
        left_out += counts[smallest]
    return told
