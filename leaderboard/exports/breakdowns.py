"""The models of a ranking by one slice, as a table of one row for each model and value."""

from __future__ import annotations

from leaderboard.exports.rankings import SCORE_VALUES
from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.models.ranking import Board, Metric
from leaderboard.rankings.breakdowns import Breakdown, SliceScore

BREAKDOWN_COLUMNS = (
    Column("board", str, "which score the ranks refer to"),
    Column("rank_low", int, "best rank that the data allow for the model; not for this value"),
    Column("rank_high", int, "worst rank that the data allow"),
    Column("model", str, "short name of the model"),
    Column("model_name", str, "name of the model"),
    Column("submission", str, "the submission it is ranked by"),
    Column("metric", str, "what is measured: accuracy on 0 to 100, rating on 1 to 5"),
    Column("slice", str, "what the items are selected by"),
    Column("name", str, "the value that they share"),
    Column("title", str, "its name in words"),
    Column("n_split_items", int, "items in the split that have it"),
    *SCORE_VALUES,
    Column(
        "n_refused",
        int,
        "of its questions those refused, which count as wrong; none of ratings, and where the mean "
        "of several runs stands",
    ),
    Column("field_median", float, "median of the models with a value on every item"),
    Column("n_median_models", int, "number of those models"),
)


def make_breakdown_table(breakdown: Breakdown) -> Table:
    """The cells of a breakdown, model by model in the ranking's order."""
    table, split = breakdown.table, breakdown.table.split
    is_of_reports = breakdown.metric is Metric.RATING
    rows: list[tuple[Cell, ...]] = []
    for row in breakdown.rows:
        rank = row.ranks.get(table.board)
        head = (
            table.board.value,
            rank.low if rank else None,
            rank.high if rank else None,
            row.model.slug,
            row.model.name,
            row.name_files(Board.REPORT if is_of_reports else Board.CLOSED),
            breakdown.metric.value,
            breakdown.slice.value,
        )
        for column in breakdown.columns:
            score = breakdown.cells[row.submission.id].get(column.key)
            cells = (None,) * len(SliceScore._fields) if score is None else tuple(score)
            rows.append((*head, column.key, column.name, column.n, *cells, *column.median))
    measured = "Ratings" if is_of_reports else "Accuracy"
    return make_measured_table(
        f"{split.benchmark.slug}-{split.benchmark.version}-{split.name}-by-{breakdown.slice.value}",
        f"{measured} by {breakdown.slice.value} of the models on {split.benchmark.name} "
        f"{split.benchmark.version}, {split.name} split",
        BREAKDOWN_COLUMNS,
        rows,
        split=split,
        ranked_at=table.ranked_at,
    )
