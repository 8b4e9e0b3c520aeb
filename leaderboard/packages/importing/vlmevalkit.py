"""VLMEvalKit: a table with tabs, its pictures in base64 or as the index of another row."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from leaderboard.packages.importing.question import LETTERS, Asked, Question, find_letters
from leaderboard.packages.importing.rows import Row, read_rows

LONGEST_INDEX = 64
"""A picture that is written shorter is the index of the row that has it."""


def read(place: Path, asked: Asked) -> Iterator[Question]:
    """Its questions, the hint before them; the category becomes the axis, l2-category the
    subcondition."""
    rows = read_rows(place)
    by_index = {str(row.get("index")): str(row.get("image") or "") for row in rows}
    for line, row in enumerate(rows, start=1):
        options = [str(row[letter]) for letter in LETTERS if (row.get(letter) or "").strip()]
        index, hint = str(row.get("index", line)), (row.get("hint") or "").strip()
        text = str(row.get("question") or "")
        yield Question(
            key=index,
            text=f"{hint}\n\n{text}" if hint and hint.casefold() != "nan" else text,
            options=options,
            right=find_letters(row.get("answer"), options),
            pictures=_read_pictures(row, by_index, asked, line),
            axis=str(row.get("category") or ""),
            subcondition=str(row.get("l2-category") or ""),
            case=_follow(str(row.get("image") or ""), by_index)[:64],
        )


def _follow(written: str, by_index: Mapping[str, str]) -> str:
    """The picture that is written, or that of the row whose index is written in its place."""
    if len(written) <= LONGEST_INDEX and by_index.get(written, written) != written:
        return by_index[written]
    return written


def _read_pictures(
    row: Row, by_index: Mapping[str, str], asked: Asked, line: int
) -> list[tuple[str, bytes]]:
    written = _follow(str(row.get("image") or ""), by_index)
    if not written:
        path = str(row.get("image_path") or "")
        return asked.read_pictures(_list(path), line) if path else []
    found = []
    for number, one in enumerate(_list(written), start=1):
        try:
            found.append(
                (f"{row.get('index', line)}-{number}.jpg", base64.b64decode(one, validate=True))
            )
        except binascii.Error:
            asked.note("Its picture is not base64.", "Write the picture's bytes as base64.", line)
    return found


def _list(written: str) -> list[str]:
    """One text, or the texts of a list in brackets."""
    if not written.startswith("["):
        return [written]
    try:
        return msgspec.json.decode(written.replace("'", '"'), type=list[str])
    except msgspec.DecodeError:
        return [written]
