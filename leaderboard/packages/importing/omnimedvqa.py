"""OmniMedVQA: a list of objects with question_id, option_A and so on, gt_answer, image_path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leaderboard.packages.importing.question import LETTERS, Asked, Question, find_letters
from leaderboard.packages.importing.rows import read_rows


def read(place: Path, asked: Asked) -> Iterator[Question]:
    """Its questions; the kind of question becomes the axis, the modality stays one."""
    for line, row in enumerate(read_rows(place), start=1):
        given = (row.get(f"option_{letter}") for letter in LETTERS)
        options = [str(one) for one in given if one is not None]
        picture = row.get("image_path")
        yield Question(
            key=str(row.get("question_id", f"omnimedvqa-{line}")),
            text=str(row.get("question", "")),
            options=options,
            right=find_letters(row.get("gt_answer"), options),
            pictures=asked.read_pictures([picture] if picture else [], line),
            axis=str(row.get("question_type") or ""),
            modality=str(row.get("modality_type") or ""),
            case=str(picture or ""),
        )
