"""The process that reads one table of a foreign format from its input, for `foreign.py`.

`python -m spinebench.formats.child KIND LIMITS...` writes a line of JSON for the header, then one
for each row: its number and the cells of the wanted columns, as texts.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple

import msgspec

from spinebench.formats.columns import find_columns
from spinebench.formats.foreign import Header, Limits, Refusal, list_wanted

MOST_CELL = 2**20
"""So many characters of the end of a cell are kept."""


class NotTexts(Exception):
    """The column of outputs, which it names, holds lists or objects."""


class Table(NamedTuple):
    """Columns by name, and rows of the columns that are asked for, each with its line."""

    names: list[str]
    sheet: str
    read: Callable[[list[int]], Iterator[tuple[int, Sequence[Any]]]]


def read_xlsx(raw: bytes) -> Table:
    """The first sheet that has the columns, or else the first one."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    sheets = []
    for name in book.sheet_names[:50]:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        at = next((n for n, row in enumerate(rows) if any(cell != "" for cell in row)), 0)
        names = [as_text(cell) for cell in rows[at]] if rows else []
        sheets.append((name, names, at, rows))
        if find_columns(names):
            break
    if not sheets:
        return Table([], "", lambda wanted: iter(()))
    has_columns = find_columns(sheets[-1][1]) is not None
    name, names, at, rows = sheets[-1] if has_columns else sheets[0]

    def read(wanted: list[int]) -> Iterator[tuple[int, Sequence[Any]]]:
        for n, row in enumerate(rows[at + 1 :], start=at + 2):
            yield n, [row[place] for place in wanted]

    return Table(names, name if len(book.sheet_names) > 1 else "", read)


def read_parquet(raw: bytes) -> Table:
    """The whole file, batch by batch."""
    import pyarrow as arrow
    from pyarrow import parquet

    arrow.set_cpu_count(1)
    file = parquet.ParquetFile(arrow.BufferReader(raw))
    names = list(file.schema_arrow.names)
    columns = find_columns(names)
    text_type = file.schema_arrow.field(names.index(columns.text)).type if columns else None
    if columns and arrow.types.is_nested(text_type):
        raise NotTexts(columns.text)

    def read(wanted: list[int]) -> Iterator[tuple[int, Sequence[Any]]]:
        line = 1
        called = [names[place] for place in wanted]
        for batch in file.iter_batches(batch_size=1_000, columns=called, use_threads=False):
            columns = [batch.column(one).to_pylist() for one in called]
            for cells in zip(*columns, strict=True):
                line += 1
                yield line, cells

    return Table(names, "", read)


READERS: dict[str, Callable[[bytes], Table]] = {"xlsx": read_xlsx, "parquet": read_parquet}


def as_text(cell: object) -> str:
    """A cell as a person would type it; one without a value is empty."""
    if isinstance(cell, str):
        return cell[-MOST_CELL:].encode(errors="replace").decode()
    if cell is None:
        return ""
    if isinstance(cell, bytes):
        return cell[-MOST_CELL:].decode(errors="replace")
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    if isinstance(cell, (int, float)):
        return str(cell)
    return msgspec.json.encode(cell, enc_hook=str).decode()[-MOST_CELL:]


def limit_process(limits: Limits) -> None:
    """Have the system end this process beyond its limits; Windows has none of them."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def write_table(table: Table, limits: Limits, write: Callable[[bytes], Any]) -> None:
    """The header, and the rows if it has the columns; no more than the limits allow."""
    encode = msgspec.json.encode
    write(encode(Header(table.names, table.sheet)) + b"\n")
    columns = find_columns(table.names)
    if columns is None:
        return
    wanted = [table.names.index(name) for name in list_wanted(columns)]
    room = limits.output_bytes
    for n, (line, cells) in enumerate(table.read(wanted)):
        written = encode([str(line), *map(as_text, cells)]) + b"\n"
        room -= len(written)
        if n >= limits.rows or room < 0:
            sys.exit(2)
        write(written)


def main(arguments: Sequence[str]) -> None:
    """Read the table from the input. Ends with another status than 0 where it cannot."""
    kind, *numbers = arguments
    limits = Limits(*map(int, numbers))
    raw = sys.stdin.buffer.read()
    limit_process(limits)
    out = sys.stdout.buffer
    try:
        table = READERS[kind](raw)
    except ImportError as error:
        missing = f"This installation cannot read it: {error.name} is not installed."
        refusal = Refusal(missing, f"Install {error.name}, or send JSONL or CSV.")
        out.write(msgspec.json.encode(refusal) + b"\n")
        return
    except NotTexts as error:
        refusal = Refusal(
            f'The column "{str(error)[:40]}" holds lists or objects, not texts.',
            "Write one text for each item: the model's output.",
        )
        out.write(msgspec.json.encode(refusal) + b"\n")
        return
    write_table(table, limits, out.write)


if __name__ == "__main__":
    main(sys.argv[1:])
