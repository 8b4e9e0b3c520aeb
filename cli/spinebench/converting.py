"""Write what counts of files of predictions as plain JSONL, on the computer that they are on."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from spinebench.errors import UnreadableFileError
from spinebench.formats.file import NO_LIMIT, File
from spinebench.formats.format import FileFacts, Origin, Row, Rows
from spinebench.formats.problem import Problem, Unreadable
from spinebench.formats.reading import as_utf8, find_format, open_file, read_members
from spinebench.shapes.errors import ProblemRecord
from spinebench.shapes.submissions import PLAIN, Recognised

GZIP_MAGIC = b"\x1f\x8b"
MOST_PROBLEMS = 200


class Converted(NamedTuple):
    """JSONL of ids and outputs, with the options as shown and the optional facts.

    Its first line says what it was made from.
    """

    lines: bytes
    recognised: Recognised

    @property
    def is_plain(self) -> bool:
        """Whether the file was such already, or CSV."""
        return self.recognised.tool in PLAIN


def convert(files: Sequence[Path]) -> Converted:
    """Several files are those of one run. Raises UnreadableFileError with every problem."""
    try:
        rows, facts = _open(files)
        lines = list(_make_lines(rows, facts))
    except Unreadable as error:
        raise _refuse([error.problem]) from None
    recognised = facts.recognised(len(lines))
    if lines and recognised.tool not in PLAIN:
        lines[0]["read_from"] = Origin.of(facts)
    encode = msgspec.json.encode
    return Converted(b"".join(encode(line) + b"\n" for line in lines), recognised)


def is_log(file: Path) -> bool:
    """Whether a file is one of an evaluation tool, in which more stands than is sent."""
    try:
        found = find_format(File(as_utf8(_read(file)), NO_LIMIT))
    except Unreadable as error:
        raise _refuse([error.problem]) from None
    return found is not None and found.is_of_tool


def _open(files: Sequence[Path]) -> tuple[Rows, FileFacts]:
    if len(files) == 1:
        opened = open_file(_read(files[0]), NO_LIMIT)
        return opened.rows, opened.facts
    facts = FileFacts()
    named = [File(as_utf8(_read(file)), NO_LIMIT, str(file)) for file in sorted(files)]
    return read_members(named, facts), facts


def _read(file: Path) -> bytes:
    raw = file.read_bytes()
    if not raw.startswith(GZIP_MAGIC):
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise _refuse(
            [Problem(f"The gzip file is damaged: {error}.", "Compress it again.")]
        ) from None


def _make_lines(rows: Rows, facts: FileFacts) -> Iterator[dict[str, Any]]:
    problems: list[Problem] = []
    n_failed = 0
    for row in rows:
        if isinstance(row, Problem):
            said = f"{facts.path}: {row.message}" if facts.path else row.message
            problems.append(row._replace(message=said))
        elif row is not None:
            yield _make_line(row, failed=facts.n_failed > n_failed)
        n_failed = facts.n_failed
    if problems:
        raise _refuse(problems)


def _make_line(row: Row, *, failed: bool) -> dict[str, Any]:
    line: dict[str, Any] = {"id": row.key, "prediction": row.text}
    if failed:
        line["failed"] = True
    if row.shown is not None:
        line["options" if row.shown.are_certain else "prompt_options"] = row.shown.options
    if row.extras is not None:
        given = msgspec.structs.asdict(row.extras)
        line |= {name: value for name, value in given.items() if value is not None}
    return line


def _refuse(problems: Sequence[Problem]) -> UnreadableFileError:
    first = problems[0]
    words = first.message if len(problems) == 1 else f"The file has {len(problems):,} problems."
    shown = [
        ProblemRecord(line=one.line, id=one.id, message=one.message, remedy=one.remedy)
        for one in problems[:MOST_PROBLEMS]
    ]
    return UnreadableFileError(words, remedy=first.remedy, problems=shown, n_problems=len(problems))
