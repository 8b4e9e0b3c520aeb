"""Write what counts of files of predictions as plain JSONL, on the computer that they are on."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from spinebench.errors import UnreadableFileError
from spinebench.formats.file import NO_LIMIT, File
from spinebench.formats.format import FileFacts, Row, Rows
from spinebench.formats.problem import Problem, Unreadable
from spinebench.formats.reading import as_utf8, open_file, read_members
from spinebench.shapes.errors import ProblemRecord
from spinebench.shapes.submissions import PLAIN, Recognised

GZIP_MAGIC = b"\x1f\x8b"
MOST_PROBLEMS = 200


class Converted(NamedTuple):
    """JSONL of ids and outputs, with the options as shown and the optional facts."""

    lines: bytes
    recognised: Recognised

    @property
    def is_plain(self) -> bool:
        """Whether the file was such already, or CSV."""
        return self.recognised.tool in PLAIN


def convert(files: Sequence[Path]) -> Converted:
    """Several files are those of one run. Raises UnreadableFileError with every problem."""
    contents = {file.name: _read(file) for file in files}
    try:
        if len(contents) == 1:
            opened = open_file(contents[files[0].name], NO_LIMIT)
            rows, facts = opened.rows, opened.facts
        else:
            facts = FileFacts()
            named = sorted(contents.items())
            rows = read_members([File(as_utf8(raw), NO_LIMIT, one) for one, raw in named], facts)
        lines = list(_write_rows(rows, facts))
    except Unreadable as error:
        raise _refuse([error.problem]) from None
    return Converted(b"".join(lines), facts.recognised(len(lines)))


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


def _write_rows(rows: Rows, facts: FileFacts) -> Iterator[bytes]:
    problems: list[Problem] = []
    encode = msgspec.json.encode
    for row in rows:
        if isinstance(row, Problem):
            said = f"{facts.path}: {row.message}" if facts.path else row.message
            problems.append(row._replace(message=said))
        elif row is not None:
            yield encode(_make_line(row)) + b"\n"
    if problems:
        raise _refuse(problems)


def _make_line(row: Row) -> Mapping[str, Any]:
    line: dict[str, Any] = {"id": row.key, "prediction": row.text}
    if row.shown is not None:
        line["options"] = row.shown.options
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
