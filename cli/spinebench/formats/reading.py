"""Recognise a file and read it: the one door to all formats."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple

import spinebench.formats as package
from spinebench.formats import lm_eval
from spinebench.formats.columns import VLMEVALKIT
from spinebench.formats.file import File, Kind
from spinebench.formats.format import FileFacts, Format, Rows
from spinebench.formats.problem import Unreadable

BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff")
MOST_FILES = 200
"""A zip of more files is not read: a file stands for a part of a run."""
_ADDED = ("__MACOSX/", ".DS_Store")
_PASSED_OVER = (".png", ".jpg", ".jpeg", ".log", ".ds_store", "thumbs.db")
UTF8_MARK = b"\xef\xbb\xbf"


class Opened(NamedTuple):
    """A file that was recognised: its format, its rows as they are read, and what it says."""

    format: str
    rows: Rows
    facts: FileFacts


def open_file(raw: bytes, most_bytes: int) -> Opened:
    """The file in `raw`, of any format, of which `most_bytes` may be decompressed.

    Raises Unreadable where nothing can be taken, here or while the rows are read.
    """
    file, facts = File(as_utf8(raw), most_bytes), FileFacts()
    found = find_format(file)
    if found is not None:
        return Opened(found.name, found.read_rows(file, facts), facts)
    return Opened("zip", read_members(_list_members(file), facts), facts)


def read_members(files: Sequence[File], facts: FileFacts) -> Rows:
    """The rows of several files of one run; a problem names its file."""
    kept = [file for file in files if not _note_summary(file, facts)]
    if not kept:
        raise Unreadable("The zip holds no file of predictions.", f"Send {FORMAT_WORDS}.")
    for file in kept:
        found = find_format(file)
        if found is None:
            raise Unreadable(f"{file.name} is a zip in a zip.", "Send its files themselves.")
        facts.path = file.name if len(kept) > 1 else ""
        try:
            yield from found.read_rows(file, facts)
        except Unreadable as error:
            problem = error.problem
            raise Unreadable(f"{file.name[:200]}: {problem.message}", problem.remedy) from None
    if len(kept) > 1:
        facts.note(f"{len(kept)} files")


def _note_summary(file: File, facts: FileFacts) -> bool:
    """Whether a file is a tool's summary of the run, of which model and version are noted."""
    if not lm_eval.is_results(file):
        return False
    lm_eval.read_results(file, facts)
    return True


def _list_members(file: File) -> list[File]:
    """The files of a zip in the order of their names, without what systems and tools add."""
    members = file.archive.members
    names = [
        name
        for name in sorted(members)
        if not name.startswith(_ADDED) and not name.lower().endswith(_PASSED_OVER)
    ]
    if len(names) > MOST_FILES:
        raise Unreadable(
            f"The zip holds {len(names):,} files.", "Zip the files of predictions of one run."
        )
    files: list[File] = []
    room = file.most_bytes
    for name in names:
        content = file.archive.read(name)
        room -= len(content)
        if room < 0:
            raise Unreadable(
                f"The files in the zip are larger than {file.most_bytes / 2**20:.0f} MiB together.",
                "Send only what counts: `spinebench convert FILE -o predictions.jsonl` writes it.",
            )
        files.append(File(as_utf8(content), file.most_bytes, name))
    return files


def find_format(file: File) -> Format | None:
    """The format of a file; None of a zip that is no tool's."""
    *recognising, other = FORMATS
    found = next((one for one in recognising if one.recognises and one.recognises(file)), other)
    return None if found is other and file.kind is Kind.ZIP else found


def as_utf8(raw: bytes) -> bytes:
    """Text in UTF-8 without a mark, where it is in UTF-16; anything else as it is."""
    if raw.startswith(BYTE_ORDER_MARKS):
        return raw.decode("utf-16", "replace").encode()
    order = _find_order(raw)
    return raw.decode(order, "replace").encode() if order else raw.removeprefix(UTF8_MARK)


def _find_order(raw: bytes) -> str:
    """Which UTF-16 it is where every other byte of the beginning is zero: Latin letters."""
    even, odd = raw[:64:2], raw[1:64:2]
    if len(raw) < 8 or not any(raw[:64]):
        return ""
    return "utf-16-be" if not any(even) else "utf-16-le" if not any(odd) else ""


def _read_formats() -> list[Format]:
    """Those of tools first, then those that people write, and last the one for all others."""
    names = [one.name for one in iter_modules(package.__path__) if one.name not in _NO_FORMATS]
    modules = [import_module(f"{package.__name__}.{name}") for name in names]
    formats = [one for module in modules for one in vars(module).values() if type(one) is Format]
    return sorted(formats, key=lambda one: (one.recognises is None, not one.is_of_tool, one.name))


_NO_FORMATS = {"reading", "child"}
FORMATS = tuple(_read_formats())
FORMAT_WORDS = "JSONL, CSV, Excel, Parquet or the log of an evaluation tool"
"""What may be sent, in short."""
_TAKEN = (one.name for one in FORMATS if one.is_of_tool and not one.is_refused)
TOOLS = (*dict.fromkeys(_TAKEN), VLMEVALKIT)
"""The names of the formats that evaluation tools write."""
ENDINGS = (*dict.fromkeys(ending for one in FORMATS for ending in one.endings), ".gz")
"""How the names of prediction files end; any of them may be compressed."""
