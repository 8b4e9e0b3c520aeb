"""MMMU: Parquet with question, options as the text of a list, answer, image_1 to image_7."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leaderboard.packages.importing.question import Asked, Question, find_letters, list_options
from leaderboard.packages.importing.rows import read_rows

N_IMAGES = 7
_PLACE = re.compile(r"<image (\d)>")


def read(place: Path, asked: Asked) -> Iterator[Question]:
    """Its questions of several choices; open ones are a problem, since they have no options.

    `<image 1>` becomes "(image 1)"; the subfield becomes the subcondition.
    """
    for line, row in enumerate(read_rows(place), start=1):
        options = _read_options(row.get("options"))
        if row.get("question_type", "multiple-choice") != "multiple-choice" or not options:
            asked.note(
                "It is an open question, and a package has questions with options.",
                "Leave open questions out of the file.",
                line,
            )
            continue
        yield Question(
            key=str(row.get("id", f"mmmu-{line}")),
            text=_PLACE.sub(r"(image \1)", str(row.get("question", ""))),
            options=[_PLACE.sub(r"(image \1)", one) for one in options],
            right=find_letters(row.get("answer"), options),
            pictures=list(_read_pictures(row, line)),
            subcondition=str(row.get("subfield") or ""),
            explanation=str(row.get("explanation") or ""),
        )


def _read_options(value: Any) -> list[str]:
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return []
    return list_options(value)


def _read_pictures(row: Mapping[str, Any], line: int) -> Iterator[tuple[str, bytes]]:
    for number in range(1, N_IMAGES + 1):
        picture = row.get(f"image_{number}")
        if isinstance(picture, Mapping) and picture.get("bytes"):
            yield f"{line}-{number}.png", picture["bytes"]
