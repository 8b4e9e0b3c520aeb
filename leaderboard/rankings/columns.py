"""The columns of the ranking table: what one may choose, and what each sorts by."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter

from leaderboard.models.ranking import TRACK_BOARDS, Board
from leaderboard.rankings.read import RankingRow, RankingTable

UNREAD = ("unparsed", "refused", "ambiguous")
"""How a multiple-choice prediction is read when it is no clear answer."""
Value = float | str | None


class Column(enum.StrEnum):
    """The columns in their order: rank and model are always there, and so is the board's score."""

    RANK = "rank"
    MODEL = "model"
    OVERALL = "overall"
    TEXT = "text"
    IMAGE = "image"
    CLOSED = "closed"
    REPORT = "report"
    ORGANISATION = "organisation"
    PARAMETERS = "parameters"
    LICENCE = "licence"
    BASE_MODEL = "base_model"
    COVERAGE = "coverage"
    UNREAD = "unread"
    UNPARSED = "unparsed"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    UNSCORED = "unscored"
    ATTEMPTS = "attempts"
    SUBMITTED = "submitted"

    @property
    def descends(self) -> bool:
        """Whether the highest value comes first where nobody asks for a direction."""
        return self in _DESCENDING


ALWAYS = (Column.RANK, Column.MODEL)
SCORES = tuple(Column(board.value) for board in Board)
DEFAULT_COLUMNS = (
    *SCORES,
    Column.COVERAGE,
    Column.UNREAD,
    Column.ATTEMPTS,
    Column.SUBMITTED,
)
CHOOSABLE = tuple(column for column in Column if column not in ALWAYS)
COLUMN_NAMES = {
    Column.RANK: "Rank",
    Column.MODEL: "Model",
    Column.OVERALL: "Overall",
    Column.TEXT: "Text",
    Column.IMAGE: "Image",
    Column.CLOSED: "Closed",
    Column.REPORT: "Report",
    Column.ORGANISATION: "Organisation",
    Column.PARAMETERS: "Parameters",
    Column.LICENCE: "Licence",
    Column.BASE_MODEL: "Base model",
    Column.COVERAGE: "Coverage",
    Column.UNREAD: "Not read",
    Column.UNPARSED: "Unparsed",
    Column.REFUSED: "Refused",
    Column.AMBIGUOUS: "Ambiguous",
    Column.UNSCORED: "Unscored",
    Column.ATTEMPTS: "Attempts",
    Column.SUBMITTED: "Submitted",
}
_DESCENDING = {
    *SCORES,
    Column.PARAMETERS,
    Column.COVERAGE,
    Column.UNREAD,
    Column.UNPARSED,
    Column.REFUSED,
    Column.AMBIGUOUS,
    Column.UNSCORED,
    Column.ATTEMPTS,
    Column.SUBMITTED,
}


def sort_rows(table: RankingTable, column: Column, *, descends: bool) -> list[RankingRow]:
    """The rows by a column; equal ones keep their order, those without a value come last."""
    values = [(value_of(column, table, row), row) for row in table.rows]
    known = [(value, row) for value, row in values if value is not None]
    known.sort(key=itemgetter(0), reverse=descends)
    return [row for _, row in known] + [row for value, row in values if value is None]


def value_of(column: Column, table: RankingTable, row: RankingRow) -> Value:
    """What a row is sorted by in a column: text in small letters, None where there is nothing."""
    if column in SCORES:
        score = row.scores.get(Board(column.value))
        return None if score is None else score.value
    return _VALUES[column](table, row)


def count_unread(row: RankingRow, outcomes: Iterable[str] = UNREAD) -> int | None:
    """How many multiple-choice predictions were read as one of `outcomes`; None without any."""
    return sum(row.outcomes.get(one, 0) for one in outcomes) if row.outcomes else None


def count_unscored(table: RankingTable, row: RankingRow) -> int:
    """How many items of the split have no score: those of tracks that were not sent too."""
    n_scored = sum(row.scores[one].n for one in TRACK_BOARDS if one in row.scores)
    return sum(table.n_items.values()) - n_scored


def is_in_lead_group(board: Board, row: RankingRow) -> bool:
    """Whether a model is ranked on `board` and the leader there is not significantly better."""
    return board in row.ranks and board not in row.separable


def _rank(table: RankingTable, row: RankingRow) -> Value:
    rank = row.ranks.get(table.board)
    return None if rank is None else rank.low


def _text(value: str | None) -> str | None:
    return value.casefold() if value else None


_VALUES: Mapping[Column, Callable[[RankingTable, RankingRow], Value]] = {
    Column.RANK: _rank,
    Column.MODEL: lambda table, row: _text(row.model.name),
    Column.ORGANISATION: lambda table, row: _text(row.model.organisation),
    Column.PARAMETERS: lambda table, row: row.model.parameters_billion,
    Column.LICENCE: lambda table, row: _text(row.model.licence),
    Column.BASE_MODEL: lambda table, row: _text(row.model.base_model),
    Column.COVERAGE: lambda table, row: row.coverage,
    Column.UNREAD: lambda table, row: count_unread(row),
    Column.UNPARSED: lambda table, row: count_unread(row, ["unparsed"]),
    Column.REFUSED: lambda table, row: count_unread(row, ["refused"]),
    Column.AMBIGUOUS: lambda table, row: count_unread(row, ["ambiguous"]),
    Column.UNSCORED: count_unscored,
    Column.ATTEMPTS: lambda table, row: row.n_attempts,
    Column.SUBMITTED: lambda table, row: row.submission.created_at.timestamp(),
}
