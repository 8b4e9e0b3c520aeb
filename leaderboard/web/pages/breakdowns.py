"""All models of a ranking by one slice: a table whose cells are shaded by their values."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from flask import Blueprint, Response, render_template, request

from leaderboard.models.benchmark import Benchmark, Track
from leaderboard.models.ranking import Board, Metric
from leaderboard.packages.catalogue import read_benchmarks
from leaderboard.rankings.breakdowns import (
    Breakdown,
    SliceScore,
    list_slices,
    read_breakdown,
)
from leaderboard.rankings.comparisons.ablation import read_bases
from leaderboard.rankings.read import read_ranking, read_state
from leaderboard.rankings.rows import RankingRow
from leaderboard.web.address import find_board, find_standing, read_place, read_slice
from leaderboard.web.services import database, services
from leaderboard.web.words import missing

blueprint = Blueprint("breakdowns", __name__)
N_SHADES = 10
BOUNDS = {Metric.ACCURACY: (0.0, 100.0), Metric.RATING: (1.0, 5.0)}


@blueprint.get("/breakdowns")
def index() -> Response:
    """The models by the values of the slice that the address names, or the benchmark's first."""
    split, slice_ = find_standing(), read_slice()
    is_named = "slice" in request.args
    benchmarks = read_benchmarks(database())
    hashes = tuple(benchmark.content_hash for benchmark in benchmarks)

    def render() -> str:
        table = read_ranking(database(), split, find_board(split))
        known = list_slices(table)
        asked = known[0] if known and not is_named else slice_
        return _render(read_breakdown(database(), table, asked), benchmarks)

    return services().pages.respond(
        (hashes, read_state(database(), split)),
        render,
    )


def _render(breakdown: Breakdown, benchmarks: Sequence[Benchmark]) -> str:
    board, cells = breakdown.table.board, breakdown.cells
    shown = [row for row in breakdown.rows if cells[row.submission.id]]
    return render_template(
        "breakdowns/index.html",
        breakdown=breakdown,
        ranked=[row for row in shown if board in row.ranks],
        unranked=[row for row in shown if board not in row.ranks],
        absent=[row for row in breakdown.table.rows if not cells.get(row.submission.id)],
        benchmarks=benchmarks,
        slices=list_slices(breakdown.table),
        metrics=Metric,
        shade=shade,
        n_shades=N_SHADES,
        bounds=BOUNDS,
        say_why_missing=partial(say_why_missing, breakdown),
        with_intervals=request.args.get("show") == "intervals",
        bases=read_bases(database(), breakdown.table),
        place=read_place(breakdown.table.split),
    )


def shade(value: float, metric: Metric) -> int:
    """Which of the N_SHADES steps of the whole scale of `metric` holds `value`."""
    low, high = BOUNDS[metric]
    return max(0, min(N_SHADES - 1, int(N_SHADES * (value - low) / (high - low))))


def say_why_missing(breakdown: Breakdown, row: RankingRow, score: SliceScore | None = None) -> str:
    """Why a model has no value in a cell, or in none."""
    if row.submission.id not in breakdown.cells:
        return "its breakdown is not public"
    if score is not None:
        return "none of its items was scored"
    if breakdown.metric is Metric.RATING:
        return missing(row, Board.REPORT)
    if set(row.split_tracks) - {Track.REPORT} <= set(row.tracks):
        return "no predictions for its questions"
    return missing(row, Board.CLOSED)
