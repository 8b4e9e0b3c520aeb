"""Severe errors per 100 cases by track, event, red flag and subcondition: codes in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.items.weights import is_about
from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import DEFAULT_TRACKS, Board, Track, order_tracks
from leaderboard.scoring.harm import Grade, HarmEvent, RedFlag
from leaderboard.scoring.harm_rates import (
    HarmRate,
    ModelCodes,
    ModelRows,
    count_graded,
    rate_codes,
)


class HarmLine(NamedTuple):
    """Severe errors per 100 cases of one `part` of the items: a board, event, flag or condition.

    `worse` counts cases with an error that is moderate or worse; `n_errors` are all severe errors,
    None of an event or flag, of which a case has one, and of several runs.
    """

    part: str
    key: str
    title: str
    n_graded: int
    severe: HarmRate
    worse: HarmRate
    n_errors: int | None


def _list_boards(tracks: pd.Series[str]) -> list[Board]:
    """All questions, then each of their tracks, then reports."""
    found = order_tracks([*DEFAULT_TRACKS, *map(Track, tracks.unique())])
    return [Board.CLOSED, *sorted(map(Board, found), key=lambda board: board.is_judged)]


def make_lines(
    items: pd.DataFrame, every: NDArray[np.bool_], rows: ModelRows, names: Mapping[str, str]
) -> Iterator[HarmLine]:
    """The lines of those of a split's items that are in `every`, without what is not graded.

    items: track, subcondition and cluster of each of the N items; every: (N,); names: those of
    subconditions by their keys.
    """
    clusters = items["cluster"].to_numpy(np.int64)
    tracks, conditions = items["track"], items["subcondition"]
    strata = pd.factorize(tracks)[0].astype(np.int64)
    wholes = [
        ("board", board.value, board.label, is_about(board, items))
        for board in _list_boards(tracks)
    ]
    wholes += [
        ("subcondition", key, name, (conditions == key).to_numpy()) for key, name in names.items()
    ]
    kinds = [("event", event.value, event.label) for event in HarmEvent]
    kinds += [("red_flag", flag.value, flag.label) for flag in RedFlag]
    for part, key, title, of_part in wholes:
        own = of_part & every
        found = rows.take("worst", own)
        n_errors = None if found.runs else int(rows.take("n_severe", own).codes.sum())
        yield from _make_line((part, key, title), found, strata[own], clusters[own], n_errors)
    for kind in kinds:
        found = rows.take(kind[1], every)
        yield from _make_line(kind, found, strata[every], clusters[every], None)


def _make_line(
    names: tuple[str, str, str],
    found: ModelCodes,
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    n_errors: int | None,
) -> Iterator[HarmLine]:
    """The line of these codes, none where nothing is graded."""
    n_graded = count_graded(found.codes)
    if n_graded:
        severe = rate_codes(found, strata, clusters)
        worse = rate_codes(found, strata, clusters, Grade.MODERATE)
        yield HarmLine(*names, n_graded, severe, worse, n_errors)
