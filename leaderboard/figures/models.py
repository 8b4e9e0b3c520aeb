"""The figures of a model's page, as plotly's JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from leaderboard.errors import NotFound
from leaderboard.figures.confidence import draw_coverage, draw_reliability
from leaderboard.figures.intervals import draw_dots
from leaderboard.models.ranking import Metric, Slice
from leaderboard.rankings.breakdowns import SLICES, Median
from leaderboard.rankings.confidence import ConfidenceProfile
from leaderboard.rankings.profiles import Profile, ProfileRow
from leaderboard.rankings.rows import RankingRow, RankingTable

SHOWN_STANDING = 20
"""How many models the standing shows at most: the nearest above and below."""
PROFILE_FIGURES = {facts.figure: slice_ for slice_, facts in SLICES.items() if facts.figure}
"""The slice of each figure of a breakdown, by the name in its address."""


class ShownModel(NamedTuple):
    """What a model's figure shows: its row in the ranking, and its profile on the slice drawn.

    `confidence` is there for the figures of it, where there is one.
    """

    table: RankingTable
    row: RankingRow
    profile: Profile
    confidence: ConfidenceProfile | None = None


def make_figure(name: str, shown: ShownModel) -> str:
    """The figure `name` of one model's page as plotly's JSON. Raises NotFound.

    That is also raised for what the model has no value on: the figure would show nothing of it.
    """
    if name in PROFILE_FIGURES:
        figure = _profile(shown.profile[PROFILE_FIGURES[name]], PROFILE_FIGURES[name])
    elif name in FIGURES:
        figure = FIGURES[name](shown)
    elif name in CONFIDENCE_FIGURES and shown.confidence is not None:
        figure = CONFIDENCE_FIGURES[name](shown.confidence)
    else:
        raise NotFound(f"There is no figure {name!r}.", "See the model's page.")
    text = figure.to_json()
    if text is None:
        raise ValueError("plotly gave no JSON")
    return str(text)


def _standing(shown: ShownModel) -> go.Figure:
    """The models around this one on the board with their intervals, this one marked."""
    board = shown.table.board
    known = [other for other in shown.table.rows if board in other.scores]
    if shown.row not in known:
        raise NotFound("There is nothing to draw.", "See the model's page.")
    own = known.index(shown.row)
    start = max(0, min(own - SHOWN_STANDING // 2, len(known) - SHOWN_STANDING))
    near = known[start : start + SHOWN_STANDING]
    return draw_dots(
        [other.model.name for other in near],
        [other.scores[board] for other in near],
        f"{board.words} score, 0 to 100",
        marked=own - start,
    )


def _tracks(shown: ShownModel) -> go.Figure:
    """The tracks' scores with their intervals."""
    scores = shown.row.scores
    known = shown.row.submission.split.benchmark.boards
    boards = [board for board in known if board in scores]
    labels = [board.label for board in boards]
    return draw_dots(labels, [scores[board] for board in boards], "score, 0 to 100")


def _profile(rows: Sequence[ProfileRow], slice_: Slice) -> go.Figure:
    """A slice's values with their intervals, beside the field's medians of the same items.

    Shrunk ones have the right ones of all behind their names.
    """
    known = [(row, row.score) for row in rows if row.score and row.score.value is not None]
    if not known:
        raise NotFound("There is nothing to draw.", "See the model's page.")
    is_rating = SLICES[slice_].metric is Metric.RATING
    labels = [
        f"{row.column.name} {score.n_correct}/{score.n}" if score.is_shrunk else row.column.name
        for row, score in known
    ]
    figure = draw_dots(
        labels,
        [score for _, score in known],
        "mean rating, 1 to 5" if is_rating else "accuracy, %",
        bounds=(1, 5) if is_rating else (0, 100),
        medians=[row.column.median if row.is_whole else Median(None, 0) for row, _ in known],
    )
    if is_rating:
        figure.update_xaxes(dtick=1)
    return figure


FIGURES: dict[str, Callable[[ShownModel], go.Figure]] = {"standing": _standing, "tracks": _tracks}
"""The figures that are not a breakdown, by the name in their address."""
CONFIDENCE_FIGURES: dict[str, Callable[[ConfidenceProfile], go.Figure]] = {
    "coverage": draw_coverage,
    "reliability": draw_reliability,
}
