"""Scores in, figures out: dots with intervals as plotly's, and places on a table's own axis."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import plotly.graph_objects as go

from leaderboard.models.ranking import ScoreFields
from leaderboard.rankings.breakdowns import Median
from leaderboard.rankings.scores import (
    BoardScore,
)
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.statistics.paired import PairedDifference
from leaderboard.scoring.statistics.shrinkage import FEW_ITEMS

ROW_HEIGHT = 24
LINE_HEIGHT = 12
TOP, BOTTOM, TITLE_LINE = 4, 40, 16
LABEL_CHARACTERS = 24


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
    """A model's place among those it is tied with: whether with any, and whether a band begins."""

    is_tied: bool
    begins: bool


def make_axis(scores: Iterable[BoardScore]) -> Axis:
    """The shortest scale of whole steps within 0..100 for all scores' intervals."""
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


def make_dot(score: BoardScore | PairedDifference, axis: Axis) -> Dot:
    """Where a score, or a difference, stands on `axis`."""
    low, high = (score.value if end is None else end for end in (score.low, score.high))
    start = axis.place(low)
    return Dot(axis.place(score.value), start, round(axis.place(high) - start, 1))


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
    return [Tie(len(band) > 1, place == 0) for band in bands for place in range(len(band))]


def draw_dots(
    labels: Sequence[str],
    scores: Sequence[ScoreFields | BoardScore],
    title: str,
    bounds: tuple[float, float] = (0, 100),
    marked: int | None = None,
    medians: Sequence[Median] = (),
) -> go.Figure:
    """A dot and its interval for each label, the first on top; hollow below FEW_ITEMS items.

    `medians` of the field, one for each label if there are any, are upright lines. Colours are
    the page's: a trace's `meta` names the one it takes. With `marked`, that row stands out by its
    colour, a diamond and a pointer; no mark-up but line breaks, for plotly would write it as
    inline styles.
    """
    known = [i for i, score in enumerate(scores) if score.value is not None]
    plain = [i for i in known if i != marked]
    texts = ["<br>".join(textwrap.wrap(labels[i], LABEL_CHARACTERS)) for i in known]
    n_lines = max((1 + text.count("<br>") for text in texts), default=1)
    if any(scores[i].n < FEW_ITEMS for i in known):
        title += f"<br>hollow: fewer than {FEW_ITEMS} items"
    if any(medians[i].n_models for i in known if medians):
        title += "<br>vertical line: median of the field"
    bottom = BOTTOM + TITLE_LINE * max(1, title.count("<br>"))
    texts = [f"▸ {text}" if i == marked else text for i, text in zip(known, texts, strict=True)]
    figure = go.Figure(_trace(plain, labels, scores, "accent" if marked is None else "muted"))
    if marked in known:
        figure.add_trace(_trace([marked], labels, scores, "accent", "diamond"))
    if medians:
        figure.add_trace(_trace_medians(known, labels, medians))
    _lay_out(figure, known, texts, n_lines, bottom)
    figure.update_yaxes(range=[len(scores) - 0.4, -0.6])
    figure.update_xaxes(title=title, range=list(bounds), fixedrange=True, zeroline=False)
    return figure


def _lay_out(
    figure: go.Figure, rows: Sequence[int], texts: Sequence[str], n_lines: int, bottom: int
) -> None:
    """Give `figure` the height of its rows, each of `n_lines` lines, with their labels."""
    figure.update_layout(
        template="none",
        height=TOP + bottom + max(1, len(rows)) * (ROW_HEIGHT + LINE_HEIGHT * (n_lines - 1)),
        margin={"l": 8, "r": 12, "t": TOP, "b": bottom},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
    )
    figure.update_yaxes(
        tickvals=list(rows),
        ticktext=list(texts),
        ticks="outside",
        ticklen=9,
        tickcolor="rgba(0,0,0,0)",
        layer="below traces",
        automargin=True,
        fixedrange=True,
        zeroline=False,
    )


def _trace(
    rows: Sequence[int],
    labels: Sequence[str],
    scores: Sequence[ScoreFields | BoardScore],
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
        customdata=[[s.low, s.high, _count(s)] for s in shown],
        hovertemplate="%{text}: %{x:.1f}<br>95 % interval %{customdata[0]:.1f} to "
        "%{customdata[1]:.1f}<br>%{customdata[2]}<extra></extra>",
    )


def _count(score: ScoreFields | BoardScore) -> str:
    if isinstance(score, ScoreFields) and score.is_shrunk:
        return f"{score.n_correct}/{score.n} right, shrunk"
    return f"{score.n} items"


def _reach(high: float | None, low: float | None) -> float:
    return 0.0 if high is None or low is None else high - low


def _trace_medians(
    rows: Sequence[int], labels: Sequence[str], medians: Sequence[Median]
) -> go.Scatter:
    shown = [row for row in rows if medians[row].value is not None]
    return go.Scatter(
        x=[medians[row].value for row in shown],
        y=shown,
        mode="markers",
        meta="muted",
        cliponaxis=False,
        marker={"size": 15, "symbol": "line-ns-open", "line": {"width": 2}},
        text=[labels[row] for row in shown],
        customdata=[[medians[row].n_models] for row in shown],
        hovertemplate="%{text}: median of %{customdata[0]} models %{x:.1f}<extra></extra>",
    )
