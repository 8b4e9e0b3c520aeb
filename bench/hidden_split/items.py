"""A benchmark of single-answer questions with random right letters, as a package on disk."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture

LETTERS = "ABCD"
N_LETTERS = len(LETTERS)
CHANCE = 1 / N_LETTERS
TEXT, IMAGE = "text", "image"
SLUG, VERSION, SPLIT = "attacked", "1.0.0", "test"
AXES = ("level", "pathology", "planning")
MODALITIES = ("xray", "ct", "mri")


class Shape(NamedTuple):
    """How many items there are, and over how many subconditions they are spread."""

    n_text: int
    n_image: int
    n_subconditions: int

    @property
    def n(self) -> int:
        """All items."""
        return self.n_text + self.n_image


FULL = Shape(294, 193, 14)
"""SpineBench's own questions."""


class Items(NamedTuple):
    """The questions, all (N,): `slices` has each item's value by slice, "" where it has none.

    All but the places of the right letters, `right`, is public.
    """

    ids: list[str]
    slices: dict[str, NDArray[np.str_]]
    right: NDArray[np.int64]

    def of(self, slice_: str, name: str) -> NDArray[np.bool_]:
        """Which items a slice holds; none where it is not known here."""
        if slice_ not in self.slices:
            return np.zeros(len(self.ids), np.bool_)
        is_of: NDArray[np.bool_] = self.slices[slice_] == name
        return is_of

    @property
    def cells(self) -> NDArray[np.int64]:
        """Each item's subcondition as a number."""
        _, cells = np.unique(self.slices["subcondition"], return_inverse=True)
        return cells.astype(np.int64)


def draw_items(
    shape: Shape, random: np.random.Generator, right: NDArray[np.int64] | None = None
) -> Items:
    """Items of that shape; their right letters are drawn where none are given."""
    places = np.arange(shape.n)
    tracks = np.where(places < shape.n_text, TEXT, IMAGE)
    modalities = random.choice(MODALITIES, shape.n)
    if right is None:
        right = random.integers(0, N_LETTERS, shape.n)
    slices = {
        "track": tracks,
        "subcondition": np.array([f"c{place % shape.n_subconditions:02}" for place in places]),
        "axis": random.choice(AXES, shape.n),
        "modality": np.where(tracks == IMAGE, modalities, ""),
        "images": np.where(tracks == IMAGE, "single", ""),
    }
    return Items([f"item-{place:03}" for place in places], slices, right)


def write_package(folder: Path, items: Items, *, is_protected: bool) -> Path:
    """Write the items as the hidden split of a benchmark, a demonstration if not protected."""
    (folder / "items").mkdir(parents=True)
    (folder / "images").mkdir()
    manifest = make_manifest(items) | ({} if is_protected else {"demonstration": True})
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    lines = [json.dumps(_make_item(items, place)) for place in range(len(items.ids))]
    (folder / "items" / "test.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for place, track in enumerate(items.slices["track"]):
        if track == IMAGE:
            stream = io.BytesIO()
            Picture.new("RGB", (4, 4), (place // 256, place % 256, 0)).save(stream, "PNG")
            (folder / "images" / f"{items.ids[place]}.png").write_bytes(stream.getvalue())
    return folder


def make_manifest(items: Items) -> dict[str, Any]:
    """The manifest of a benchmark whose only split is hidden."""
    anchors = {"1": "poor", "3": "fair", "5": "good"}
    dimension = {"key": "a", "name": "A", "question": "How good is it?", "anchors": anchors}
    words = {"subconditions": "subcondition", "axes": "axis", "modalities": "modality"}
    return {
        "format": 1,
        "slug": SLUG,
        "name": "Attacked",
        "version": VERSION,
        "licence": "CC0-1.0",
        "description": "For the attack.",
        "tracks": [{"key": key, "name": key} for key in (TEXT, IMAGE, "report")],
        "prompts": dict.fromkeys((TEXT, IMAGE, "report"), "{question}\n{options}"),
        "taxonomy": {
            word: [{"key": key, "name": key} for key in sorted(set(items.slices[slice_]) - {""})]
            for word, slice_ in words.items()
        },
        "rubric": {"sections": [{"key": "s", "name": "S", "dimensions": [dimension]}]},
        "splits": [{"name": SPLIT, "items": "items/test.jsonl", "answers": "hidden"}],
    }


def _make_item(items: Items, place: int) -> dict[str, Any]:
    key = items.ids[place]
    slices = {name: str(values[place]) or None for name, values in items.slices.items()}
    has_image = slices["track"] == IMAGE
    images = [{"path": f"images/{key}.png", "alt": "A phantom"}] if has_image else []
    return {
        "id": key,
        "split": SPLIT,
        "kind": "mcq",
        "question": f"Question {place}?",
        "options": {letter: f"Option {letter}" for letter in LETTERS},
        "multiple": False,
        "answer": [LETTERS[items.right[place]]],
        "images": images,
        "subcondition": slices["subcondition"],
        "axis": slices["axis"],
        "modality": slices["modality"],
        "case_id": f"case-{key}",
        "provenance": {"kind": "made", "reference": "bench"},
        "explanation": "None.",
    }
