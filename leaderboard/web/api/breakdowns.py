"""All models of a ranking by one slice."""

from __future__ import annotations

from typing import Annotated

from leaderboard.models.ranking import Slice
from leaderboard.rankings.breakdowns import SLICES, Breakdown, read_breakdown
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingRow
from leaderboard.web.address import find_board, read_slice
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import about, find_standing, name_split
from leaderboard.web.api.rankings import BoardQuery, show_rank
from leaderboard.web.services import database
from spinebench.shapes.rankings import RankedModel
from spinebench.shapes.shape import Shape


class BreakdownQuery(BoardQuery, frozen=True, kw_only=True):
    """What to break down by, on which board and version."""

    slice: Annotated[str, about("What to break down by.", SLICES)] = Slice.SUBCONDITION


class MedianRecord(Shape, frozen=True, kw_only=True):
    """The median over the `n_models` models with a value on every item; null over none."""

    value: float | None
    n_models: int


class SliceColumnRecord(Shape, frozen=True, kw_only=True):
    """A value of the slice: its key and name in words, and its `n` items in the split."""

    name: str
    title: str
    n: int
    median: MedianRecord


class SliceScoreRecord(Shape, frozen=True, kw_only=True):
    """A model's score on a value of the slice, as in the scores of a submission.

    It is about every item of the column where its `n` is the column's. `n_refused` of its questions
    were refused, which count as wrong; null of ratings, and where the mean of several runs stands.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    k: int | None
    n_unscored: int
    is_shrunk: bool
    n_refused: int | None


class BrokenDownModel(Shape, frozen=True, kw_only=True):
    """A model with its rank range on the board and its scores; ranks are null for an unranked one.

    A value of the slice without a score is left out.
    """

    rank_low: int | None
    rank_high: int | None
    model: RankedModel
    scores: list[SliceScoreRecord]


class BreakdownRecord(Shape, frozen=True, kw_only=True):
    """The models of a ranking by a slice: `metric` is accuracy (0..100) or rating (1..5)."""

    benchmark: str
    version: str
    split: str
    board: str
    metric: str
    slice: str
    columns: list[SliceColumnRecord]
    models: list[BrokenDownModel]


@get("/breakdowns/<slug>/<split>", query=BreakdownQuery)
def show_breakdown(slug: str, split: str) -> BreakdownRecord:
    """The models of a split by subcondition or another slice."""
    found = find_standing(slug, split)
    ranking = read_ranking(database(), found, find_board(found))
    breakdown = read_breakdown(database(), ranking, read_slice())
    return BreakdownRecord.of(
        breakdown,
        **name_split(found),
        board=breakdown.table.board,
        columns=[
            SliceColumnRecord.of(
                column, name=column.key, title=column.name, median=MedianRecord.of(column.median)
            )
            for column in breakdown.columns
        ],
        models=[_show_model(breakdown, row) for row in breakdown.rows],
    )


def _show_model(breakdown: Breakdown, row: RankingRow) -> BrokenDownModel:
    cells = breakdown.cells[row.submission.id]
    keys = [column.key for column in breakdown.columns if column.key in cells]
    return BrokenDownModel(
        **show_rank(breakdown.table.board, row),
        model=RankedModel.of(row.model),
        scores=[SliceScoreRecord.of(cells[key], name=key, k=cells[key].n_correct) for key in keys],
    )
