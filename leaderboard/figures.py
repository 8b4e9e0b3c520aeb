"""Rows in, figures out: plotly's for a model's page, places on an axis for the tables' own."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from leaderboard.errors import NotFound
from leaderboard.models.ranking import Board, Metric, Score, Slice
from leaderboard.rankings import RankingRow, RankingTable, SubmissionScores
from leaderboard.scoring.paired import PairedDifference
from leaderboard.scoring.rank_range import RankRange

ROW_HEIGHT = 24
LINE_HEIGHT = 12
ROOM = 60
LABEL_CHARACTERS = 24
FEW_ITEMS = 15
"""Below this many items a value is marked: its interval says little."""
SHOWN_STANDING = 20
"""How many models the standing shows at most: the nearest above and below."""
BOARD_NAMES = {
    Board.OVERALL: "Overall",
    Board.TEXT: "Text",
    Board.IMAGE: "Image",
    Board.CLOSED: "Closed",
    Board.REPORT: "Report",
}


class Axis(NamedTuple):
    """A scale from `low` to `high` in `n_steps` equal steps."""

    low: float
    high: float
    n_steps: int

    @property
    def ticks(self) -> list[float]:
        """The ends of the steps, both ends of the scale among them."""
        step = (self.high - self.low) / self.n_steps
        return [self.low + step * i for i in range(self.n_steps + 1)]

    def place(self, value: float) -> float:
        """Where `value` stands, in percent of the scale's length, within it."""
        share = (value - self.low) / (self.high - self.low)
        return round(100 * min(1.0, max(0.0, share)), 1)


class Dot(NamedTuple):
    """A score on an axis in percent of its length: the value, its interval's start and length."""

    at: float
    start: float
    length: float


class Tie(NamedTuple):
    """A model's place among those it is tied with.

    `shade` is 0 for a model tied with none; the bands of tied models take 1 and 2 in turns.
    """

    shade: int
    begins: bool


def make_axis(scores: Iterable[Score]) -> Axis:
    """The shortest scale of whole steps within 0..100 that holds all scores' intervals."""
    ends = [end for s in scores for end in (s.low, s.value, s.high) if end is not None]
    if not ends:
        return Axis(0, 100, 5)
    step = 10 if max(ends) - min(ends) <= 40 else 20
    low = max(0, min(100 - step, step * math.floor(min(ends) / step)))
    high = min(100, max(step * math.ceil(max(ends) / step), low + step))
    return Axis(low, high, (high - low) // step)


def make_difference_axis(differences: Iterable[PairedDifference | None]) -> Axis:
    """The shortest scale around 0, in four steps, that holds all differences' intervals."""
    known = [one for one in differences if one is not None]
    ends = [end for d in known for end in (d.low, d.value, d.high) if end is not None]
    reach = max((abs(end) for end in ends), default=0.0)
    high = next((step for step in (10, 20, 40, 60, 80) if step >= reach), 100)
    return Axis(-high, high, 4)


def make_dot(score: Score | PairedDifference, axis: Axis) -> Dot:
    """Where a score that has a value, or a difference, stands on `axis`."""
    value = score.value if score.value is not None else axis.low
    low, high = (value if end is None else end for end in (score.low, score.high))
    start = axis.place(low)
    return Dot(axis.place(value), start, round(axis.place(high) - start, 1))


def tie_bands(ranks: Sequence[RankRange]) -> list[Tie]:
    """The tie of each rank range, in the ranking's order.

    A band holds the models whose range overlaps that of its first.
    """
    bands: list[list[RankRange]] = []
    for rank in ranks:
        if bands and rank.low <= bands[-1][0].high:
            bands[-1].append(rank)
        else:
            bands.append([rank])
    ties: list[Tie] = []
    turn = 0
    for band in bands:
        turn += len(band) > 1
        shade = 0 if len(band) == 1 else 2 - turn % 2
        ties += [Tie(shade, begins=place == 0) for place in range(len(band))]
    return ties


def make_figure(name: str, table: RankingTable, row: RankingRow, scores: SubmissionScores) -> str:
    """The figure `name` of one model's page as plotly's JSON. Raises NotFound."""
    if name not in FIGURES:
        raise NotFound(f"There is no figure {name!r}.", "See the model's page.")
    text = FIGURES[name](table, row, scores).to_json()
    if text is None:
        raise ValueError("plotly gave no JSON")
    return str(text)


def _standing(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> go.Figure:
    """The models around this one on the board with their intervals, this one marked."""
    board = table.board
    known = [other for other in table.rows if board in other.scores]
    own = next((i for i, other in enumerate(known) if other.model.id == row.model.id), 0)
    start = max(0, min(own - SHOWN_STANDING // 2, len(known) - SHOWN_STANDING))
    shown = known[start : start + SHOWN_STANDING]
    return _dots(
        [other.model.name for other in shown],
        [other.scores[board] for other in shown],
        f"{BOARD_NAMES[board].lower()} score, 0 to 100",
        marked=own - start,
    )


def _tracks(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> go.Figure:
    """The tracks' scores with their intervals."""
    boards = [board for board in BOARD_NAMES if board in row.scores]
    labels = [BOARD_NAMES[board] for board in boards]
    return _dots(labels, [row.scores[b] for b in boards], "score, 0 to 100")


def _accuracy_by(slice_: Slice, terms: str) -> Callable[..., go.Figure]:
    def make(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> go.Figure:
        names = _names(table.split.benchmark.manifest["taxonomy"][terms])
        found = {score.name: score for score in scores.of(Metric.ACCURACY, slice_)}
        shown = [key for key in names if key in found]
        labels = [names[key] for key in shown]
        return _dots(labels, [found[key] for key in shown], "accuracy, %")

    return make


def _sections(table: RankingTable, row: RankingRow, scores: SubmissionScores) -> go.Figure:
    """The mean rating of each section of the reports."""
    names = _names(table.split.benchmark.manifest["rubric"]["sections"])
    found = scores.of(Metric.RATING, Slice.SECTION)
    labels = [names.get(score.name, score.name) for score in found]
    figure = _dots(labels, found, "mean rating, 1 to 5", bounds=(1, 5))
    figure.update_xaxes(dtick=1)
    return figure


def _names(terms: Iterable[Mapping[str, str]]) -> dict[str, str]:
    return {term["key"]: term["name"] for term in terms}


def _dots(
    labels: Sequence[str],
    scores: Sequence[Score],
    title: str,
    bounds: tuple[float, float] = (0, 100),
    marked: int | None = None,
) -> go.Figure:
    """A dot and its interval for each label, the first on top; hollow below FEW_ITEMS items.

    Colours are the page's: a trace's `meta` names the one it takes. With `marked`, that row
    stands out by its colour, a diamond and a pointer; no mark-up but line breaks, for plotly would
    write it as inline styles.
    """
    known = [i for i, score in enumerate(scores) if score.value is not None]
    plain = [i for i in known if i != marked]
    texts = ["<br>".join(textwrap.wrap(labels[i], LABEL_CHARACTERS)) for i in known]
    n_lines = max((1 + text.count("<br>") for text in texts), default=1)
    if any(scores[i].n < FEW_ITEMS for i in known):
        title += f"<br>hollow: fewer than {FEW_ITEMS} items"
    texts = [f"▸ {text}" if i == marked else text for i, text in zip(known, texts, strict=True)]
    figure = go.Figure(_trace(plain, labels, scores, "accent" if marked is None else "muted"))
    if marked in known:
        figure.add_trace(_trace([marked], labels, scores, "accent", "diamond"))
    figure.update_layout(
        template="none",
        height=ROOM + max(1, len(known)) * (ROW_HEIGHT + LINE_HEIGHT * (n_lines - 1)),
        margin={"l": 8, "r": 12, "t": 4, "b": 56},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
    )
    figure.update_yaxes(
        tickvals=known,
        ticktext=texts,
        range=[len(scores) - 0.4, -0.6],
        ticks="outside",
        ticklen=9,
        tickcolor="rgba(0,0,0,0)",
        layer="below traces",
        automargin=True,
        fixedrange=True,
        zeroline=False,
    )
    figure.update_xaxes(title=title, range=list(bounds), fixedrange=True, zeroline=False)
    return figure


def _trace(
    rows: Sequence[int],
    labels: Sequence[str],
    scores: Sequence[Score],
    colour: str,
    symbol: str = "circle",
) -> go.Scatter:
    shown = [scores[row] for row in rows]
    return go.Scatter(
        x=[score.value for score in shown],
        y=list(rows),
        mode="markers",
        meta=colour,
        cliponaxis=False,
        marker={
            "size": 9,
            "symbol": [symbol if s.n >= FEW_ITEMS else f"{symbol}-open" for s in shown],
            "line": {"width": [0 if s.n >= FEW_ITEMS else 2 for s in shown]},
        },
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [_reach(s.high, s.value) for s in shown],
            "arrayminus": [_reach(s.value, s.low) for s in shown],
            "thickness": 1.5,
            "width": 0,
        },
        text=[labels[row] for row in rows],
        customdata=[[s.low, s.high, s.n] for s in shown],
        hovertemplate="%{text}: %{x:.1f}<br>95 % interval %{customdata[0]:.1f} to "
        "%{customdata[1]:.1f}<br>%{customdata[2]} items<extra></extra>",
    )


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
