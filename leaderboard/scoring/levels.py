"""Vertebrae and discs by name, from the head down, and the parts of the spine they lie in."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

REGIONS = {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}
ALL_VERTEBRAE = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 14)),
    *(f"L{n}" for n in range(1, 7)),
    "S1",
    "S2",
)
"""With those that only people with transitional anatomy have: T13, L6, and S2 below a mobile S1."""
TRANSITIONAL = ("T13", "L6", "S2")
VERTEBRAE = tuple(name for name in ALL_VERTEBRAE if name not in TRANSITIONAL)
"""The usual ones."""
DISCS = tuple(f"{upper}/{lower}" for upper, lower in pairwise(VERTEBRAE))
"""Between the usual ones."""
ALL_DISCS = frozenset((*DISCS, *(f"{upper}/{lower}" for upper, lower in pairwise(ALL_VERTEBRAE))))

_VERTEBRA = r"(?:C[1-7]|T(?:1[0-3]|[1-9])|L[1-6]|S[12])"
LEVEL_PATTERN = rf"^{_VERTEBRA}(?:/{_VERTEBRA})?$"
"""How packages spell a level: L4 is a vertebra, L4/L5 a disc."""


def regions_of(levels: Iterable[str]) -> list[str]:
    """The regions of vertebrae (T12) and discs (L4/L5), each once, from the head down.

    A disc belongs to the vertebra above it, as it is named in anatomy: L5/S1 is lumbar.
    """
    found = {level[0] for level in levels}
    return [name for letter, name in REGIONS.items() if letter in found]


def place_of(level: str) -> tuple[int, int]:
    """Where a level stands: from the head down, a vertebra before the discs below it."""
    upper, _, lower = level.partition("/")
    return ALL_VERTEBRAE.index(upper), ALL_VERTEBRAE.index(lower) if lower else 0


def find_transitional(levels: Iterable[str]) -> list[str]:
    """Those of the levels that only transitional anatomy has, each once, in their order."""
    return [
        level
        for level in dict.fromkeys(levels)
        if not set(TRANSITIONAL).isdisjoint(level.split("/"))
    ]


def list_span(first: str, last: str) -> tuple[list[str], list[str]]:
    """The vertebrae and the discs from one vertebra to another, from the head down.

    Transitional ones are among them only next to an end that is one itself: L4 to S1 has no L6.
    """
    upper, lower = sorted((ALL_VERTEBRAE.index(first), ALL_VERTEBRAE.index(last)))
    names = [
        name
        for name in ALL_VERTEBRAE[upper : lower + 1]
        if name not in TRANSITIONAL or name in (first, last)
    ]
    return names, [f"{above}/{below}" for above, below in pairwise(names)]
