"""All models by one slice, in the API."""

from __future__ import annotations

from flask import Response, request

from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.breakdowns import Breakdown, SliceScore
from leaderboard.rankings.read import RankingRow
from leaderboard.web.api import breakdown_records as records
from leaderboard.web.api.blueprint import answer, blueprint
from leaderboard.web.api.make_rankings import make_ranked_model
from leaderboard.web.pages.breakdowns import find_breakdown, read_slice
from leaderboard.web.services import database


@blueprint.get("/breakdowns/<slug>/<split>")
def show_breakdown(slug: str, split: str) -> Response:
    """The models of the ranking by the values of `slice`."""
    row = get_split(get_benchmark(database(), slug, request.args.get("version")), split)
    return answer(_make_breakdown(find_breakdown(row, read_slice())))


def _make_breakdown(breakdown: Breakdown) -> records.BreakdownRecord:
    table = breakdown.table
    return records.BreakdownRecord(
        benchmark=table.split.benchmark.slug,
        version=table.split.benchmark.version,
        split=table.split.name,
        board=table.board.value,
        metric=breakdown.metric.value,
        slice=breakdown.slice.value,
        columns=[
            records.SliceColumnRecord(
                name=column.key,
                title=column.name,
                n=column.n,
                median=records.MedianRecord(**column.median._asdict()),
            )
            for column in breakdown.columns
        ],
        models=[_make_model(breakdown, row) for row in breakdown.rows],
    )


def _make_model(breakdown: Breakdown, row: RankingRow) -> records.BrokenDownModel:
    rank = row.ranks.get(breakdown.table.board)
    cells = breakdown.cells[row.submission.id]
    keys = [column.key for column in breakdown.columns]
    return records.BrokenDownModel(
        rank_low=rank.low if rank else None,
        rank_high=rank.high if rank else None,
        model=make_ranked_model(row.model),
        scores=[_make_score(key, cells[key]) for key in keys if key in cells],
    )


def _make_score(name: str, score: SliceScore) -> records.SliceScoreRecord:
    return records.SliceScoreRecord(
        name=name,
        value=score.value,
        low=score.low,
        high=score.high,
        n=score.n,
        k=score.n_correct,
        n_unscored=score.n_unscored,
        is_shrunk=score.is_shrunk,
    )
