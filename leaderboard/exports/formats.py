"""A table as the bytes of a file: CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import enum
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from leaderboard.exports.table import Cell, Column, Table
from leaderboard.spreadsheets import quote_formula


class Format(enum.StrEnum):
    """The formats, by the ending of a file's name."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """The media type of a file of this format."""
        return {
            Format.CSV: "text/csv",
            Format.JSON: "application/json",
            Format.PARQUET: "application/vnd.apache.parquet",
        }[self]


def write_table(table: Table, format_: Format) -> bytes:
    """`table` in `format_`; the same table gives the same bytes."""
    return WRITERS[format_](table)


def write_csv(table: Table) -> bytes:
    """UTF-8 with a head; nothing for None, ISO 8601 for times, true or false for flags.

    Text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay
    numbers.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in table.columns)
    for row in table.rows:
        writer.writerow([_write_cell(cell) for cell in row])
    return text.getvalue().encode()


def _write_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat().replace("+00:00", "Z")
    if isinstance(cell, int | float):
        return repr(cell)
    return quote_formula(cell)


def write_json(table: Table) -> bytes:
    """An object of title, columns with their meanings, and rows as objects."""
    names = [column.name for column in table.columns]
    return msgspec.json.encode(
        {
            "title": table.title,
            "columns": [
                {"name": column.name, "type": TYPE_NAMES[column.type], "meaning": column.meaning}
                for column in table.columns
            ],
            "rows": [dict(zip(names, row, strict=True)) for row in table.rows],
        }
    )


def write_parquet(table: Table) -> bytes:
    """A Parquet file; meanings stand in the fields' metadata, the title in the schema's."""
    # The one place that needs pyarrow: it is slow to import, and most processes never get here.
    import pyarrow as pa
    import pyarrow.parquet as pq

    types: dict[type, Any] = {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        datetime: pa.timestamp("us", tz="UTC"),
    }

    def make_field(column: Column) -> Any:
        return pa.field(column.name, types[column.type], metadata={"meaning": column.meaning})

    schema = pa.schema(
        [make_field(column) for column in table.columns], metadata={"title": table.title}
    )
    cells = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    arrays = [pa.array(column, field.type) for column, field in zip(cells, schema, strict=True)]
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), stream)
    return stream.getvalue()


TYPE_NAMES = {str: "text", int: "whole number", float: "number", bool: "flag", datetime: "time"}
WRITERS: dict[Format, Callable[[Table], bytes]] = {
    Format.CSV: write_csv,
    Format.JSON: write_json,
    Format.PARQUET: write_parquet,
}
