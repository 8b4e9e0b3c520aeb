"""A small valid package to start from: a question or a case of each kind that is asked for."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image as Picture

from leaderboard.errors import InvalidRequest
from leaderboard.models.benchmark import Track
from leaderboard.packages.check import MANIFEST, USUAL_PROMPTS
from leaderboard.scoring.boards import DEFAULT_TRACKS

DIMENSION = {
    "key": "diagnosis",
    "name": "Diagnosis",
    "question": "Is the diagnosis right and complete, with level and side?",
    "anchors": {"1": "Wrong or missing", "3": "Right, incomplete", "5": "Right and complete"},
}
RUBRIC = {"sections": [{"key": "diagnosis", "name": "Diagnosis", "dimensions": [DIMENSION]}]}
PICTURE = "images/example.png"
CHECKLIST = [
    {
        "kind": "finding",
        "key": "herniation",
        "dimensions": ["diagnosis"],
        "any_of": ["disc herniation", "herniated disc"],
        "weight": 2,
    },
    {
        "kind": "level",
        "key": "herniation_level",
        "dimensions": ["diagnosis"],
        "of": "herniation",
        "levels": ["L4/L5"],
    },
]
ITEMS: dict[Track, dict[str, Any]] = {
    Track.TEXT: {
        "kind": "mcq",
        "question": "How many lumbar vertebrae do most people have?",
        "options": {"A": "Four", "B": "Five", "C": "Six"},
        "answer": ["B"],
    },
    Track.IMAGE: {
        "kind": "mcq",
        "question": "Which shade does the square have?",
        "options": {"A": "Black", "B": "Grey", "C": "White"},
        "answer": ["B"],
        "images": [{"path": PICTURE, "alt": "A square to be replaced by your pictures"}],
    },
    Track.REPORT: {
        "kind": "report",
        "question": "A 40-year-old has left leg pain to the big toe. Write a report.",
        "reference_report": "Left paracentral disc herniation at L4/L5.",
        "checklist": CHECKLIST,
    },
}
"""The example of each track: its reference and key are right, and it says nothing on anybody."""


def write_start(folder: Path, tracks: Collection[Track], name: str, licence: str) -> None:
    """Write a valid package with one item of each of `tracks`, its answers hidden.

    Raises InvalidRequest if the folder holds anything.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InvalidRequest(f"{folder} is not empty.", "Name a new folder.")
    chosen = [track for track in DEFAULT_TRACKS if track in tracks]
    manifest: dict[str, Any] = {
        "format": 1,
        "slug": "my-benchmark",
        "name": name,
        "version": "1.0.0",
        "licence": licence,
        "description": "What it measures, and on whom.",
        "prompts": {track.value: USUAL_PROMPTS[track] for track in chosen},
        "splits": [{"name": "test", "items": "items/test.jsonl", "answers": "hidden"}],
    }
    if Track.REPORT in chosen:
        manifest["rubric"] = RUBRIC
    (folder / "items").mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / MANIFEST).write_bytes(text + b"\n")
    lines = [{"id": f"{one.value}-001", "split": "test"} | ITEMS[one] for one in chosen]
    (folder / "items/test.jsonl").write_bytes(
        b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    )
    if Track.IMAGE in chosen:
        stream = io.BytesIO()
        Picture.new("L", (64, 64), 128).save(stream, "PNG")
        (folder / "images").mkdir(exist_ok=True)
        (folder / PICTURE).write_bytes(stream.getvalue())
