"""Prediction files of comma-separated values with a header."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator
from typing import NamedTuple

from leaderboard.errors import Problem
from leaderboard.json_text import mend_cut_characters
from leaderboard.submissions.formats.format import Format, Row

HEADER_REMEDY = "Start the file with the line id,prediction (or send JSONL)."
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""What stands for a byte that is not UTF-8 in a text decoded with `surrogateescape`."""


def read_csv_rows(raw: bytes) -> Iterator[Row | Problem]:
    """A row or a problem for each record; columns beside `id` and `prediction` are ignored.

    A record's line is the one it begins in.
    """
    text = mend_cut_characters(raw).decode(errors="surrogateescape")
    # A long field is one problem, and not the end of the file. The limit is the process's: only up.
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    lines = list(io.StringIO(text, newline=""))
    records = _read_records(lines)
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
    id_column, text_column = header.index("id"), header.index("prediction")
    for record in records:
        if isinstance(record, Problem):
            yield record
        elif record.fields:
            yield _make_row(record, len(header), id_column, text_column)


class _Record(NamedTuple):
    line: int
    fields: list[str]


def _read_records(lines: list[str]) -> Iterator[_Record | Problem]:
    """Each record, or what is wrong with it; reading goes on in the line after a wrong one began.

    A quote that is never closed may hold many lines, so no more is known of where it should end.
    """
    start = 0
    while start < len(lines):
        reader = csv.reader(itertools.islice(lines, start, None), strict=True)
        line = start + 1
        try:
            for fields in reader:
                yield _Record(line, fields)
                line = start + reader.line_num + 1
            return
        except csv.Error as error:
            yield Problem(
                f"Not valid CSV: {error}.",
                "Quote fields that hold commas, quotes or line breaks, and double quotes in them.",
                line,
            )
            start = line


def _shown(field: str) -> str:
    """A field with a mark in the place of each byte that is not UTF-8."""
    return field.encode(errors="surrogateescape").decode(errors="replace")


def _make_row(record: _Record, n_columns: int, id_column: int, text_column: int) -> Row | Problem:
    line, fields = record
    known = _shown(fields[id_column])[:120] if id_column < len(fields) else None
    if any(map(_NOT_UTF8.search, fields)):
        return Problem(
            "The line contains a byte that is not UTF-8.", "Save the file as UTF-8.", line, known
        )
    if len(fields) != n_columns:
        return Problem(
            f"The line has {len(fields)} fields, but the header has {n_columns}.",
            "Quote fields that hold commas.",
            line,
            known,
        )
    return Row(line, fields[id_column].strip(), fields[text_column])


FORMAT = Format("CSV", (".csv", ".txt"), read_csv_rows)
