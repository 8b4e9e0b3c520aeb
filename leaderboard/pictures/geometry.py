"""Where a slice lies in the patient, and how it is turned to be shown as radiologists read it."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import InvalidRequest
from leaderboard.pictures.source import Plane, Side

Point = tuple[float, float, float]
SIDES: tuple[tuple[Side, Side], ...] = (("R", "L"), ("A", "P"), ("F", "H"))
"""Of each axis of the patient (LPS), the side at its beginning and that at its end."""
SHOWN: dict[frozenset[int], tuple[Plane, tuple[int, int], tuple[Side, Side]]] = {
    frozenset((0, 1)): ("axial", (0, 1), ("L", "P")),
    frozenset((1, 2)): ("sagittal", (1, 2), ("P", "F")),
    frozenset((0, 2)): ("coronal", (0, 2), ("L", "F")),
}
"""By the two axes in a plane: its name, the axes across and down, and what is right and bottom."""
LEAST_ALONG = 0.7072
"""Of a direction along its main axis: just less than 45 degrees away from it."""


class Geometry(NamedTuple):
    """Of a slice in the patient (LPS): unit directions, in mm the place of its first pixel's middle
    and the distances of rows and of columns; None where the file does not say."""

    right: Point
    down: Point
    position: Point | None
    spacing: tuple[float, float] | None

    @property
    def normal(self) -> NDArray[np.float64]:
        """The direction that the slice faces."""
        return np.cross(self.right, self.down)


class Turn(NamedTuple):
    """How stored pixels become the picture: rows and columns exchanged first, then mirrored."""

    plane: Plane
    right: Side
    bottom: Side
    is_transposed: bool
    flips_rows: bool
    flips_columns: bool

    def apply(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """The picture of `pixels` (rows, columns, maybe colours)."""
        if self.is_transposed:
            pixels = pixels.swapaxes(0, 1)
        return pixels[:: -1 if self.flips_rows else 1, :: -1 if self.flips_columns else 1]


def find_turn(right: Point, down: Point) -> Turn:
    """How a slice with these directions is shown in radiological convention.

    Axial and coronal pictures have the patient's left at the right edge, sagittal ones the back;
    axial pictures have the back at the bottom, the others the feet. Raises InvalidRequest for a
    slice halfway between two planes.
    """
    axes = [int(np.argmax(np.abs(one))) for one in (right, down)]
    along = min(abs(right[axes[0]]), abs(down[axes[1]]))
    if axes[0] == axes[1] or along < LEAST_ALONG:
        raise InvalidRequest(
            "The slice lies halfway between two planes of the patient, so its sides have no name.",
            "Cut it again along a plane, or state with --orientation what the picture shows.",
        )
    plane, (across, downward), (at_right, at_bottom) = SHOWN[frozenset(axes)]
    is_transposed = axes[0] != across
    to_right, to_bottom = (down, right) if is_transposed else (right, down)
    return Turn(
        plane,
        at_right,
        at_bottom,
        is_transposed,
        flips_rows=_side(to_bottom, downward) != at_bottom,
        flips_columns=_side(to_right, across) != at_right,
    )


def turn_geometry(geometry: Geometry, turn: Turn, shape: tuple[int, int]) -> Geometry:
    """Where the picture lies that `turn` makes of stored pixels of `shape` (rows, columns)."""
    right, down = np.array(geometry.right), np.array(geometry.down)
    n_rows, n_columns = shape
    row_mm, column_mm = geometry.spacing or (1.0, 1.0)
    if turn.is_transposed:
        right, down = down, right
        n_rows, n_columns, row_mm, column_mm = n_columns, n_rows, column_mm, row_mm
    first = None if geometry.position is None else np.array(geometry.position)
    if turn.flips_columns:
        first = None if first is None else first + right * column_mm * (n_columns - 1)
        right = -right
    if turn.flips_rows:
        first = None if first is None else first + down * row_mm * (n_rows - 1)
        down = -down
    return Geometry(
        _point(right),
        _point(down),
        None if first is None else _point(first),
        None if geometry.spacing is None else (row_mm, column_mm),
    )


def read_sides(letters: str) -> Point:
    """The direction of a side such as L, or of an oblique one such as LA, whose first letter leads.

    Raises InvalidRequest if it is none.
    """
    direction = np.zeros(3)
    for weight, letter in zip((1.0, 0.5, 0.25), letters, strict=False):
        for axis, (low, high) in enumerate(SIDES):
            if letter in (low, high):
                direction[axis] = weight if letter == high else -weight
    if not letters or np.count_nonzero(direction) != len(letters):
        raise InvalidRequest(
            f"{letters[:20]!r} is not a side of a patient.", "Use L, R, A, P, H or F."
        )
    return _point(direction / np.linalg.norm(direction))


def _side(direction: Point, axis: int) -> Side:
    return SIDES[axis][1 if direction[axis] > 0 else 0]


def _point(values: NDArray[np.float64]) -> Point:
    x, y, z = (float(value) + 0.0 for value in values)
    return x, y, z
