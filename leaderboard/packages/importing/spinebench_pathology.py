"""The spinal-pathology SpineBench (arXiv 2510.12267): image, question, task, answers as texts.

Diagnosis has one right answer, localization one or more of five discs; the overall score is the
mean of both accuracies.
"""

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

TASKS = {"spine_disease_classification": "Diagnosis", "spine_lesion_localization": "Localization"}
DISCS = ["L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1"]
OVERALL = {"over": "track", "weights": "equal"}


def read(place: Path, asked: Asked) -> Iterator[Question]:
    """Its questions: the task is the track, questions of one picture are one case.

    Options stand in `options` or, lettered, at the end of the question; localization without them
    asks for the five lumbar discs. Nothing says which way a picture is turned, and nothing is
    guessed.
    """
    for line, row in enumerate(read_rows(place), start=1):
        track = TASKS.get(str(row.get("task")))
        if track is None:
            asked.note(
                f"The task {row.get('task')!r} is not known.", f"Use {', '.join(TASKS)}.", line
            )
            continue
        text, options = str(row.get("question", "")), list_options(asked.get(row, "options"))
        if not options:
            text, options = split_options(text)
        several = track == "Localization"
        options = options or (DISCS if several else [])
        if not options:
            asked.note(
                "There are no options, neither in a field nor in the question.",
                "Name the field that holds them: --field options=NAME.",
                line,
            )
            continue
        picture = str(row.get("image") or "")
        answer = row.get("answers", row.get("answer"))
        yield Question(
            key=f"{track.lower()} {line}",
            text=text,
            options=options,
            right=find_letters(answer, options),
            multiple=several,
            pictures=asked.read_pictures([picture] if picture else [], line),
            track=track,
            case=picture,
        )
