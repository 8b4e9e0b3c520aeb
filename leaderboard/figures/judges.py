"""A judge's ratings against labels, with the calibration between them, as a figure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from leaderboard.figures.intervals import LABEL_CHARACTERS
from leaderboard.items.targets import Target
from leaderboard.scoring.statistics.calibration_fit import Pairs, PooledCalibrator, apply_pooled
from leaderboard.scoring.statistics.gate import Limit, ModelBias

HEIGHT = 420
ROW_HEIGHT, AXIS_HEIGHT = 30, 64
SMALLEST_DOT = 7.0
LINE_POINTS = 33


def make_calibration_figure(
    target: Target, pairs: Mapping[str, Pairs], calibrator: PooledCalibrator, labels: str
) -> str:
    """Labelled reports as dots, as large as how many share a place; the calibration as a line.

    The dotted line is where judge and labels agree; `labels` says whose they are. Nothing names
    reports or models.
    """
    low, high = target.bounds
    room = (high - low) * 0.06
    scale = {"range": [low - room, high + room], "fixedrange": True, "zeroline": False}
    figure = go.Figure(
        [_agreement(low, high), _calibration(low, high, calibrator), _dots(pairs, labels)]
    )
    figure.update_layout(
        template="none",
        height=HEIGHT,
        margin={"l": 56, "r": 12, "t": 8, "b": 52},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
    )
    figure.update_xaxes(title=f"judge's rating, {low:g} to {high:g}", **scale)
    figure.update_yaxes(title=f"mean of the {labels}, {low:g} to {high:g}", **scale)
    return _write(figure)


def make_bias_figure(target: Target, models: Sequence[ModelBias], names: Sequence[str]) -> str:
    """Each model's bias with its interval, the first on top, on the band of the mean's limit.

    `names` are the models', in their order.
    """
    limit = Limit.MEAN_BIAS * target.points_per_rating
    ends = [abs(end) for one in models for end in one.bias if end is not None]
    room = 1.08 * max([2 * limit, *ends])
    rows = list(range(len(models)))
    figure = go.Figure(_biases(models, names, rows))
    figure.update_layout(
        template="none",
        height=AXIS_HEIGHT + ROW_HEIGHT * max(1, len(rows)),
        margin={"l": 8, "r": 12, "t": 8, "b": 52},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        shapes=[_band(limit), _zero()],
    )
    axis = {"fixedrange": True, "zeroline": False}
    figure.update_xaxes(
        title=f"calibrated score minus labels, points<br>shaded: ±{limit:g}",
        range=[-room, room],
        **axis,
    )
    figure.update_yaxes(
        tickvals=rows,
        ticktext=[_wrap(name) for name in names],
        range=[len(rows) - 0.4, -0.6],
        automargin=True,
        **axis,
    )
    return _write(figure)


def _biases(models: Sequence[ModelBias], names: Sequence[str], rows: Sequence[int]) -> go.Scatter:
    known = [(one.bias.value, one.bias.low or 0.0, one.bias.high or 0.0) for one in models]
    return go.Scatter(
        x=[value for value, _, _ in known],
        y=rows,
        mode="markers",
        meta="accent",
        cliponaxis=False,
        marker={"size": 9},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [high - value for value, _, high in known],
            "arrayminus": [value - low for value, low, _ in known],
            "thickness": 1.5,
            "width": 0,
        },
        text=names,
        customdata=[[low, high, one.n] for one, (_, low, high) in zip(models, known, strict=True)],
        hovertemplate="%{text}: %{x:.2f}<br>95 % interval %{customdata[0]:.2f} to "
        "%{customdata[1]:.2f}<br>%{customdata[2]} reports<extra></extra>",
    )


def _band(limit: float) -> dict[str, Any]:
    return {
        "type": "rect",
        "x0": -limit,
        "x1": limit,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"width": 0},
        "fillcolor": "rgba(128,128,128,0.18)",
        "layer": "below",
    }


def _zero() -> dict[str, Any]:
    line = {"color": "rgba(128,128,128,0.8)", "width": 1, "dash": "dot"}
    return {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _wrap(name: str) -> str:
    return "<br>".join(textwrap.wrap(name, LABEL_CHARACTERS))


def _write(figure: go.Figure) -> str:
    text = figure.to_json()
    if text is None:
        raise ValueError("plotly gave no JSON")
    return str(text)


def _dots(pairs: Mapping[str, Pairs], labels: str) -> go.Scatter:
    places = Counter(
        (round(float(score), 2), round(float(label), 2))
        for one in pairs.values()
        for score, label in zip(one.scores, one.labels, strict=True)
    )
    n = list(places.values())
    return go.Scatter(
        x=[score for score, _ in places],
        y=[label for _, label in places],
        mode="markers",
        meta="accent",
        cliponaxis=False,
        marker={"size": [SMALLEST_DOT * count**0.5 for count in n], "opacity": 0.7},
        customdata=n,
        hovertemplate=f"judge %{{x:.2f}}, {labels} %{{y:.2f}}<br>"
        "reports at this point: %{customdata}<extra></extra>",
    )


def _calibration(low: float, high: float, calibrator: PooledCalibrator) -> go.Scatter:
    x = np.linspace(low, high, LINE_POINTS)
    return _line(x.tolist(), apply_pooled(calibrator, x).tolist(), "ink", {"width": 2})


def _agreement(low: float, high: float) -> go.Scatter:
    return _line([low, high], [low, high], "muted", {"width": 1, "dash": "dot"})


def _line(x: list[float], y: list[float], colour: str, line: dict[str, Any]) -> go.Scatter:
    return go.Scatter(x=x, y=y, mode="lines", meta=colour, line=line, hoverinfo="skip")
