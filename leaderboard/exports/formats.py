"""A table as the bytes of a file: CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import enum
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, BinaryIO

import msgspec

from leaderboard.errors import NotFound
from leaderboard.exports.table import Cell, Column, Table
from leaderboard.late import parquet, pyarrow
from leaderboard.scoring.boards import write_key
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


def read_format(ending: str) -> Format:
    """The format of files that end so. Raises NotFound."""
    try:
        return Format(ending)
    except ValueError:
        raise NotFound(
            f"There is no format {ending[:20]!r}.", f"The formats are {', '.join(Format)}."
        ) from None


def write_table(table: Table, format_: Format) -> bytes:
    """`table` in `format_`; the same table gives the same bytes."""
    stream = io.BytesIO()
    write_batches(table, [table.rows], format_, stream)
    return stream.getvalue()


def write_batches(
    head: Table, batches: Iterable[Sequence[Row]], format_: Format, stream: BinaryIO
) -> None:
    """The rows of `batches` below the columns of `head` (not its own), one batch in memory."""
    WRITERS[format_](head, batches, stream)


def write_csv(head: Table, batches: Iterable[Sequence[Row]], stream: BinaryIO) -> None:
    """UTF-8 with a head; nothing for None, ISO 8601 for times, true or false for flags.

    Text that a spreadsheet would take for a formula begins with an apostrophe; numbers stay
    numbers.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(column.name for column in head.columns)
    for rows in batches:
        for row in rows:
            writer.writerow([_write_cell(cell) for cell in row])
    text.detach()


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


def write_json(head: Table, batches: Iterable[Sequence[Row]], stream: BinaryIO) -> None:
    """An object of title, columns with their meanings, and rows as objects."""
    names = [column.name for column in head.columns]
    columns = [
        {"name": column.name, "type": TYPE_NAMES[column.type], "meaning": column.meaning}
        for column in head.columns
    ]
    opening = msgspec.json.encode({"title": head.title, "columns": columns})
    stream.write(opening.removesuffix(b"}") + b',"rows":[')
    is_first = True
    for rows in batches:
        for row in rows:
            stream.write(b"" if is_first else b",")
            stream.write(
                msgspec.json.encode(dict(zip(names, row, strict=True)), enc_hook=write_key)
            )
            is_first = False
    stream.write(b"]}")


def write_parquet(head: Table, batches: Iterable[Sequence[Row]], stream: BinaryIO) -> None:
    """A Parquet file; meanings stand in the fields' metadata, the title in the schema's."""
    types: dict[type, Any] = {
        str: pyarrow.string(),
        int: pyarrow.int64(),
        float: pyarrow.float64(),
        bool: pyarrow.bool_(),
        datetime: pyarrow.timestamp("us", tz="UTC"),
    }

    def make_field(column: Column) -> Any:
        return pyarrow.field(column.name, types[column.type], metadata={"meaning": column.meaning})

    schema = pyarrow.schema(
        [make_field(column) for column in head.columns], metadata={"title": head.title}
    )
    with parquet.ParquetWriter(stream, schema) as writer:
        for rows in batches:
            cells = list(zip(*rows, strict=True)) or [()] * len(head.columns)
            arrays = [
                pyarrow.array(column, field.type)
                for column, field in zip(cells, schema, strict=True)
            ]
            writer.write_table(pyarrow.Table.from_arrays(arrays, schema=schema))


TYPE_NAMES = {str: "text", int: "whole number", float: "number", bool: "flag", datetime: "time"}
Row = tuple[Cell, ...]
WRITERS: dict[Format, Callable[[Table, Iterable[Sequence[Row]], BinaryIO], None]] = {
    Format.CSV: write_csv,
    Format.JSON: write_json,
    Format.PARQUET: write_parquet,
}
