"""What figures are called, for whoever reads them in a terminal."""

from __future__ import annotations

from leaderboard.scoring.boards import Board, Metric, Slice

WORDS = {
    Metric.OVERALL: "Overall",
    Metric.ACCURACY: "Accuracy",
    Metric.PRECISION: "Precision",
    Metric.RECALL: "Recall",
    Metric.REPORT: "Report score",
    Metric.RATING: "Rating",
    Metric.GAP: "Modality gap",
    Metric.RELIABILITY: "Reliability",
}
HEADLINES = {board.place: board.label for board in Board}


def name_score(metric: str, slice_: str, name: str) -> str:
    """A score by its metric and slice; by its label where a board orders by it."""
    for place, label in HEADLINES.items():
        if (metric, slice_, name) == (place.metric, place.slice, place.name):
            return label
    if metric == Metric.GAP:
        return WORDS[Metric.GAP]
    return f"{WORDS[Metric(metric)]}: {name_target(slice_, name)}"


def name_target(slice_: str, name: str) -> str:
    """A slice and which of it, such as "axis diagnosis"."""
    return f"{Slice(slice_).value.replace('_', ' ')} {name}"
