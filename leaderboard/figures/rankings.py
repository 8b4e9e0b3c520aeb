"""Figures of a ranking's shown models: score over time, and score against parameters."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go

from leaderboard.errors import NotFound
from leaderboard.rankings.columns import is_loose
from leaderboard.rankings.rows import RankingRow, RankingTable

HEIGHT = 380
SHOWN_TICKS = 8
MANY = 60
"""More models than this are drawn smaller."""
SHORTEST_PAD = timedelta(days=1)
A_WEEK = timedelta(days=7)
MS_A_DAY = 86_400_000
SYMBOLS = {True: "circle", False: "square-open"}


def make_ranking_figure(name: str, table: RankingTable) -> str:
    """The figure `name` of the models of `table` as plotly's JSON. Raises NotFound."""
    if name not in RANKING_FIGURES:
        raise NotFound(f"There is no figure {name!r}.", "See the ranking.")
    text = RANKING_FIGURES[name](table).to_json()
    if text is None:
        raise ValueError("plotly gave no JSON")
    return str(text)


def find_best_so_far(table: RankingTable) -> list[RankingRow]:
    """The models that had the highest score when they came, the first of all among them.

    By the day and hour of their submissions; one that only equals the best does not count, nor
    does one without a rank or with a report score that may make no winner.
    """
    best: list[RankingRow] = []
    for row in sorted(_scored(table), key=_by_time):
        if table.board not in row.ranks or is_loose(table.board, row):
            continue
        if not best or _value(table, row) > _value(table, best[-1]):
            best.append(row)
    return best


def count_unsized(table: RankingTable) -> int:
    """How many models with a score on the board do not state their size."""
    return sum(row.model.parameters_billion is None for row in _scored(table))


def _scored(table: RankingTable) -> list[RankingRow]:
    return [row for row in table.rows if table.board in row.scores]


def _value(table: RankingTable, row: RankingRow) -> float:
    return row.scores[table.board].value


def _day(row: RankingRow) -> datetime:
    """The midnight with which the day of a submission begins, as the tables name it."""
    return row.submission.created_at.replace(hour=0, minute=0, second=0, microsecond=0)


def _by_time(row: RankingRow) -> tuple[datetime, str]:
    return row.submission.created_at, row.submission.id


def _make_time_figure(table: RankingTable) -> go.Figure:
    """Scores over the tick of the day of their submissions, with the best so far as steps."""
    rows = _scored(table)
    days = [_day(row) for row in rows]
    figure = go.Figure(_traces(table, rows, _day))
    best = find_best_so_far(table)
    if best:
        figure.add_trace(_make_steps(table, best, max(days)))
    _lay_out(figure, table, "date of submission, UTC")
    if days:
        pad = max((max(days) - min(days)) / 20, SHORTEST_PAD)
        figure.update_xaxes(type="date", range=[min(days) - pad, max(days) + pad])
        if max(days) - min(days) < A_WEEK:
            figure.update_xaxes(dtick=MS_A_DAY, tickformat="%-d %b %Y")
    return figure


def _make_size_figure(table: RankingTable) -> go.Figure:
    """Scores against the number of parameters, on a logarithmic axis."""
    rows = [row for row in _scored(table) if row.model.parameters_billion]
    figure = go.Figure(_traces(table, rows, lambda row: row.model.parameters_billion))
    _lay_out(figure, table, "parameters, logarithmic axis")
    sizes = [row.model.parameters_billion or 1.0 for row in rows] or [1.0]
    low, high = math.log10(min(sizes)) - 0.15, math.log10(max(sizes)) + 0.15
    ticks = _ticks(low, high)
    figure.update_xaxes(
        type="log",
        range=[low, high],
        tickvals=ticks,
        ticktext=[f"{tick:g}B" if tick >= 1 else f"{1000 * tick:g}M" for tick in ticks],
    )
    return figure


def _ticks(low: float, high: float) -> list[float]:
    """Round sizes between two powers of ten: 1, 2 and 5 of each decade, or its 1 where many."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    for firsts in ((1, 2, 5), (1,)):
        found = [first * 10.0**decade for decade in decades for first in firsts]
        shown = [tick for tick in found if low <= math.log10(tick) <= high]
        if len(shown) <= SHOWN_TICKS:
            return shown
    return shown


def _traces(
    table: RankingTable, rows: Sequence[RankingRow], place: Callable[[RankingRow], Any]
) -> list[go.Scatter]:
    """A trace for each kind of model there is; a kind has its own symbol and words."""
    firm = [row for row in rows if not is_loose(table.board, row)]
    loose = [row for row in rows if is_loose(table.board, row)]
    kinds = (
        ("open weights", "accent", [row for row in firm if row.model.open_weights]),
        ("closed weights", "ink", [row for row in firm if not row.model.open_weights]),
        ("cannot decide a rank", "muted", loose),
    )
    return [_make_trace(table, *kind, place) for kind in kinds if kind[-1]]


def _make_trace(
    table: RankingTable,
    name: str,
    colour: str,
    rows: Sequence[RankingRow],
    place: Callable[[RankingRow], Any],
) -> go.Scatter:
    scores = [row.scores[table.board] for row in rows]
    values = [_value(table, row) for row in rows]
    ends = [
        tuple(score.value if end is None else end for end in (score.low, score.high))
        for score in scores
    ]
    return go.Scatter(
        name=name,
        x=[place(row) for row in rows],
        y=values,
        mode="markers",
        meta=colour,
        cliponaxis=False,
        marker={
            "size": 9 if len(table.rows) <= MANY else 6,
            "symbol": [SYMBOLS[row.model.open_weights] for row in rows],
            "line": {"width": [0 if row.model.open_weights else 2 for row in rows]},
        },
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - v for (_, high), v in zip(ends, values, strict=True)],
            "arrayminus": [v - low for (low, _), v in zip(ends, values, strict=True)],
            "thickness": 1 if len(table.rows) <= MANY else 0.5,
            "width": 0,
        },
        text=[row.model.name for row in rows],
        customdata=[
            [*pair, f"{row.submission.created_at:%Y-%m-%d}"]
            for pair, row in zip(ends, rows, strict=True)
        ],
        hovertemplate="%{text}: %{y:.1f}<br>95 % interval %{customdata[0]:.1f} to "
        "%{customdata[1]:.1f}<br>submitted %{customdata[2]}<extra></extra>",
    )


def _make_steps(table: RankingTable, best: Sequence[RankingRow], end: datetime) -> go.Scatter:
    """A line that rises with each model of `best`, up to `end`."""
    return go.Scatter(
        name="best so far",
        x=[*(_day(row) for row in best), end],
        y=[*(_value(table, row) for row in best), _value(table, best[-1])],
        mode="lines",
        meta="edge",
        line={"shape": "hv", "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )


def _lay_out(figure: go.Figure, table: RankingTable, title: str) -> None:
    figure.update_layout(
        template="none",
        height=HEIGHT,
        margin={"l": 8, "r": 12, "t": 8, "b": 48},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"},
        dragmode=False,
        hovermode="closest",
    )
    figure.update_xaxes(title=title, fixedrange=True, zeroline=False, automargin=True)
    figure.update_yaxes(
        title=f"{table.board.words} score, 0 to 100",
        fixedrange=True,
        zeroline=False,
        automargin=True,
    )


RANKING_FIGURES: dict[str, Callable[[RankingTable], go.Figure]] = {
    "time": _make_time_figure,
    "size": _make_size_figure,
}
"""The figures of the ranking page, by the name in their address."""
