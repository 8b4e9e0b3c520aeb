"""A base and its variants, as a table of one row for each model and board."""

from __future__ import annotations

from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.models.ranking import Board
from leaderboard.rankings.columns import make_board_cells
from leaderboard.rankings.comparisons.ablation import Ablation
from leaderboard.rankings.comparisons.boards import PairComparison
from leaderboard.rankings.rows import RankingRow

ABLATION_COLUMNS = (
    Column("base", str, "short name of the base"),
    Column("model", str, "short name of the model: the base or one of its variants"),
    Column("model_name", str, "name of the model"),
    Column(
        "variant", str, "how it differs from the base, as stated by its team; none for the base"
    ),
    Column("submission", str, "the submission it is ranked by"),
    Column("board", str, "which score"),
    Column("score", float, "the score, 0 to 100; none is unscored, never 0"),
    Column("low", float, "lower end of its 95 % interval"),
    Column("high", float, "upper end of its 95 % interval"),
    Column("n_items", int, "items scored"),
    Column("difference", float, "the model minus the base in points, on the same items"),
    Column("difference_low", float, "lower end of its 95 % interval"),
    Column("difference_high", float, "upper end of its 95 % interval"),
    Column(
        "adjusted_p", float, "p-value, adjusted by Holm's method over the variants on the board"
    ),
    Column("better", str, "short name of whichever is significantly better; none if undecided"),
)


def make_ablation_table(ablation: Ablation) -> Table:
    """The base, then its variants in the ranking's order, on every board."""
    split, base = ablation.table.split, ablation.base
    rows = [_make_row(base, base, None, board, None) for board in split.benchmark.boards]
    rows += [
        _make_row(base, one.row, one.label, board, one.pairs.get(board))
        for one in ablation.variants
        for board in split.benchmark.boards
    ]
    return make_measured_table(
        f"{base.model.slug}-variants-{split.benchmark.slug}-{split.benchmark.version}-{split.name}",
        f"{base.model.name} and its variants on {split.benchmark.name} "
        f"{split.benchmark.version}, {split.name} split",
        ABLATION_COLUMNS,
        rows,
        split=split,
        ranked_at=ablation.table.ranked_at,
    )


def _make_row(
    base: RankingRow,
    row: RankingRow,
    label: str | None,
    board: Board,
    pair: PairComparison | None,
) -> tuple[Cell, ...]:
    head = (
        base.model.slug,
        row.model.slug,
        row.model.name,
        label,
        row.name_files(board),
        board.value,
    )
    scored = make_board_cells(row.scores.get(board))
    if pair is None or not pair.same_scale:
        return (*head, *scored, *(None,) * 5)
    better = None if pair.winner is None else (row, base)[pair.winner].model.slug
    difference = pair.difference
    ends = (difference.value, difference.low, difference.high)
    return (*head, *scored, *ends, pair.adjusted_p, better)
