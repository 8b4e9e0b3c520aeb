"""Tables in formats whose parsers are not ours: read by a process of their own, within limits."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from spinebench.formats.columns import Columns, find_columns, note_columns, refuse_columns
from spinebench.formats.file import File
from spinebench.formats.format import FileFacts, Rows
from spinebench.formats.problem import Unreadable
from spinebench.formats.table import Places, make_row


class Limits(NamedTuple):
    """What the process that reads one file may take."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: int
    output_bytes: int
    rows: int


def limits_for(file: File) -> Limits:
    """The limits of the process that reads `file`: the only place where they stand."""
    return Limits(
        memory_bytes=2**30 + 12 * file.most_bytes,
        cpu_seconds=30,
        wall_seconds=60,
        output_bytes=2 * file.most_bytes,
        rows=2_000_000,
    )


class Header(msgspec.Struct):
    """What the process writes first: the names of the columns, and which sheet has them."""

    names: list[str]
    sheet: str = ""


class Refusal(msgspec.Struct):
    """What it writes in place of that, for a file that nothing can be taken from."""

    message: str
    remedy: str


_decode_cells = msgspec.json.Decoder(list[str]).decode


def read_foreign(kind: str, called: str, file: File, facts: FileFacts) -> Rows:
    """The rows of a table of `kind` (see `child.READERS`), where the header is line 1."""
    facts.tool = called
    lines = iter(_run(kind, called, file).splitlines())
    header = _read_header(next(lines, b""), called)
    columns = find_columns(header.names)
    if columns is None:
        raise refuse_columns(f"The {called}", header.names)
    if header.sheet:
        facts.note(f'sheet "{header.sheet[:60]}"')
    note_columns(columns, facts)
    return _read_lines(lines, columns)


def _read_lines(lines: Iterator[bytes], columns: Columns) -> Rows:
    """Each line has its number, then the cells of the wanted columns."""
    wanted = list_wanted(columns)
    places = Places(wanted, columns)
    for line in lines:
        number, *cells = _decode_cells(line)
        yield make_row(int(number), cells, places) if any(map(str.strip, cells)) else None


def list_wanted(columns: Columns) -> list[str]:
    """The names of the columns that are read, each once."""
    names = (columns.id, columns.text, *columns.extras.values(), *columns.options.values())
    return list(dict.fromkeys(names))


def _read_header(line: bytes, called: str) -> Header:
    try:
        return msgspec.json.decode(line, type=Header)
    except msgspec.DecodeError:
        pass
    try:
        refusal = msgspec.json.decode(line, type=Refusal)
    except msgspec.DecodeError:
        raise _refuse(called) from None
    raise Unreadable(refusal.message, refusal.remedy)


def _run(kind: str, called: str, file: File) -> bytes:
    """What the process wrote. Raises Unreadable where it did not end well."""
    limits = limits_for(file)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "spinebench.formats.child", kind, *map(str, limits)],
            input=file.raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_make_environment(),
            timeout=limits.wall_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _refuse(called) from None
    if ran.returncode != 0:
        raise _refuse(called)
    return ran.stdout


def _make_environment() -> dict[str, str]:
    """No secret of the server's, and no pool of threads or memory beyond the limits."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return kept | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "MALLOC_ARENA_MAX": "2",
    }


def _refuse(called: str) -> Unreadable:
    return Unreadable(
        f"The {called} cannot be read: it is damaged, or takes too much memory or time.",
        "Save it again with the columns id and prediction alone, or send JSONL or CSV.",
    )
