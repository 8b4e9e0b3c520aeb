"""A judge's ratings against labels, with the calibration between them, as a figure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from leaderboard.items.targets import Target
from leaderboard.scoring.statistics.calibration_fit import Pairs, PooledCalibrator, apply_pooled

HEIGHT = 420
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
