"""Models compared, as two tables: every pair on every board, and every slice."""

from __future__ import annotations

from collections.abc import Callable

from leaderboard.errors import NotFound
from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.rankings.comparisons.boards import BoardComparison, PairComparison
from leaderboard.rankings.comparisons.compare import Comparison
from leaderboard.rankings.comparisons.slices import SliceComparison

PAIR_COLUMNS = (
    Column("board", str, "which score"),
    Column("first", str, "short name of the first model"),
    Column("second", str, "short name of the second model"),
    Column("n_items", int, "items of the board"),
    Column("difference", float, "first minus second in points, on the same items"),
    Column("difference_low", float, "lower end of its 95 % interval"),
    Column("difference_high", float, "upper end of its 95 % interval"),
    Column(
        "adjusted_p",
        float,
        "p-value, adjusted by Holm's method over the pairs compared on the board",
    ),
    Column("better", str, "short name of whichever is significantly better; none if undecided"),
    Column("n_first_only", int, "questions that only the first got right"),
    Column("n_second_only", int, "questions that only the second got right"),
    Column("mcnemar_mid_p", float, "McNemar's mid-p for these two counts"),
    Column(
        "smallest_difference",
        float,
        "smallest difference in points that these items show with a power of 80 %",
    ),
)
HARM_COLUMNS = (
    Column("board", str, "which cases"),
    Column("first", str, "short name of the first model"),
    Column("second", str, "short name of the second model"),
    Column("n_cases", int, "graded cases whose errors are known of both"),
    Column("difference_per_100", float, "cases with a severe error, first minus second, per 100"),
    Column("n_first_only", int, "cases with a severe error of the first alone"),
    Column("n_second_only", int, "cases with a severe error of the second alone"),
    Column("n_both", int, "cases with a severe error of both"),
    Column("mcnemar_mid_p", float, "McNemar's mid-p of what one alone has; none of several runs"),
    Column("adjusted_p", float, "p by Holm's method over the pairs of the board"),
)
SLICE_COLUMNS = (
    Column("metric", str, "what is measured, accuracy or report score, 0 to 100"),
    Column("slice", str, "what the items are selected by"),
    Column("name", str, "the value that they share"),
    Column("n_items", int, "items that have it"),
    Column("model", str, "short name of the model"),
    Column("value", float, "plain mean over these items; none if any of them has no score"),
    Column("n_correct", int, "number right, for accuracies"),
    Column("first", str, "short name of the model the difference is taken from"),
    Column(
        "difference", float, "first minus this model in points; none in the first model's own row"
    ),
    Column("difference_low", float, "lower end of its 95 % interval"),
    Column("difference_high", float, "upper end of its 95 % interval"),
    Column(
        "better",
        str,
        "short name of the better one, by Holm's method over all slices; none if undecided",
    ),
)


def make_comparison_table(name: str, comparison: Comparison) -> Table:
    """The table `name` (pairs, slices or harm) of a comparison. Raises NotFound."""
    if name not in _PARTS:
        raise NotFound(f"There is no table {name[:20]!r}.", f"The tables are {', '.join(_PARTS)}.")
    columns, make_rows = _PARTS[name]
    split = comparison.table.split
    return make_measured_table(
        f"comparison-{name}-{split.benchmark.slug}-{split.benchmark.version}-{split.name}",
        f"{', '.join(row.model.name for row in comparison.models)} compared by {name} on "
        f"{split.benchmark.name} {split.benchmark.version}, {split.name} split",
        columns,
        make_rows(comparison),
        split=split,
        ranked_at=comparison.table.ranked_at,
    )


def _make_pair_rows(comparison: Comparison) -> list[tuple[Cell, ...]]:
    return [
        _make_pair_row(comparison, board, pair)
        for board in comparison.boards
        for pair in board.pairs
    ]


def _make_pair_row(
    comparison: Comparison, board: BoardComparison, pair: PairComparison
) -> tuple[Cell, ...]:
    slugs = [row.model.slug for row in comparison.models]
    head = (board.board.value, slugs[pair.first], slugs[pair.second], board.n)
    if not pair.same_scale:
        return (*head, *(None,) * 9)
    return (
        *head,
        pair.difference.value,
        pair.difference.low,
        pair.difference.high,
        pair.adjusted_p,
        None if pair.winner is None else slugs[pair.winner],
        pair.n_first_only,
        pair.n_second_only,
        pair.mid_p,
        pair.smallest,
    )


def _make_slice_rows(comparison: Comparison) -> list[tuple[Cell, ...]]:
    places = range(len(comparison.models))
    return [
        _make_slice_row(comparison, one, place) for one in comparison.slices for place in places
    ]


def _make_slice_row(comparison: Comparison, one: SliceComparison, place: int) -> tuple[Cell, ...]:
    slugs = [row.model.slug for row in comparison.models]
    difference, winner = one.differences[place], one.winners[place]
    return (
        one.metric.value,
        one.slice.value,
        one.name,
        one.n,
        slugs[place],
        one.values[place],
        one.n_correct[place],
        slugs[0],
        *((difference.value, difference.low, difference.high) if difference else (None,) * 3),
        None if winner is None else slugs[winner],
    )


def _make_harm_rows(comparison: Comparison) -> list[tuple[Cell, ...]]:
    slugs = [row.model.slug for row in comparison.models]
    return [
        (
            one.board.value,
            slugs[one.first],
            slugs[one.second],
            one.difference.n,
            one.difference.value,
            one.difference.n_first,
            one.difference.n_second,
            one.difference.n_both,
            None if one.difference.n_first is None else one.difference.p_value,
            one.adjusted_p,
        )
        for one in comparison.harm
    ]


_PARTS: dict[str, tuple[tuple[Column, ...], Callable[[Comparison], list[tuple[Cell, ...]]]]] = {
    "pairs": (PAIR_COLUMNS, _make_pair_rows),
    "slices": (SLICE_COLUMNS, _make_slice_rows),
    "harm": (HARM_COLUMNS, _make_harm_rows),
}
