"""Reported results as CSV: a line for each model.

`model` is needed. A board's figure stands in the column of its name (`total` means `overall`), with
its interval and its number of items in those that end in _low, _high and _n; `level` and `method`
are those of the line's intervals. A figure that no board orders by is in `figure:` and its name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from leaderboard.accounts.card_fields import CARD_FIELDS
from leaderboard.errors import InvalidRequest, Problem
from leaderboard.models.ranking import Board
from leaderboard.names import read_line, read_name, read_prose
from leaderboard.problems import FileProblems
from leaderboard.reported.cells import read_count, read_level, read_openness, read_score, read_size
from leaderboard.reported.lines import (
    LEVEL,
    MAX_METRIC,
    FigureLine,
    ModelLine,
    ReportedFile,
    count_decimals,
)
from leaderboard.scoring.boards import DEFAULT_BOARDS

FACTS = ("model", "organisation", "parameters", "open_weights", "url", "note", "level", "method")
ALIASES = {"total": "overall"}
ENDINGS = ("", "_low", "_high", "_n")
OTHER_FIGURE = "figure:"
MAX_NOTE = 1000
MAX_METHOD = 200
URL = next(field for field in CARD_FIELDS if field.key == "url")
Read = TypeVar("Read")


def read_table(
    raw: bytes, problems: FileProblems, boards: Sequence[Board] = DEFAULT_BOARDS
) -> ReportedFile:
    """The models of a CSV file with figures on `boards`; what is wrong goes to `problems`."""
    models = [
        model
        for line, cells in _read_lines(raw, problems, boards)
        if (model := _Line(line, cells, problems, boards).read()) is not None
    ]
    return ReportedFile(models)


class _Line:
    """A line under way: each cell is read, and its problem noted."""

    def __init__(
        self, line: int, cells: Mapping[str, str], problems: FileProblems, boards: Sequence[Board]
    ) -> None:
        self._line, self._cells, self._problems = line, cells, problems
        self._boards = boards

    def read(self) -> ModelLine | None:
        """The model; None where anything was wrong."""
        before, cells = self._problems.n_all, self._cells
        model = ModelLine(
            name=self._try(lambda: read_name(cells["model"], "The model's name", 120)) or "",
            organisation=self._try(
                lambda: read_line(cells["organisation"], "The organisation", 120) or None
            ),
            parameters_billion=self._try(lambda: read_size(cells["parameters"])),
            open_weights=self._try(lambda: read_openness(cells["open_weights"])),
            url=self._try(lambda: URL.read(cells["url"])),
            note=self._try(lambda: read_prose(cells["note"], "The note", MAX_NOTE)) or "",
            figures=[*self._read_boards(), *self._read_others()],
        )
        if not model.figures and self._problems.n_all == before:
            self._complain(
                InvalidRequest(
                    "The line has no figure.", "Give one at least, or leave the line out."
                )
            )
        return model if self._problems.n_all == before else None

    def _read_boards(self) -> Iterator[FigureLine]:
        level = self._try(lambda: read_level(self._cells["level"]))
        method = self._try(lambda: read_line(self._cells["method"], "The method", MAX_METHOD))
        for board in self._boards:
            figure = self._try(partial(self._read_board, board, level, method or ""))
            if figure is not None:
                yield figure

    def _read_board(self, board: Board, level: float | None, method: str) -> FigureLine | None:
        name = board.value
        text = self._cells[name]
        value = read_score(text, name)
        low, high = (read_score(self._cells[name + end], name + end) for end in ("_low", "_high"))
        n = read_count(self._cells[f"{name}_n"], f"{name}_n")
        if value is None:
            if low is not None or high is not None:
                raise InvalidRequest(f"{name} has an interval and no figure.", "Give the figure.")
            return None
        if (low is None) != (high is None):
            raise InvalidRequest(f"{name} has one end of an interval.", "Give both ends or none.")
        if low is not None and high is not None and not low <= value <= high:
            raise InvalidRequest(
                f"{name} is {value:g}, outside its interval from {low:g} to {high:g}.",
                "Give the lower end in the column _low and the upper one in _high.",
            )
        return FigureLine(
            board,
            board.label,
            value,
            count_decimals(text),
            low,
            high,
            level=None if low is None else level or LEVEL,
            method="" if low is None else method,
            n=n,
        )

    def _read_others(self) -> Iterator[FigureLine]:
        for column, text in self._cells.items():
            if column.startswith(OTHER_FIGURE) and text:
                value = self._try(partial(read_score, text, column))
                if value is not None:
                    metric = column.removeprefix(OTHER_FIGURE).strip()
                    yield FigureLine(None, metric, value, count_decimals(text))

    def _try(self, read: Callable[[], Read]) -> Read | None:
        try:
            return read()
        except InvalidRequest as error:
            self._complain(error)
        return None

    def _complain(self, error: InvalidRequest) -> None:
        name = self._cells["model"][:80] or None
        self._problems.append(Problem(error.message, error.remedy, self._line, name))


def _read_lines(
    raw: bytes, problems: FileProblems, boards: Sequence[Board]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Each record by column, with the line it begins in."""
    try:
        reader = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), strict=True)
        header = _read_header(next(reader, []), problems, boards)
        line = reader.line_num + 1
        for record in reader if header else ():
            if record and len(record) != len(header):
                words = f"The line has {len(record)} fields, but the header has {len(header)}."
                problems.append(Problem(words, "Quote fields that hold commas.", line))
            elif any(cell.strip() for cell in record):
                cells = {name: cell.strip() for name, cell in zip(header, record, strict=True)}
                yield line, dict.fromkeys(_list_columns(boards), "") | cells
            line = reader.line_num + 1
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(Problem("A byte is not UTF-8.", "Save the file as UTF-8.", line))
    except csv.Error as error:
        problems.append(
            Problem(f"Not valid CSV: {error}.", "Quote fields, and double quotes in them.", None)
        )


def _list_columns(boards: Sequence[Board]) -> list[str]:
    return [*FACTS, *(f"{board.value}{ending}" for board in boards for ending in ENDINGS)]


def _read_header(names: list[str], problems: FileProblems, boards: Sequence[Board]) -> list[str]:
    """The columns; empty, and a problem of each that is wrong, where any is."""
    known = _list_columns(boards)
    remedy = (
        f"The columns are {', '.join(FACTS)}, the boards ({', '.join(boards)}) and their endings "
        f"_low, _high and _n. Another figure goes into a column such as {OTHER_FIGURE}precision."
    )
    header = [name.strip() for name in names]
    header = [
        ALIASES.get(name.lower(), name.lower()) if ":" not in name else name for name in header
    ]
    before = problems.n_all
    for place, name in enumerate(header):
        is_other = name.startswith(OTHER_FIGURE) and 0 < len(name[7:].strip()) <= MAX_METRIC
        if name not in known and not is_other:
            problems.append(Problem(f"There is no column {name[:60]!r}.", remedy, 1))
        elif name in header[:place]:
            problems.append(Problem(f"There are two columns {name!r}.", "Leave one out.", 1))
    if "model" not in header:
        problems.append(Problem("There is no column model.", remedy, 1))
    return header if problems.n_all == before else []


def _name_column(text: str) -> str:
    """The column that a head means."""
    name = text.strip().lower()
    return ALIASES.get(name, name)
