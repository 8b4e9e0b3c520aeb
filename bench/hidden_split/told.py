"""What a site tells of sheets, read from its own answers, as sums over items."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from bench.hidden_split.belief import Told, Weights
from bench.hidden_split.items import N_LETTERS, Items

STEP = 2.0
"""The step of the Ladder in points, and what scores are rounded to: the policy is public."""


class Sheet(NamedTuple):
    """A sheet as it was sent: the letters' places (N,), -1 for none, and of which items."""

    letters: NDArray[np.int64]
    sent: NDArray[np.bool_]


def count_right(sheet: Sheet, of: NDArray[np.bool_]) -> Weights:
    """(N, L) weights of how many of those items the sheet has right."""
    weights = np.zeros((len(sheet.letters), N_LETTERS), np.float32)
    places = np.flatnonzero(of & sheet.sent & (sheet.letters >= 0))
    weights[places, sheet.letters[places]] = 1
    return weights


def read_scores(scores: Sequence[Mapping[str, Any]], sheet: Sheet, items: Items) -> list[Told]:
    """The counts k of n of every accuracy shown."""
    told = []
    for score in scores:
        if score.get("metric", "accuracy") != "accuracy" or score["k"] is None:
            continue
        of = items.of(score["slice"], score["name"])
        if of.any():
            k = float(score["k"])
            told.append(Told(count_right(sheet, of), _nothing(of), k, k, _cell_of(items, of)))
            told.append(_count_items(items, of & sheet.sent, float(score["n"])))
    return told


def read_looks(feedback: Mapping[str, Any] | None, sheet: Sheet, items: Items) -> list[Told]:
    """The rounded scores of first looks."""
    told = []
    for look in feedback["first_looks"] if feedback else ():
        of = items.of("track", look["track"])
        weights = count_right(sheet, of) * np.float32(100 / look["n"])
        low, high = look["score"] - STEP / 2, look["score"] + STEP / 2
        told.append(Told(_nothing(of), weights, low, high))
        told.append(_count_items(items, of, float(of.sum() - look["n"])))
    return told


def make_step(sheet: Sheet, best: Sheet, n_heard: float) -> Told:
    """How much better the sheet is than the best before it, in points of the feedback part."""
    weights = count_right(sheet, sheet.sent) - count_right(best, sheet.sent)
    weights *= np.float32(100 / n_heard)
    return Told(_nothing(sheet.sent), weights, -math.inf, math.inf)


def read_step(step: Told, better_by: int, n_changed: float, n_heard: float) -> Told:
    """That step with what was told of it: 0 is no clear change.

    It is clear from STEP points on, and from one standard error of about `n_changed` items of the
    feedback part that one sheet alone has right.
    """
    clear = max(STEP, 100 * math.sqrt(max(n_changed, 0.0)) / n_heard)
    if better_by == 0:
        return step._replace(high=clear)
    return step._replace(low=max(STEP, better_by - STEP / 2), high=better_by + STEP / 2)


def read_comparison(
    comparison: Mapping[str, Any], sheets: Sequence[Sheet], items: Items
) -> list[Told]:
    """What two published models' comparison adds to their counts.

    An interval tells its variance, and that how many items one of the two alone had right: so how
    many are right of those on which the sheets agree.
    """
    told = []
    first, second = sheets
    same = (first.letters == second.letters) & first.sent & second.sent
    for row in comparison.get("slices", ()):
        of = items.of(row["slice"], row["name"])
        one, other = row["models"]
        difference = other.get("difference") or one.get("difference")
        if not of.any() or one.get("k") is None or other.get("k") is None or not difference:
            continue
        if difference.get("low") is None or row["n"] < 3:
            continue
        n_squares = _read_squares(difference, row["n"], len(set(items.slices["track"][of])))
        both = (one["k"] + other["k"] - n_squares) / 2
        weights = count_right(first._replace(sent=first.sent & same), of)
        told.append(Told(weights, _nothing(of), both - 0.5, both + 0.5, _cell_of(items, of)))
    return told


def _read_squares(difference: Mapping[str, float], n: int, n_strata: int) -> float:
    """About how many items differ, by the width of a t interval."""
    reach = min(100 - difference["value"], (difference["high"] - difference["low"]) / 2)
    deviation = reach / float(stdtrit(n - n_strata, 0.975)) / 100
    return deviation**2 * n * (n - 1) + n * (difference["value"] / 100) ** 2


def _count_items(items: Items, of: NDArray[np.bool_], n: float) -> Told:
    """That n of those items decide ranks."""
    weights = np.repeat(of[:, None], N_LETTERS, axis=1).astype(np.float32)
    return Told(weights, np.zeros_like(weights), n, n, _cell_of(items, of))


def _nothing(of: NDArray[np.bool_]) -> Weights:
    return np.zeros((len(of), N_LETTERS), np.float32)


def _cell_of(items: Items, of: NDArray[np.bool_]) -> int | None:
    cells = np.unique(items.cells[of])
    return int(cells[0]) if len(cells) == 1 else None
