"""Questions as JSON, JSON lines or tables with fields of any names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from leaderboard.packages.importing.question import (
    LETTERS,
    Asked,
    Question,
    find_letters,
    list_options,
)
from leaderboard.packages.importing.rows import Row, read_rows

FIELDS = ("id", "question", "options", "answer", "images", "axis", "subcondition", "modality")
"""What may be named otherwise by --field."""


def read(place: Path, asked: Asked) -> Iterator[Question]:
    """The questions of a file."""
    yield from make_questions(read_rows(place), asked)


def make_questions(rows: Sequence[Row], asked: Asked) -> Iterator[Question]:
    """Questions of rows whose fields are called as `asked` says; options may be fields A, B ..."""
    for name in ("question", "answer"):
        if rows and all(asked.get(row, name) is None for row in rows):
            known = ", ".join(list(rows[0])[:30])
            asked.note(
                f"No row has a field {name}.", f"Give --field {name}=NAME; there are {known}."
            )
            return
    for line, row in enumerate(rows, start=1):
        options = list_options(asked.get(row, "options")) or [
            str(row[letter]) for letter in LETTERS if row.get(letter) not in (None, "")
        ]
        answer = asked.get(row, "answer")
        yield Question(
            key=str(asked.get(row, "id") or f"item-{line}"),
            text=str(asked.get(row, "question") or ""),
            options=options,
            right=find_letters(answer, options),
            multiple=isinstance(answer, list) and len(answer) > 1,
            pictures=asked.read_pictures(_list(asked.get(row, "images")), line),
            axis=str(asked.get(row, "axis") or ""),
            subcondition=str(asked.get(row, "subcondition") or ""),
            modality=str(asked.get(row, "modality") or ""),
        )


def _list(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []
