"""What figures are called, for whoever reads them in a terminal."""

from __future__ import annotations

from leaderboard.scoring.boards import Metric, ScorePlace, Slice, find_board

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


def name_score(metric: str, slice_: str, name: str) -> str:
    """A score by its metric and slice; by its label where a board orders by it."""
    board = find_board(ScorePlace(Metric(metric), Slice(slice_), name))
    if board is not None:
        return board.label
    if metric == Metric.GAP:
        return WORDS[Metric.GAP]
    return f"{WORDS[Metric(metric)]}: {name_target(slice_, name)}"


def name_target(slice_: str, name: str) -> str:
    """A slice and which of it, such as "axis diagnosis"."""
    return f"{Slice(slice_).value.replace('_', ' ')} {name}"
