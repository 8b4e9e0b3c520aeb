"""Scores of several tracks as one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class TrackScore(NamedTuple):
    """A track's number of items and its score (0..100)."""

    n: int
    value: float


def combine_tracks(tracks: Iterable[TrackScore]) -> float:
    """The sum over tracks of N_track / N x score: SpineBench's total (arXiv 2510.03160).

    Of the text and image tracks alone it is the closed accuracy. Raises ValueError if there are
    no items.
    """
    parts = list(tracks)
    n = sum(part.n for part in parts)
    if n == 0:
        raise ValueError("no items to combine")
    return sum(part.n * part.value for part in parts) / n
