"""What reported parts give as a total, beside the total that their source states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board
from leaderboard.scoring.boards import DEFAULT_TRACKS
from leaderboard.scoring.totals import OverallRule, TrackScore, combine, combine_tracks

EXACT = 1e-9


class Printed(NamedTuple):
    """A figure as printed: its value, the digits after its point, its number of items if known."""

    value: float
    decimals: int
    n: int | None


def recompute_by(
    rule: OverallRule,
    tracks: Sequence[Track],
    figures: Mapping[Board, Printed],
    counts: Mapping[Track, int],
) -> dict[Board, float]:
    """What the parts give for overall by the benchmark's own rule over its `tracks`.

    Nothing where the rule is over others than tracks, or one of them has no figure, or no number of
    items where that counts.
    """
    boards = [Board(track.value) for track in tracks]
    if rule.over != "track" or not all(board in figures for board in boards):
        return {}
    sizes = {board.value: figures[board].n or counts.get(Track(board), 0) for board in boards}
    if rule.weights == "equal":
        sizes = dict.fromkeys(sizes, 1)
    if not all(sizes.values()):
        return {}
    return {Board.OVERALL: combine(rule, sizes, {one.value: figures[one].value for one in boards})}


def recompute(figures: Mapping[Board, Printed], counts: Mapping[Track, int]) -> dict[Board, float]:
    """What the parts give for MCQ total and overall, where all of them are there.

    MCQ total from text and image; overall from that, or else from the MCQ total as printed, and
    report: each weighted by its number of items, its own or else that of `counts`. Nothing for a
    total of which a part or a number of items is not known.
    """
    again: dict[Board, float] = {}
    text, image = (_weigh(figures, counts, board) for board in (Board.TEXT, Board.IMAGE))
    if text and image:
        again[Board.CLOSED] = combine_tracks([text, image])
    report = _weigh(figures, counts, Board.REPORT)
    if text and image:
        closed: TrackScore | None = TrackScore(text.n + image.n, again[Board.CLOSED])
    else:
        closed = _weigh(figures, counts, Board.CLOSED)
    if closed and report:
        again[Board.OVERALL] = combine_tracks([closed, report])
    return again


def find_mismatches(
    figures: Mapping[Board, Printed], again: Mapping[Board, float]
) -> dict[Board, float]:
    """The totals of `again` that differ from the printed ones by more than their rounding allows.

    A figure of d decimals may be off by half of 10^-d; parts are weighted by shares, so together
    they add at most the half of the coarsest of them.
    """
    parts = (one for one in figures if one != Board.OVERALL and not one.penalises_guesses)
    coarsest = min((figures[board].decimals for board in parts), default=0)
    found = {}
    for board, value in again.items():
        if board in figures:
            slack = 0.5 * 10.0 ** -figures[board].decimals + 0.5 * 10.0**-coarsest + EXACT
            if abs(figures[board].value - value) > slack:
                found[board] = value
    return found


def _weigh(
    figures: Mapping[Board, Printed], counts: Mapping[Track, int], board: Board
) -> TrackScore | None:
    """A board's figure with its number of items; None where either is not known."""
    if board not in figures:
        return None
    tracks = board.take(DEFAULT_TRACKS)
    n = figures[board].n or sum(counts.get(track, 0) for track in tracks)
    is_known = figures[board].n or all(track in counts for track in tracks)
    return TrackScore(n, figures[board].value) if is_known and n else None
