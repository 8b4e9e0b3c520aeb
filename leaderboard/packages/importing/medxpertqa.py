"""MedXpertQA: JSON lines with id, question, options, label, images and its places."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leaderboard.packages.importing.question import (
    Asked,
    Question,
    find_letters,
    list_options,
    split_options,
)
from leaderboard.packages.importing.rows import read_rows


def read(place: Path, asked: Asked) -> Iterator[Question]:
    """Its questions, without the options that their text repeats at its end.

    The medical task becomes the axis, the body system the subcondition.
    """
    for line, row in enumerate(read_rows(place), start=1):
        options = list_options(row.get("options"))
        text, repeated = split_options(str(row.get("question", "")))
        if [one.casefold() for one in repeated] != [one.strip().casefold() for one in options]:
            text = str(row.get("question", ""))
        yield Question(
            key=str(row.get("id", f"medxpertqa-{line}")),
            text=text,
            options=options,
            right=find_letters(row.get("label"), options),
            pictures=asked.read_pictures(row.get("images") or [], line),
            axis=str(row.get("medical_task") or ""),
            subcondition=str(row.get("body_system") or ""),
        )
