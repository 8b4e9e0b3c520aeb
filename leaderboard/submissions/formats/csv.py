"""Prediction files of comma-separated values with a header."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from leaderboard.errors import Problem
from leaderboard.json_text import REPLACEMENT, mend_cut_characters
from leaderboard.submissions.formats.format import (
    EXTRA_TYPES,
    MOST_BYTES,
    MOST_MENDED,
    TOO_LONG_REMEDY,
    TOO_LONG_WORDS,
    Format,
    Row,
    read_extras,
)

HEADER_REMEDY = "Start the file with the line id,prediction (or send JSONL)."
QUOTES_REMEDY = "Quote fields that hold commas, quotes or line breaks, and double quotes in them."
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is not UTF-8 in a text decoded with `surrogateescape`."""
_LINE = re.compile(rb"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")


def read_csv_rows(raw: bytes) -> Iterator[Row | Problem | None]:
    """A row or a problem for each record, None for a blank one.

    Columns beside `id`, `prediction` and those of optional facts are ignored. A record's line is
    the one it begins in.
    """
    # A long field is one problem, and not the end of the file. The limit is the process's.
    csv.field_size_limit(MOST_BYTES)
    records = _read_records(_Lines(raw))
    first = next(records, None)
    if not isinstance(first, _Record):
        if first:
            yield first
        return
    header = [name.strip().lower() for name in first.fields]
    if header.count("id") != 1 or header.count("prediction") != 1:
        shown = ", ".join(map(_shown, header))[:120]
        yield Problem(f"The header is {shown!r}.", HEADER_REMEDY, 1)
        return
    columns = _Columns(
        len(header),
        header.index("id"),
        header.index("prediction"),
        {name: header.index(name) for name in EXTRA_TYPES if header.count(name) == 1},
    )
    for record in records:
        if isinstance(record, Problem):
            yield record
        else:
            yield _make_row(record, columns) if any(map(str.strip, record.fields)) else None


class _Record(NamedTuple):
    line: int
    fields: list[str]


class _Columns(NamedTuple):
    """How many columns there are, and where what is read of them stands."""

    n: int
    id: int
    text: int
    extras: dict[str, int]


class _LineTooLong(csv.Error):
    pass


class _Lines:
    """The lines of a file as text, each decoded when it is asked for.

    `n_before` of them came before the present record, whose lines are held for going back.
    """

    def __init__(self, raw: bytes) -> None:
        self._n_mended = 0
        self._found = _LINE.finditer(raw)
        self._held: list[str] = []
        self._ahead: deque[str] = deque()
        self.n_before = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        """The next line, with its end. Raises _LineTooLong, and goes on behind that line."""
        if self._ahead:
            line = self._ahead.popleft()
        else:
            found = next(self._found)
            is_long = found.end() - found.start() > MOST_BYTES
            line = "" if is_long else self._decode(found[0])
        self._held.append(line)
        if not line:
            raise _LineTooLong
        return line

    def _decode(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            if self._n_mended > MOST_MENDED:
                return line.decode(errors="surrogateescape")
        mended = mend_cut_characters(line)
        self._n_mended += mended.count(REPLACEMENT.encode())
        return mended.decode(errors="surrogateescape")

    def end_record(self) -> None:
        """The record ends with the line that was given last."""
        self.n_before += len(self._held)
        self._held.clear()

    def go_back(self) -> None:
        """The record ends with its first line: what followed is given again."""
        self._ahead.extendleft(reversed(self._held[1:]))
        del self._held[1:]
        self.end_record()


def _read_records(lines: _Lines) -> Iterator[_Record | Problem]:
    """Each record, or what is wrong with it; reading goes on in the line after a wrong one began.

    A quote that is never closed may hold many lines, so no more is known of where it should end.
    """
    while True:
        reader = csv.reader(lines, strict=True)
        try:
            for fields in reader:
                yield _Record(lines.n_before + 1, fields)
                lines.end_record()
            return
        except _LineTooLong:
            lines.end_record()
            yield Problem(TOO_LONG_WORDS.format("line"), TOO_LONG_REMEDY, lines.n_before)
        except csv.Error as error:
            lines.go_back()
            yield _explain(error, lines.n_before)


def _explain(error: csv.Error, line: int) -> Problem:
    if "field limit" in str(error):
        return Problem(TOO_LONG_WORDS.format("field"), TOO_LONG_REMEDY, line)
    return Problem(f"Not valid CSV: {error}.", QUOTES_REMEDY, line)


def _shown(field: str) -> str:
    """A field with a mark in the place of each byte that is not UTF-8."""
    return field.encode(errors="surrogateescape").decode(errors="replace")


def _make_row(record: _Record, columns: _Columns) -> Row | Problem:
    line, fields = record
    known = _shown(fields[columns.id])[:120] if columns.id < len(fields) else None
    if len(fields) != columns.n:
        return Problem(
            f"The line has {len(fields)} fields, but the header has {columns.n}.",
            "Quote fields that hold commas.",
            line,
            known,
        )
    if any(map(_NOT_UTF8.search, fields)):
        return Problem(
            "The line contains a byte that is not UTF-8.", "Save the file as UTF-8.", line, known
        )
    key = fields[columns.id].strip()
    if not columns.extras:
        return Row(line, key, fields[columns.text])
    given = {name: fields[place] for name, place in columns.extras.items()}
    extras = read_extras(given, line, key)
    if isinstance(extras, Problem):
        return extras
    return Row(line, key, fields[columns.text], extras)


FORMAT = Format("CSV", (".csv", ".txt"), read_csv_rows)
