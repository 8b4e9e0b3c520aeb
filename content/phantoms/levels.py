"""Names of vertebrae and discs, and who is whose neighbour."""

from __future__ import annotations

from enum import Enum
from itertools import pairwise

VERTEBRAE: tuple[str, ...] = (
    *(f"C{n}" for n in range(1, 8)),
    *(f"T{n}" for n in range(1, 13)),
    *(f"L{n}" for n in range(1, 6)),
    "S1",
)
"""From the skull downwards."""

DISCS: tuple[str, ...] = tuple(f"{upper}/{lower}" for upper, lower in pairwise(VERTEBRAE[1:]))
"""From C2/C3 to L5/S1."""


class Side(Enum):
    """The patient's side."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def sign(self) -> int:
        """+1 towards the patient's left, which is the right of an image."""
        return 1 if self is Side.LEFT else -1


def upper_of(disc: str) -> str:
    """The vertebra above a disc."""
    return disc.split("/")[0]


def lower_of(disc: str) -> str:
    """The vertebra below a disc."""
    return disc.split("/")[1]


def disc_below(vertebra: str) -> str:
    """The disc under a vertebra, from C2 to L5."""
    return f"{vertebra}/{vertebra_after(vertebra, 1)}"


def disc_above(vertebra: str) -> str:
    """The disc on top of a vertebra, from C3 to S1."""
    return f"{vertebra_after(vertebra, -1)}/{vertebra}"


def vertebra_after(vertebra: str, n: int) -> str:
    """The vertebra `n` places further down (up, when negative); ValueError beyond the ends."""
    place = VERTEBRAE.index(vertebra) + n
    if not 0 <= place < len(VERTEBRAE):
        raise ValueError(f"No vertebra lies {n} places from {vertebra}.")
    return VERTEBRAE[place]


def disc_after(disc: str, n: int) -> str:
    """The disc `n` places further down (up, when negative); ValueError beyond the ends."""
    place = DISCS.index(disc) + n
    if not 0 <= place < len(DISCS):
        raise ValueError(f"No disc lies {n} places from {disc}.")
    return DISCS[place]


def vertebrae_between(first: str, last: str) -> tuple[str, ...]:
    """The vertebrae from `first` down to `last`, both included."""
    return VERTEBRAE[VERTEBRAE.index(first) : VERTEBRAE.index(last) + 1]
