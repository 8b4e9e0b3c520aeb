"""Prediction files of comma-separated values with a header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from leaderboard.errors import Problem
from leaderboard.submissions.rows import Row

HEADER_REMEDY = "Begin the file with the line id,prediction (or send JSONL)."


def read_csv_rows(raw: bytes) -> Iterator[Row | Problem]:
    """A row or a problem for each record; columns beside `id` and `prediction` are ignored.

    A record's line is the one it begins in.
    """
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        yield Problem("There is a byte that is not UTF-8.", "Save the file as UTF-8.", line)
        return
    csv.field_size_limit(len(text) + 1)  # a long field is one problem, and not the end of the file
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = [name.strip().lower() for name in next(reader)]
        if header.count("id") != 1 or header.count("prediction") != 1:
            shown = ", ".join(header)[:120]
            yield Problem(f"The header is {shown!r}.", HEADER_REMEDY, 1)
            return
        id_column, text_column = header.index("id"), header.index("prediction")
        line = reader.line_num + 1
        for record in reader:
            if record:
                yield _make_row(line, record, len(header), id_column, text_column)
            line = reader.line_num + 1
    except csv.Error as error:
        yield Problem(
            f"Not valid CSV: {error}.",
            "Quote fields that hold commas, quotes or line breaks, and double quotes inside them.",
            line,
        )


def _make_row(
    line: int, record: list[str], n_columns: int, id_column: int, text_column: int
) -> Row | Problem:
    if len(record) != n_columns:
        known = record[id_column][:120] if id_column < len(record) else None
        return Problem(
            f"The line has {len(record)} fields, the header {n_columns}.",
            "Quote fields that hold commas.",
            line,
            known,
        )
    return Row(line, record[id_column].strip(), record[text_column])
