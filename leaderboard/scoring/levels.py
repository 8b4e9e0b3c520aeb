"""The parts of the spine that an item's levels lie in."""

from __future__ import annotations

from collections.abc import Iterable

REGIONS = {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}


def regions_of(levels: Iterable[str]) -> list[str]:
    """The regions of vertebrae (T12) and discs (L4/L5), each once, from the head down.

    A disc belongs to the vertebra above it, as it is named in anatomy: L5/S1 is lumbar.
    """
    found = {level[0] for level in levels}
    return [name for letter, name in REGIONS.items() if letter in found]
