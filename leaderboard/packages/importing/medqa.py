"""MedQA: JSON lines with question, options by letter, answer and answer_idx."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from leaderboard.packages.importing.question import Asked, Question, find_letters, list_options
from leaderboard.packages.importing.rows import read_rows


def read(place: Path, asked: Asked) -> Iterator[Question]:
    """Its questions; the step of the examination (`meta_info`) becomes the axis."""
    for line, row in enumerate(read_rows(place), start=1):
        options = list_options(row.get("options"))
        answer = row.get("answer_idx", row.get("answer"))
        yield Question(
            key=str(row.get("id", f"medqa-{line}")),
            text=str(row.get("question", "")),
            options=options,
            right=find_letters(answer, options),
            axis=str(row.get("meta_info") or ""),
        )
