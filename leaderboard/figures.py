"""Rows in, plotly figures out; no queries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import plotly.graph_objects as go

from leaderboard.errors import NotFound
from leaderboard.models.ranking import Metric, Score, Slice
from leaderboard.rankings import BOARD_SCORES, RankingRow, RankingTable, SubmissionScores

ROW_HEIGHT = 26
ROOM = 90
MEASURED = {"size": 9}
FEW_ITEMS = 15


def make_figure(name: str, table: RankingTable, row: RankingRow, scores: SubmissionScores) -> str:
    """The figure `name` of one model's page as plotly's JSON. Raises NotFound."""
    if name not in FIGURES:
        raise NotFound(f"There is no figure {name!r}.", "See the model's page.")
    text = FIGURES[name](table, row, scores).to_json()
    if text is None:
        raise ValueError("plotly gave no JSON")
    return str(text)


def _standing(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> go.Figure:
    """Every model's score on the board with its interval, this one marked."""
    board = table.board
    shown = [other for other in table.rows if board in other.scores]
    figure = _dots(
        [other.model.name for other in shown],
        [other.scores[board] for other in shown],
        bounds=(0, 100),
        marked=[other is row or other.model.slug == row.model.slug for other in shown],
    )
    figure.update_xaxes(title="overall score, 0 to 100")
    return figure


def _tracks(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> go.Figure:
    """The tracks' scores with their intervals."""
    boards = [board for board in BOARD_SCORES if board in row.scores]
    figure = _dots(
        [board.value for board in boards], [row.scores[b] for b in boards], bounds=(0, 100)
    )
    figure.update_xaxes(title="score, 0 to 100")
    return figure


def _accuracy_by(slice_: Slice, terms: str) -> Callable[..., go.Figure]:
    def make(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> go.Figure:
        names = _names(table, terms)
        found = scores.of(Metric.ACCURACY, slice_)
        figure = _dots([names.get(s.name, s.name) for s in found], found, bounds=(0, 100))
        figure.update_xaxes(title="accuracy of text and image questions, %")
        return figure

    return make


def _sections(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> go.Figure:
    """The mean rating of each section of the reports."""
    sections = table.split.benchmark.manifest["rubric"]["sections"]
    names = {section["key"]: section["name"] for section in sections}
    found = scores.of(Metric.RATING, Slice.SECTION)
    figure = _dots([names.get(s.name, s.name) for s in found], found, bounds=(1, 5))
    figure.update_xaxes(title="mean rating, 1 to 5", dtick=1)
    return figure


def _names(table: RankingTable, terms: str) -> Mapping[str, str]:
    taxonomy = table.split.benchmark.manifest["taxonomy"]
    return {term["key"]: term["name"] for term in taxonomy[terms]}


def _dots(
    labels: Sequence[str],
    scores: Sequence[Score],
    bounds: tuple[float, float],
    marked: Sequence[bool] | None = None,
) -> go.Figure:
    """A dot and its interval for each label, the first on top; hollow below FEW_ITEMS items."""
    known = [(label, s) for label, s in zip(labels, scores, strict=True) if s.value is not None]
    values = [score.value or 0.0 for _, score in known]
    marks = marked or [True] * len(known)
    symbols = ["circle" if score.n >= FEW_ITEMS else "circle-open" for _, score in known]
    figure = go.Figure(
        go.Scatter(
            x=values,
            y=[label for label, _ in known],
            mode="markers",
            marker=MEASURED | {"symbol": symbols},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [_reach(s.high, s.value) for _, s in known],
                "arrayminus": [_reach(s.value, s.low) for _, s in known],
            },
            customdata=[[s.n, marks[i]] for i, (_, s) in enumerate(known)],
            hovertemplate="%{y}: %{x:.1f} (n = %{customdata[0]})<extra></extra>",
        )
    )
    figure.update_layout(
        template="none",
        height=ROOM + ROW_HEIGHT * max(1, len(known)),
        margin={"l": 10, "r": 10, "t": 10, "b": 50},
        showlegend=False,
    )
    figure.update_yaxes(autorange="reversed", automargin=True)
    figure.update_xaxes(range=list(bounds))
    return figure


def _reach(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else high - low


FIGURES: dict[str, Callable[[RankingTable, RankingRow, SubmissionScores], go.Figure]] = {
    "standing": _standing,
    "tracks": _tracks,
    "subconditions": _accuracy_by(Slice.SUBCONDITION, "subconditions"),
    "axes": _accuracy_by(Slice.AXIS, "axes"),
    "modalities": _accuracy_by(Slice.MODALITY, "modalities"),
    "sections": _sections,
}
"""The figures of a model's page, by the name in their address."""
