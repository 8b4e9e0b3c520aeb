"""The columns of the ranking, each declared once.

The table's head and cells, what one may sort by and choose, the tables to take away and the
figures of the API follow from here.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any

from leaderboard.accounts.card_fields import CARD_FIELDS, CardField
from leaderboard.models.harm import HARM_BOARDS
from leaderboard.models.ranking import DEFAULT_BOARDS, Board
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import (
    BoardScore,
)

UNREAD = ("unparsed", "refused", "ambiguous")
"""How a multiple-choice prediction is read when it is not a clear answer."""
SCALE = "0 to 100"
Value = float | str | None
Cell = str | int | float | bool | datetime | None
Kind = type[str] | type[int] | type[float] | type[bool] | type[datetime]


@dataclass(frozen=True)
class Figure:
    """A value of a row for other programs: its name, type (None aside) and meaning, its unit too.

    It is in the tables to take away by its name, and in the API by `api`, if that has a name.
    """

    name: str
    type: Kind
    meaning: str
    read: Callable[[RankingTable, RankingRow], Cell] = field(compare=False)
    api: str = ""


class Look(enum.StrEnum):
    """How a page writes the cells of a column."""

    OWN = "own"
    SCORE = "score"
    FACT = "fact"
    COVERAGE = "coverage"
    OUTCOMES = "outcomes"
    COUNT = "count"
    DAY = "day"
    HARM = "harm"
    CONTROLLED = "controlled"


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the ranking: its key in addresses, the name over it, what rows are sorted by.

    The highest value comes first where nobody asks for a direction if it `descends`. A page writes
    its cells as `look` says: a score of `board`, severe errors on the board `harm_of`, a `fact` of
    the model card, how many predictions were read as one of `outcomes`, a count, a day. It is shown
    unless others are chosen if it `is_usual`; other programs have its `figures`.
    """

    key: str
    name: str
    look: Look
    value: Callable[[RankingTable, RankingRow], Value] = field(compare=False)
    descends: bool = True
    is_usual: bool = False
    board: Board | None = None
    harm_of: Board | None = None
    fact: CardField | None = None
    outcomes: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def words(self) -> str:
        """Its name within a sentence."""
        return self.name[:1].lower() + self.name[1:]

    @property
    def is_text(self) -> bool:
        """Whether its cells are words, and no numbers."""
        return self.fact is not None and self.fact.is_text


def count_unread(row: RankingRow, outcomes: Iterable[str] = UNREAD) -> int | None:
    """How many multiple-choice predictions were read as one of `outcomes`; None without any."""
    return sum(row.outcomes.get(one, 0) for one in outcomes) if row.outcomes else None


def count_unscored(table: RankingTable, row: RankingRow) -> int:
    """How many items of the split have no score: those of tracks that were not sent too."""
    return sum(table.n_deciding.values()) - row.n_scored


def is_in_lead_group(board: Board, row: RankingRow) -> bool:
    """Whether a model is ranked on `board` and the leader there is not significantly better."""
    return board in row.ranks and board not in row.separable


def is_loose(board: Board, row: RankingRow) -> bool:
    """Whether the score on `board` is a report score that may make no winner."""
    return board.is_judged and not (row.report and row.report.is_anchored)


class NoRank(enum.StrEnum):
    """Why a model has no rank on a board; first what most stands behind the score."""

    JUDGE = "judge decides no rank"
    NOT_ANCHORED = "not anchored"
    OTHER_RULER = "another ruler"
    INCOMPLETE = "incomplete"
    TRAINED = "trained on the questions"


def find_no_rank(board: Board, row: RankingRow) -> NoRank | None:
    """Why a model has no rank on `board`; None where it has one."""
    if board in row.ranks:
        return None
    if board not in row.scores:
        return NoRank.INCOMPLETE
    if row.is_apart:
        return NoRank.TRAINED
    if not is_loose(board, row):
        return NoRank.OTHER_RULER
    is_of_judge = row.report is not None and row.report.has_own_labels
    return NoRank.JUDGE if is_of_judge else NoRank.NOT_ANCHORED


def make_board_cells(score: BoardScore | None) -> tuple[Cell, ...]:
    """A board's score, the ends of its interval and its items; nothing where there is none."""
    return (None,) * 4 if score is None else tuple(score)


def _rank(end: str, table: RankingTable, row: RankingRow) -> int | None:
    rank = row.ranks.get(table.board)
    return None if rank is None else getattr(rank, end)


def _score(board: Board, place: int, table: RankingTable, row: RankingRow) -> Cell:
    return make_board_cells(row.scores.get(board))[place]


def _no_rank(table: RankingTable, row: RankingRow) -> str | None:
    found = find_no_rank(table.board, row)
    return None if found is None else found.value


def _is_separable(board: Board, table: RankingTable, row: RankingRow) -> bool | None:
    return board in row.separable if board in row.ranks else None


def _read_fact(key: str, table: RankingTable, row: RankingRow) -> Cell:
    fact: Cell = getattr(row.model, key)
    return fact


def _make_score(board: Board) -> Column:
    key = board.value
    places = (
        (f"{key}_score", float, f"{key} score, {SCALE}"),
        (f"{key}_low", float, "lower end of its 95 % interval"),
        (f"{key}_high", float, "upper end of its 95 % interval"),
        (f"{key}_n_items", int, "items scored"),
    )
    return Column(
        key=key,
        name=board.label,
        look=Look.SCORE,
        value=lambda table, row: row.scores[board].value if board in row.scores else None,
        is_usual=board.is_of_one_track or board == Board.OVERALL,
        board=board,
        figures=(
            *(Figure(*one, partial(_score, board, place)) for place, one in enumerate(places)),
            Figure(
                f"{key}_separable",
                bool,
                f"whether the leader on {key} is significantly better; none without a rank",
                partial(_is_separable, board),
            ),
        ),
    )


def _read_controlled(name: str, table: RankingTable, row: RankingRow) -> Cell:
    found: Cell = getattr(row.controlled, name) if row.controlled else None
    return found


def _read_harm(board: Board, name: str, table: RankingTable, row: RankingRow) -> Cell:
    harm = row.harm.get(board)
    found: Cell = getattr(harm, name) if harm is not None else None
    return found


def _make_harm(board: Board) -> Column:
    key = f"harm_{board.value}"
    where = "reports" if board == Board.REPORT else "multiple-choice questions"
    places = (
        ("value", f"{key}_per_100", float, f"severe errors per 100 graded {where}: those with one"),
        ("low", f"{key}_low", float, "lower end of its 95 % interval"),
        ("high", f"{key}_high", float, "upper end of its 95 % interval"),
        ("n", f"{key}_n_cases", int, "graded cases whose errors are known"),
        (
            "n_severe",
            f"{key}_n_severe",
            int,
            "those with a severe error (in any of several runs)",
        ),
    )
    return Column(
        key=key,
        name=f"Severe errors, {'reports' if board == Board.REPORT else 'MCQ'}",
        look=Look.HARM,
        value=lambda table, row: row.harm[board].value if board in row.harm else None,
        descends=False,
        harm_of=board,
        figures=tuple(
            Figure(name, kind, meaning, partial(_read_harm, board, field))
            for field, name, kind, meaning in places
        ),
    )


def _make_fact(fact: CardField) -> Column:
    return Column(
        key=fact.column,
        name=fact.label,
        look=Look.FACT,
        value=lambda table, row: fact.sort_by(row.model),
        descends=not fact.is_text,
        fact=fact,
    )


def _make_count(outcome: str) -> Figure:
    return Figure(
        f"n_{outcome}",
        int,
        f"multiple-choice predictions read as {outcome}",
        lambda table, row: row.outcomes.get(outcome, 0),
        api="" if outcome == "answered" else f"n_{outcome}",
    )


def _make_outcome(outcome: str) -> Column:
    return Column(
        key=outcome,
        name=outcome.capitalize(),
        look=Look.OUTCOMES,
        value=lambda table, row: count_unread(row, [outcome]),
        outcomes=(outcome,),
        figures=(_make_count(outcome),),
    )


RANK = Column(
    key="rank",
    name="Rank",
    look=Look.OWN,
    value=partial(_rank, "low"),
    descends=False,
    figures=(
        Figure(
            "rank_low",
            int,
            "best rank that the data allow; none if not every item was scored",
            partial(_rank, "low"),
            api="rank_low",
        ),
        Figure(
            "rank_high",
            int,
            "worst rank that the data allow",
            partial(_rank, "high"),
            api="rank_high",
        ),
        Figure(
            "no_rank",
            str,
            f"why there is no rank: {', '.join(NoRank)}",
            _no_rank,
            api="no_rank",
        ),
    ),
)
HAS_RATER = Figure(
    "team_rated_reports",
    bool,
    "whether a member of the model's team rated reports of this split, and so has seen references",
    lambda table, row: row.has_rater,
    api="team_rated_reports",
)
MODEL = Column(
    key="model",
    name="Model",
    look=Look.OWN,
    value=lambda table, row: row.model.name.casefold() or None,
    descends=False,
    figures=(
        Figure("model", str, "short name of the model", lambda table, row: row.model.slug),
        Figure("model_name", str, "name of the model", lambda table, row: row.model.name),
        HAS_RATER,
    ),
)
HARMS = tuple(map(_make_harm, HARM_BOARDS))
FACTS = tuple(_make_fact(fact) for fact in CARD_FIELDS if fact.column)
COUNTS = (
    Column(
        key="coverage",
        name="Coverage",
        look=Look.COVERAGE,
        value=lambda table, row: row.coverage,
        figures=(
            Figure(
                "coverage_share",
                float,
                "share of the split's items that were scored, 0 to 1",
                lambda table, row: row.coverage,
                api="coverage",
            ),
        ),
    ),
    Column(
        key="unread",
        name="Not read",
        look=Look.OUTCOMES,
        value=lambda table, row: count_unread(row),
        is_usual=True,
        outcomes=UNREAD,
        figures=(_make_count("answered"),),
    ),
    *map(_make_outcome, UNREAD),
    Column(
        key="unscored",
        name="Unscored",
        look=Look.COUNT,
        value=count_unscored,
        figures=(
            Figure(
                "n_unscored",
                int,
                "items in the split without a score",
                count_unscored,
                api="n_unscored",
            ),
        ),
    ),
    Column(
        key="attempts",
        name="Attempts",
        look=Look.COUNT,
        value=lambda table, row: row.n_attempts,
        figures=(
            Figure(
                "n_attempts",
                int,
                "scored submissions of the model's team on this split",
                lambda table, row: row.n_attempts,
                api="n_attempts",
            ),
        ),
    ),
    Column(
        key="submitted",
        name="Submitted",
        look=Look.DAY,
        value=lambda table, row: row.submission.created_at.timestamp(),
        is_usual=True,
        figures=(
            Figure(
                "submission",
                str,
                "the submission the model is ranked by",
                lambda table, row: row.submission.id,
                api="submission",
            ),
            Figure(
                "submitted_at",
                datetime,
                "when it was submitted, UTC",
                lambda table, row: row.submission.created_at,
                api="submitted_at",
            ),
            Figure(
                "predictions_sha256",
                str,
                "hash of its file",
                lambda table, row: row.submission.file_hash,
            ),
        ),
    ),
)
CONTROLLED = Column(
    key="report_controlled",
    name="Report, style controlled",
    look=Look.CONTROLLED,
    value=lambda table, row: row.controlled.value if row.controlled else None,
    figures=tuple(
        Figure(name, float, meaning, partial(_read_controlled, field))
        for field, name, meaning in (
            (
                "value",
                "report_controlled_score",
                "report score with length and formatting at the field's mean, 20 to 100; it has no "
                "rank, and none if it is not known",
            ),
            ("low", "report_controlled_low", "lower end of its 95 % interval"),
            ("high", "report_controlled_high", "upper end of its 95 % interval"),
            ("shift", "report_controlled_shift", "what was added to the report score for it"),
        )
    ),
)
"""Shown where style is controlled for, and only there."""


@dataclass(frozen=True)
class Columns:
    """The columns of the rankings of a benchmark; there is one for the score of each of its boards.

    One may choose those that are `choosable`: rank and model are always there, and so is the score
    of the board that is shown.
    """

    scores: tuple[Column, ...]

    @property
    def choosable(self) -> tuple[Column, ...]:
        """Those that one may choose, in the order of the page."""
        return (*self.scores, *HARMS, *FACTS, *COUNTS)

    @property
    def by_key(self) -> dict[str, Column]:
        """Every column by its key, in the order of the page."""
        return {column.key: column for column in (RANK, MODEL, *self.choosable)}

    @property
    def usual(self) -> tuple[Column, ...]:
        """Those that are shown where nobody chooses."""
        return tuple(column for column in self.choosable if column.is_usual)


def make_columns(boards: Iterable[Board]) -> Columns:
    """Those of a benchmark with these boards."""
    return Columns(tuple(map(_make_score, boards)))


DEFAULT = make_columns(DEFAULT_BOARDS)
COLUMNS = DEFAULT.by_key
"""Those of a benchmark whose host names no tracks."""
FACT_FIGURES = tuple(
    Figure(fact.key, fact.type, fact.meaning, partial(_read_fact, fact.key))
    for fact in CARD_FIELDS
    if fact.meaning
)
"""What a table to take away has of the model card."""


def read_api_figures(table: RankingTable, row: RankingRow) -> dict[str, Any]:
    """What the API has of a row, by its names."""
    return {
        figure.api: figure.read(table, row)
        for column in COLUMNS.values()
        for figure in column.figures
        if figure.api
    }


def sort_rows(table: RankingTable, column: Column, *, descends: bool) -> list[RankingRow]:
    """The rows by a column; equal ones keep their order, those without a value come last."""
    values = [(column.value(table, row), row) for row in table.rows]
    known = [(value, row) for value, row in values if value is not None]
    known.sort(key=itemgetter(0), reverse=descends)
    return [row for _, row in known] + [row for value, row in values if value is None]
