"""Image questions as items of the package, and the pictures they need."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import numpy as np

from content.phantoms.picture import PicturePlan
from content.sources.image_cases import canal, cervical, deformity, disease, fractures, lumbar
from content.sources.image_cases.item import ImageItem

LETTERS = "ABCDEFGHIJ"
CHAPTERS = (lumbar, canal, cervical, fractures, deformity, disease)


class DrawnItems(NamedTuple):
    """Items as the package's JSON objects, and the plan of each picture by its path."""

    items: list[dict[str, Any]]
    pictures: dict[str, PicturePlan]


def make_image_items(split: str) -> DrawnItems:
    """The image questions of a split, in the order of the chapters."""
    drafts: list[ImageItem] = []
    for chapter in CHAPTERS:
        drafts += chapter.test_items() if split == "test" else chapter.dev_items()
    letters = _right_letters(drafts, np.random.Generator(np.random.PCG64(len(split))))
    items, pictures = [], {}
    for number, (draft, order) in enumerate(zip(drafts, letters, strict=True), start=1):
        items.append(_as_item(draft, order, split, f"{split}-image-{number:03d}"))
        for shot in draft.shots:
            pictures[f"images/{shot.plan.name}"] = shot.plan
    return DrawnItems(items, pictures)


def _right_letters(
    drafts: list[ImageItem], generator: np.random.Generator
) -> list[tuple[str, ...]]:
    """The options of each item in their final order; right letters come equally often.

    Options with an order of their own keep it; the others make up for their letters.
    """
    used = Counter(
        draft.options.index(draft.right[0])
        for draft in drafts
        if draft.ordered and not draft.multiple
    )
    orders = []
    for draft in drafts:
        if draft.ordered:
            orders.append(draft.options)
            continue
        wrong = [option for option in draft.options if option not in draft.right]
        generator.shuffle(wrong)
        n = len(draft.options)
        least = min(used[place] for place in range(n))
        places = [place for place in range(n) if used[place] == least]
        place = int(generator.choice(places))
        used[place] += 1
        orders.append((*wrong[:place], draft.right[0], *wrong[place:]))
    return orders


def _as_item(draft: ImageItem, order: tuple[str, ...], split: str, item_id: str) -> dict[str, Any]:
    return {
        "id": item_id,
        "split": split,
        "kind": "mcq",
        "question": draft.question,
        "options": dict(zip(LETTERS, order, strict=False)),
        "multiple": draft.multiple,
        "answer": [LETTERS[order.index(right)] for right in draft.right],
        "images": [
            {"path": f"images/{shot.plan.name}", "alt": _alt(shot.kind, n, len(draft.shots))}
            for n, shot in enumerate(draft.shots, start=1)
        ],
        "subcondition": draft.subcondition,
        "axis": draft.axis,
        "levels": list(draft.levels),
        "modality": draft.modality,
        "case_id": f"case-image-{draft.seed}",
        "provenance": {"kind": "phantom", "reference": f"benchmarks.phantoms seed {draft.seed}"},
        "explanation": draft.explanation,
    }


def _alt(kind: str, number: int, n: int) -> str:
    return f"{kind}, image {number} of {n}" if n > 1 else kind
