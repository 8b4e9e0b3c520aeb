"""What of a ranking to show and how: read from an address, written back into one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from leaderboard.errors import InvalidRequest
from leaderboard.models.ranking import DEFAULT_BOARDS, Board
from leaderboard.rankings.columns import (
    DEFAULT,
    RANK,
    Column,
    Columns,
    make_columns,
    sort_rows,
)
from leaderboard.rankings.filter import (
    ModelFilter,
    read_choice,
    read_facts,
    read_filter,
    read_flag,
    write_filter,
)
from leaderboard.rankings.rows import RankingTable

DIRECTIONS = {"ascending": False, "descending": True}
STYLES = {"controlled": True}
NO_COLUMNS = "none"
"""Stands in `columns` for no column but those that are always there."""


@dataclass(frozen=True)
class Selection:
    """The board, the models, their order, the columns, and whether only measured models are shown.

    `release` is the number of a release, None for the newest that was ranked. `descends` is None
    for the column's usual direction. `controls_style` asks for report scores as if all reports were
    equally long and formatted, on the report board alone. `known` are the columns that the
    benchmark has.
    """

    board: Board = Board.OVERALL
    accepted: ModelFilter = field(default_factory=ModelFilter)
    sort: Column = RANK
    descends: bool | None = None
    columns: tuple[Column, ...] = DEFAULT.usual
    only_measured: bool = False
    release: int | None = None
    controls_style: bool = False
    known: Columns = DEFAULT

    @property
    def is_descending(self) -> bool:
        """Whether the highest value comes first."""
        return self.sort.descends if self.descends is None else self.descends

    @property
    def is_by_rank(self) -> bool:
        """Whether the rows stand in the ranking's own order."""
        return self.sort == RANK and not self.is_descending

    @property
    def is_filtered(self) -> bool:
        """Whether models may be left out."""
        return self.accepted != ModelFilter()

    def sort_by(self, column: Column) -> Selection:
        """This by `column`: the other way round where that is its order already."""
        turned = not self.is_descending if column == self.sort else column.descends
        return replace(self, sort=column, descends=None if turned == column.descends else turned)

    def apply(self, table: RankingTable) -> RankingTable:
        """The rows of `table`, a ranking on the same board, that pass, in their order."""
        accepts = self.accepted.accepts
        passing = [
            row for row in table.rows if accepts(read_facts(row.model, row.submission, row.tracks))
        ]
        shown = replace(table, rows=passing)
        if self.is_by_rank:
            return shown
        return replace(shown, rows=sort_rows(shown, self.sort, descends=self.is_descending))


def read_selection(
    values: Mapping[str, str],
    columns: Sequence[str] = (),
    boards: Sequence[Board] = DEFAULT_BOARDS,
) -> Selection:
    """The selection of an address: its values, and those of `columns`, each with commas.

    `boards` are those of the benchmark. Raises InvalidRequest.
    """
    known = make_columns(boards)
    sort = read_choice(values, "sort", known.by_key) or RANK
    descends = read_choice(values, "direction", DIRECTIONS)
    board = read_board(values, boards)
    return Selection(
        board=board,
        release=read_release(values),
        accepted=read_filter(values, boards),
        sort=sort,
        descends=None if descends == sort.descends else descends,
        columns=read_columns(",".join(columns), known),
        only_measured=read_flag(values, "measured"),
        controls_style=_read_style(values, board),
        known=known,
    )


def write_selection(selection: Selection) -> dict[str, str]:
    """The query that `read_selection` reads as `selection`; defaults are left out."""
    found = write_filter(selection.accepted)
    if selection.board != Board.OVERALL:
        found["board"] = selection.board.value
    if selection.release is not None:
        found["release"] = str(selection.release)
    if selection.sort != RANK:
        found["sort"] = selection.sort.key
    if selection.descends is not None:
        directions = {known: name for name, known in DIRECTIONS.items()}
        found["direction"] = directions[selection.descends]
    if selection.columns != selection.known.usual:
        found["columns"] = ",".join(column.key for column in selection.columns) or NO_COLUMNS
    if selection.only_measured:
        found["measured"] = "1"
    if selection.controls_style and selection.board == Board.REPORT:
        found["style"] = "controlled"
    return found


def _read_style(values: Mapping[str, str], board: Board) -> bool:
    controls = read_choice(values, "style", STYLES) or False
    if controls and board != Board.REPORT:
        raise InvalidRequest(
            f"Style cannot be controlled for on the board {board.value}.",
            f"Only reports have one: ask for board={Board.REPORT.value} too.",
        )
    return controls


def read_board(values: Mapping[str, str], boards: Sequence[Board] = DEFAULT_BOARDS) -> Board:
    """The one of `boards` that an address names, by default overall. Raises InvalidRequest."""
    name = values.get("board") or Board.OVERALL.value
    for board in boards:
        if board == name:
            return board
    raise InvalidRequest(f"There is no board {name!r}.", f"The boards are {', '.join(boards)}.")


def read_release(values: Mapping[str, str]) -> int | None:
    """The number of the release that an address asks for, None for the newest ranked one.

    Raises InvalidRequest.
    """
    text = values.get("release", "").strip()
    if not text:
        return None
    if not re.fullmatch("[1-9][0-9]{0,5}", text):
        raise InvalidRequest(f"{text[:20]!r} is not a release.", "Give its number, such as 1.")
    return int(text)


def read_columns(text: str, columns: Columns = DEFAULT) -> tuple[Column, ...]:
    """Those of `columns` that `text` names with commas, in their order. Raises InvalidRequest."""
    names = {name.strip() for name in text.split(",")} - {""}
    if not names:
        return columns.usual
    known = [column.key for column in columns.choosable]
    unknown = sorted(names - {*known, NO_COLUMNS})
    if unknown:
        raise InvalidRequest(
            f"There is no column {unknown[0][:40]!r}.",
            f"Choose from {', '.join(known)}, or {NO_COLUMNS}.",
        )
    return tuple(column for column in columns.choosable if column.key in names)
