"""What others report, as a table and as rows below a ranking's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from leaderboard.exports.table import SPLIT_COLUMNS, Cell, Column, Table, split_cells
from leaderboard.models.benchmark import Split
from leaderboard.models.reported import ReportedFigure
from leaderboard.reported.lines import LEVEL
from leaderboard.reported.read import REPORTED, ReportedRow

STANDING = Column(
    "standing",
    str,
    "measured, or reported: by others, not measured on this server and never ranked",
)
MEASURED = "measured"


class _Place(NamedTuple):
    """A column, and its cell of a figure of a row."""

    column: Column
    read: Callable[[ReportedRow, ReportedFigure], Cell]


def _again(row: ReportedRow, figure: ReportedFigure) -> float | None:
    return row.again.get(figure.board) if figure.board is not None else None


def _agrees(row: ReportedRow, figure: ReportedFigure) -> bool | None:
    return None if _again(row, figure) is None else figure.board not in row.mismatches


def _n(row: ReportedRow, figure: ReportedFigure) -> int | None:
    return figure.n if figure.board is None else row.find_n(figure.board)


PLACES = (
    _Place(STANDING, lambda row, one: REPORTED),
    _Place(Column("source", int, "number of the source"), lambda row, one: row.source.id),
    _Place(
        Column("kind", str, "paper, every_eval_ever or other"), lambda row, one: row.source.kind
    ),
    _Place(Column("title", str, "what the source is called"), lambda row, one: row.source.title),
    _Place(Column("address", str, "where all can be checked"), lambda row, one: row.source.address),
    _Place(
        Column("measured_on", str, "what the source calls its benchmark"),
        lambda row, one: row.source.measured_on or None,
    ),
    _Place(
        Column("differs", str, "in what the source measured otherwise, separated by spaces"),
        lambda row, one: " ".join(row.source.differs) or None,
    ),
    _Place(
        Column("model", str, "short name of the card that a host linked it with"),
        lambda row, one: row.card.slug if row.card else None,
    ),
    _Place(Column("model_name", str, "name in the source"), lambda row, one: row.model.name),
    _Place(
        Column("organisation", str, "who made it, as the source says"),
        lambda row, one: row.model.organisation,
    ),
    _Place(
        Column("parameters_billion", float, "its size, as the source says"),
        lambda row, one: row.model.parameters_billion,
    ),
    _Place(
        Column("open_weights", bool, "whether its weights are open, as the source says"),
        lambda row, one: row.model.open_weights,
    ),
    _Place(
        Column("board", str, "the board of the figure; none if no board orders by it"),
        lambda row, one: one.board.value if one.board is not None else None,
    ),
    _Place(Column("metric", str, "the source's name for the figure"), lambda row, one: one.metric),
    _Place(Column("value", float, "the figure as printed, 0 to 100"), lambda row, one: one.value),
    _Place(Column("recomputed", float, "what the source's parts give, 0 to 100"), _again),
    _Place(Column("agrees", bool, "whether both are the same within rounding"), _agrees),
    _Place(Column("low", float, "lower end of its interval"), lambda row, one: one.low),
    _Place(Column("high", float, "upper end of its interval"), lambda row, one: one.high),
    _Place(Column("level", float, "level of that, 0 to 1"), lambda row, one: one.level),
    _Place(Column("n_items", int, "items that it is of"), _n),
    _Place(Column("note", str, "the host's note"), lambda row, one: row.model.note or None),
)


def make_reported_table(split: Split, rows: Sequence[ReportedRow]) -> Table:
    """Every figure that is reported beside the ranking of a split."""
    benchmark = split.benchmark
    return Table(
        f"{benchmark.slug}-{benchmark.version}-{split.name}-reported",
        f"Reported beside {benchmark.name} {benchmark.version}, {split.name} split",
        (*SPLIT_COLUMNS, *(place.column for place in PLACES)),
        [
            (*split_cells(split), *(place.read(row, figure) for place in PLACES))
            for row in rows
            for figure in row.model.figures
        ],
    )


def read_cells(row: ReportedRow) -> dict[str, Cell]:
    """What is known of a reported model, by the names of a ranking's columns.

    An interval of another level than the ranking's is left out.
    """
    model = row.model
    cells: dict[str, Cell] = {
        "model_name": model.name,
        "organisation": model.organisation,
        "parameters_billion": model.parameters_billion,
        "open_weights": model.open_weights,
        STANDING.name: REPORTED,
    }
    for figure in model.figures:
        if (board := figure.board) is not None:
            is_usual = figure.level == LEVEL
            cells |= {
                f"{board.value}_score": figure.value,
                f"{board.value}_low": figure.low if is_usual else None,
                f"{board.value}_high": figure.high if is_usual else None,
                f"{board.value}_n_items": row.find_n(board),
            }
    return cells
