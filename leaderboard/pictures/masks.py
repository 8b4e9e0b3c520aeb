"""Levels in a mask of a segmentation tool: by name, with their places, never by number."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import InvalidRequest
from leaderboard.pictures.geometry import Point
from leaderboard.pictures.label_tables import SPACE_ABOVE_ENDPLATES, Tool, get_tool
from leaderboard.pictures.nifti import find_affine, load_nifti
from leaderboard.scoring.levels import ALL_VERTEBRAE, find_transitional, place_of

if TYPE_CHECKING:
    from nibabel.nifti1 import Nifti1Image

_LABEL = re.compile(r'<Label Key="(\d+)"[^>]*>\s*<!\[CDATA\[([^\]]*)\]\]>')
"""In the table of labels that TotalSegmentator writes into a mask's header."""
_OWN_NAME = re.compile(r"^vertebrae_((?:C|T|L|S)\d+)$")
_AFTER_SACRUM_DISC = 100
"""TotalSpineSeg's label of the disc above the sacrum, whichever vertebra that lies below."""


class LevelPlace(NamedTuple):
    """A level of a mask: its name, its voxels and where their middle is in mm (LPS)."""

    name: str
    n_voxels: int
    middle: Point


class Levels(NamedTuple):
    """The levels of a mask from the head down, and those that only transitional anatomy has."""

    source: str
    found: list[LevelPlace]
    transitional: list[str]


def read_levels(path: Path, tool: str) -> Levels:
    """The levels in the mask at `path`, by the own table of `tool` (such as `verse:vert`).

    Raises InvalidRequest for a tool or a number that no table has, a mask whose own table of labels
    says otherwise, and levels that do not lie from the head down in their order: then the table is
    wrong, or the mask is upside down.
    """
    table = get_tool(tool)
    image = load_nifti(path)
    affine = find_affine(image)
    if affine is None:
        raise InvalidRequest("The mask does not say how it lies in the patient.", "Save it again.")
    labels = _read_labels(image)
    _compare_own_names(image, table)
    names = _name_labels(labels, table)
    found = []
    for number, name in names.items():
        places = np.argwhere(labels == number)
        middle = places.mean(axis=0) @ affine.axes + affine.origin
        x, y, z = (round(float(value), 1) for value in middle)
        found.append(LevelPlace(name, len(places), (x, y, z)))
    found.sort(key=lambda one: place_of(one.name))
    _check_order([one for one in found if one.name in ALL_VERTEBRAE])
    return Levels(table.source, found, find_transitional([one.name for one in found]))


def _read_labels(image: Nifti1Image) -> NDArray[np.int64]:
    values = np.asanyarray(image.dataobj)
    values = values.reshape(values.shape[:3])
    labels: NDArray[np.int64] = np.rint(values).astype(np.int64)
    if not np.array_equal(labels, values):
        raise InvalidRequest(
            "Its labels are not whole numbers: it was resampled, or is not a mask.",
            "Take the mask as the tool wrote it.",
        )
    return labels


def _name_labels(labels: NDArray[np.int64], tool: Tool) -> dict[int, str]:
    """The names of the numbers that are levels. Raises InvalidRequest for an unknown number."""
    numbers = [int(number) for number in np.unique(labels) if number]
    has_vertebra = {tool.vertebrae.get(number) for number in numbers}
    names: dict[int, str] = {}
    for number in numbers:
        name = tool.vertebrae.get(number) or tool.discs.get(number)
        if number == _AFTER_SACRUM_DISC and number in tool.discs:
            name = "L6/S1" if "L6" in has_vertebra else "L5/S1"
        elif number - 100 in tool.vertebrae and tool.discs and number not in tool.discs:
            name = _name_disc(tool.vertebrae[number - 100], has_vertebra)
        if name is not None:
            names[number] = name
        elif not _is_known(number, tool):
            raise InvalidRequest(
                f"The mask has the label {number}, which is not in the table of {tool.source}.",
                "Name the task that made it.",
            )
    return names


def _name_disc(upper: str | None, vertebrae: set[str | None]) -> str | None:
    """A disc whose lower neighbour depends on who is there: below T12, T13, L5 and L6."""
    lower = {
        "T12": "T13" if "T13" in vertebrae else "L1",
        "T13": "L1",
        "L5": "L6" if "L6" in vertebrae else "S1",
        "L6": "S1",
        "S1": "S2",
    }.get(upper or "")
    return f"{upper}/{lower}" if lower else None


def _is_known(number: int, tool: Tool) -> bool:
    """Whether a number is of the tool and of no level: sacrum, canal, endplates."""
    return (
        number in tool.vertebrae
        or number in tool.discs
        or (bool(tool.discs) and number - 100 in tool.vertebrae)
        or (bool(tool.discs) and number - SPACE_ABOVE_ENDPLATES in tool.vertebrae)
    )


def _compare_own_names(image: Nifti1Image, tool: Tool) -> None:
    """Refuse a mask whose header names a level otherwise than the table does."""
    for extension in image.header.extensions:
        content = extension.get_content()
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
        for number, said in _LABEL.findall(text):
            level = _OWN_NAME.match(said)
            known = tool.vertebrae.get(int(number))
            if level and known != level[1]:
                raise InvalidRequest(
                    f"Its own header calls label {number} {level[1]}, the table of {tool.source} "
                    f"calls it {known or 'no level'}.",
                    "Name the task that made it.",
                )


def _check_order(vertebrae: list[LevelPlace]) -> None:
    for upper, lower in pairwise(vertebrae):
        if upper.middle[2] <= lower.middle[2]:
            raise InvalidRequest(
                f"{lower.name} lies above {upper.name}: the table is not that of this mask, or the "
                "mask is upside down.",
                "Name the task that made it, and look at its orientation.",
            )
