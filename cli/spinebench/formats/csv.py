"""Prediction files of values separated by commas, tabs or semicolons, with a header."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from spinebench.formats.characters import REPLACEMENT, mend_cut_characters
from spinebench.formats.columns import find_columns, note_columns, refuse_columns
from spinebench.formats.file import File
from spinebench.formats.format import (
    MOST_BYTES,
    MOST_MENDED,
    TOO_LONG_REMEDY,
    TOO_LONG_WORDS,
    FileFacts,
    Format,
    Rows,
)
from spinebench.formats.problem import Problem
from spinebench.formats.table import Places, make_row

SEPARATORS = {",": "CSV", "\t": "TSV", ";": "semicolon-separated text"}
"""What stands between fields, and what such a file is called."""
QUOTES_REMEDY = "Quote fields that hold commas, quotes or line breaks, and double quotes in them."
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is not UTF-8 in a text decoded with `surrogateescape`."""
_SEPARATOR_LINE = re.compile(rb"sep=([,;\t])[\r\n]")
_LINE = re.compile(rb"[^\r\n]*+(?:\r\n?|\n)|[^\r\n]++")


def read_csv_rows(file: File, facts: FileFacts) -> Rows:
    """A row or a problem for each record, None for a blank one.

    Columns beside the known ones are ignored. A record's line is the one it begins in.
    """
    # A long field is one problem, and not the end of the file. The limit is the process's.
    csv.field_size_limit(MOST_BYTES)
    separator = _find_separator(file.raw)
    facts.tool = SEPARATORS[separator]
    lines = _Lines(file.raw)
    records = _read_plain(file.raw, lines, separator)
    first = next(records, None)
    if isinstance(first, _Record) and _is_separator_line(first, separator):
        first = next(records, None)
    if not isinstance(first, _Record):
        return iter([first] if first else [])
    header = [_shown(name) for name in first.fields]
    columns = find_columns(header)
    if columns is None:
        raise refuse_columns("The file", header)
    note_columns(columns, facts)
    return _read_rows(lines, records, Places(header, columns, has_commas=separator == ";"))


def _read_rows(lines: _Lines, records: Iterator[_Record | Problem], places: Places) -> Rows:
    for record in records:
        if isinstance(record, Problem):
            yield record
            continue
        line, fields = record
        if len(fields) == places.n and fields[places.id].strip() and not lines.has_escaped:
            yield make_row(line, fields, places)
        elif not any(map(str.strip, fields)):
            yield None
        else:
            yield _check_record(record, places) or make_row(line, fields, places)


def _find_separator(raw: bytes) -> str:
    """The one by which the header holds an id and an output; else the comma."""
    stated = _SEPARATOR_LINE.match(raw)
    if stated and stated[1].decode() in SEPARATORS:
        return stated[1].decode()
    found = _LINE.search(raw)
    line = found[0][:MOST_BYTES].decode(errors="replace").strip("\r\n") if found else ""
    for separator in SEPARATORS:
        try:
            names = next(csv.reader([line], delimiter=separator), [])
        except csv.Error:
            continue
        if find_columns(names):
            return separator
    return max(SEPARATORS, key=line.count)


def _is_separator_line(record: _Record, separator: str) -> bool:
    """Whether the record is the line in which Excel says what separates fields."""
    return record.line == 1 and separator.join(record.fields).strip() == f"sep={separator}".strip()


class _Record(NamedTuple):
    line: int
    fields: list[str]


class _LineTooLong(csv.Error):
    pass


class _Lines:
    """The lines of a file as text, each decoded when it is asked for.

    `n_before` of them came before the present record, whose lines are held for going back. It
    `has_escaped` bytes that are not UTF-8 once there was any.
    """

    def __init__(self, raw: bytes) -> None:
        self._n_mended = 0
        self.has_escaped = False
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
            begin, end = found.span()
            line = "" if end - begin > MOST_BYTES else self._decode(found[0])
        self._held.append(line)
        if not line:
            raise _LineTooLong
        return line

    def _decode(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.has_escaped = True
            if self._n_mended > MOST_MENDED:
                return line.decode(errors="surrogateescape")
        mended = mend_cut_characters(line)
        self._n_mended += mended.count(REPLACEMENT.encode())
        return mended.decode(errors="surrogateescape")

    def skip(self, n: int) -> None:
        """Go on behind `n` more lines, none of which is too long."""
        for _ in range(n):
            next(self)
        self.end_record()

    def end_record(self) -> None:
        """The record ends with the line that was given last."""
        self.n_before += len(self._held)
        self._held.clear()

    def go_back(self) -> None:
        """The record ends with its first line: what followed is given again."""
        self._ahead.extendleft(reversed(self._held[1:]))
        del self._held[1:]
        self.end_record()


def _read_plain(raw: bytes, lines: _Lines, separator: str) -> Iterator[_Record | Problem]:
    """What `_read_records` reads, in half the time as long as nothing is wrong."""
    if not _has_long_line(raw):
        text = io.TextIOWrapper(io.BytesIO(raw), "utf-8", newline="")
        reader = csv.reader(text, delimiter=separator, strict=True)
        n_before = 0
        try:
            for fields in reader:
                yield _Record(n_before + 1, fields)
                n_before = reader.line_num
            return
        except (csv.Error, UnicodeDecodeError):
            lines.skip(n_before)
    yield from _read_records(lines, separator)


def _has_long_line(raw: bytes) -> bool:
    begin = 0
    while len(raw) - begin > MOST_BYTES:
        found = raw.rfind(b"\n", begin, begin + MOST_BYTES)
        if found < 0:
            return True
        begin = found + 1
    return False


def _read_records(lines: _Lines, separator: str) -> Iterator[_Record | Problem]:
    """Each record, or what is wrong with it; reading goes on in the line after a wrong one began.

    A quote that is never closed may hold many lines, so no more is known of where it should end.
    """
    while True:
        reader = csv.reader(lines, delimiter=separator, strict=True)
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


def _check_record(record: _Record, places: Places) -> Problem | None:
    """What is wrong with the number of a record's fields, or with their bytes."""
    line, fields = record
    known = _shown(fields[places.id])[:120] if places.id < len(fields) else None
    if len(fields) != places.n:
        return Problem(
            f"The line has {len(fields)} fields, but the header has {places.n}.",
            "Quote fields that hold commas.",
            line,
            known,
        )
    if any(map(_NOT_UTF8.search, fields)):
        return Problem(
            "The line contains a byte that is not UTF-8.", "Save the file as UTF-8.", line, known
        )
    return None


FORMAT = Format("CSV", (".csv", ".tsv", ".txt"), read_csv_rows)
