"""The figures of a model's confidences: accuracy by coverage, and reliability by bins."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from leaderboard.rankings.confidence import ConfidenceProfile
from leaderboard.scoring.statistics.intervals import Estimate

HEIGHT = 320


def draw_coverage(profile: ConfidenceProfile) -> go.Figure:
    """Accuracy on the most confident share of all questions, with its interval at each."""
    points = profile.curve
    figure = go.Figure(
        _trace(
            [100 * point.coverage for point in points],
            [point.accuracy for point in points],
            [f"confidence from {point.threshold:.2f} on" for point in points],
            "the most confident %{x:.0f} %",
        )
    )
    _lay_out(figure, "share of all questions, most confident first, %")
    return figure


def draw_reliability(profile: ConfidenceProfile) -> go.Figure:
    """Accuracy of each bin over its mean confidence; on the dotted line a model is calibrated."""
    bins = profile.bins
    figure = go.Figure(
        go.Scatter(
            x=[0, 100],
            y=[0, 100],
            mode="lines",
            meta="muted",
            line={"width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    )
    figure.add_trace(
        _trace(
            [100 * one.confidence for one in bins],
            [one.accuracy for one in bins],
            [f"{one.n} answers" for one in bins],
            "mean confidence %{x:.1f} %",
        )
    )
    _lay_out(figure, "mean confidence of a bin, %")
    return figure


def _trace(
    places: Sequence[float], estimates: Sequence[Estimate], texts: Sequence[str], where: str
) -> go.Scatter:
    values = [100 * one.value for one in estimates]
    ends = [
        tuple(100 * (one.value if end is None else end) for end in (one.low, one.high))
        for one in estimates
    ]
    return go.Scatter(
        x=list(places),
        y=values,
        mode="lines+markers",
        meta="accent",
        cliponaxis=False,
        line={"width": 1},
        marker={"size": 7},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - value for (_, high), value in zip(ends, values, strict=True)],
            "arrayminus": [value - low for (low, _), value in zip(ends, values, strict=True)],
            "thickness": 1,
            "width": 0,
        },
        text=list(texts),
        customdata=[list(pair) for pair in ends],
        hovertemplate=f"{where}, %{{text}}<br>accuracy %{{y:.1f}} %<br>95 % interval "
        "%{customdata[0]:.1f} to %{customdata[1]:.1f}<extra></extra>",
    )


def _lay_out(figure: go.Figure, title: str) -> None:
    figure.update_layout(
        template="none",
        height=HEIGHT,
        margin={"l": 8, "r": 12, "t": 8, "b": 48},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
    )
    bounds = {"range": [-2, 102], "fixedrange": True, "zeroline": False, "automargin": True}
    figure.update_xaxes(title=title, **bounds)
    figure.update_yaxes(title="accuracy, %", **bounds)
