"""Rows of the files that benchmarks come in: JSON, JSON lines, tables with tabs, Parquet."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Any

import msgspec

from leaderboard.errors import InvalidRequest
from leaderboard.late import parquet, pyarrow

Row = dict[str, Any]
MOST_BYTES = 1024 * 1024 * 1024
"""Of a Parquet file's columns, as it says itself."""


def read_rows(place: Path) -> list[Row]:
    """The rows of a file by its ending; of a folder those of its files in the order of their names.

    Raises InvalidRequest.
    """
    if place.is_dir():
        return [row for one in sorted(place.iterdir()) if one.is_file() for row in read_rows(one)]
    if not place.is_file():
        raise InvalidRequest(f"There is no file {place}.", "Check the path.")
    try:
        return _READERS[place.suffix.lower()](place)
    except KeyError:
        endings = ", ".join(_READERS)
        raise InvalidRequest(
            f"{place.name} is none of {endings}.", "Save it as one of these."
        ) from None
    except (ValueError, csv.Error, pyarrow.ArrowException) as error:
        raise InvalidRequest(f"{place.name} cannot be read: {error}.", "Fix the file.") from error


def _read_json(place: Path) -> list[Row]:
    value: Any = msgspec.json.decode(place.read_bytes())
    rows = list(value.values()) if isinstance(value, dict) else value
    return _check(rows)


def _read_lines(place: Path) -> list[Row]:
    lines = place.read_bytes().split(b"\n")
    return _check([msgspec.json.decode(line) for line in lines if line.strip()])


def _read_table(place: Path) -> list[Row]:
    csv.field_size_limit(sys.maxsize)
    text = place.read_text(encoding="utf-8-sig")
    delimiter = "," if place.suffix.lower() == ".csv" else "\t"
    return [dict(row) for row in csv.DictReader(io.StringIO(text), delimiter=delimiter)]


def _read_parquet(place: Path) -> list[Row]:
    groups = parquet.read_metadata(place)
    n_bytes = sum(groups.row_group(n).total_byte_size for n in range(groups.num_row_groups))
    if n_bytes > MOST_BYTES:
        raise ValueError(
            f"it has {n_bytes:,} bytes once it is read, and the limit is {MOST_BYTES:,}"
        )
    rows: list[Row] = parquet.read_table(place).to_pylist()
    return rows


def _check(rows: Any) -> list[Row]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("it does not hold a list of objects")
    return rows


_READERS = {
    ".json": _read_json,
    ".jsonl": _read_lines,
    ".tsv": _read_table,
    ".csv": _read_table,
    ".parquet": _read_parquet,
}
ENDINGS = tuple(_READERS)
"""Of the files that hold questions."""
