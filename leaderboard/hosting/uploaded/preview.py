"""The preview of a package: its problems, items and pictures, as pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import UnsetType

from leaderboard.errors import Problem
from leaderboard.hosting.uploaded.shapes import (
    ShownImage,
    ShownItem,
    ShownOption,
    ShownPicture,
    ShownProblem,
)
from leaderboard.models.uploaded import SheetKind
from leaderboard.packages.package import McqItem, PackageItem
from leaderboard.packages.pictures import PackagePicture
from leaderboard.pictures import Shown, find_edges, list_facts

PER_SHEET = {SheetKind.PROBLEMS: 100, SheetKind.ITEMS: 25, SheetKind.PICTURES: 24}
MOST_CHARACTERS = 2000
MOST_NAMED = 5


def show_problem(problem: Problem) -> ShownProblem:
    """A problem of a file."""
    return ShownProblem(
        message=problem.message,
        remedy=problem.remedy,
        path=problem.path or "",
        line=problem.line,
        id=problem.id or "",
    )


def show_item(item: PackageItem, places: Mapping[str, int]) -> ShownItem:
    """An item with its answer; `places` has its pictures that can be read."""
    facts = {
        "Subcondition": item.subcondition or "",
        "Axis": item.axis or "",
        "Modality": item.modality or "",
        "Levels": ", ".join(item.levels),
        "Numbering": (item.numbering or "").replace("_", " "),
        "Case": item.case_key,
    }
    shown = ShownItem(
        id=item.id,
        split=item.split,
        kind="question" if isinstance(item, McqItem) else "report",
        question=_cut(item.question),
        facts={name: value for name, value in facts.items() if value},
        images=[
            ShownImage(path=one.path, alt=_cut(one.alt), place=places.get(one.path))
            for one in item.images
        ],
    )
    if isinstance(item, McqItem):
        shown.options = [
            ShownOption(letter=letter, text=_cut(text), is_right=letter in item.answer)
            for letter, text in item.options.items()
        ]
        shown.explanation = _cut(item.explanation)
    else:
        shown.reference = _cut(item.reference_report)
        shown.n_checks = len(item.checklist)
    return shown


def order_pictures(shown: Sequence[Shown]) -> list[Shown]:
    """Those with something to say first, then by their paths."""
    return sorted(shown, key=lambda one: (not (one.warnings or one.concerns), one.path))


def show_picture(
    place: int, one: Shown, picture: PackagePicture, items: Sequence[PackageItem]
) -> ShownPicture:
    """A picture, and the items that show it with the levels that they name."""
    levels = list(dict.fromkeys(level for item in items for level in item.levels))
    facts = {fact.name: fact.value for fact in list_facts(one.source)}
    return ShownPicture(
        place=place,
        path=one.path,
        alt=_cut(one.alt),
        width=picture.width,
        height=picture.height,
        **find_edges(one.source)._asdict(),
        facts=facts | ({"Levels": ", ".join(levels)} if levels else {}),
        warnings=[
            *(f"It {text}." for text in one.warnings),
            *(f"{concern.label[0].upper()}{concern.label[1:]}." for concern in one.concerns),
        ],
        items=[item.id for item in items[:MOST_NAMED]],
        n_items=len(items),
    )


def _cut(text: str | UnsetType) -> str:
    said = "" if isinstance(text, UnsetType) else text
    return said if len(said) <= MOST_CHARACTERS else f"{said[:MOST_CHARACTERS]} …"
