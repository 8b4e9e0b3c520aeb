"""From a folder of scans to 8-bit pictures, each with how it was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from msgspec import UNSET
from msgspec.structs import replace
from numpy.typing import NDArray

from leaderboard.errors import InvalidRequest, SpineBenchError
from leaderboard.pictures.deep_png import DeepPngs, is_deep_png, read_deep_png
from leaderboard.pictures.dicom import DicomScans, is_dicom, read_dicom
from leaderboard.pictures.geometry import Turn, find_turn, read_sides, turn_geometry
from leaderboard.pictures.grey import Grey, draw, find_window
from leaderboard.pictures.nifti import NiftiScans, is_nifti, read_nifti
from leaderboard.pictures.slices import ScanFile, Scans, Slice
from leaderboard.pictures.source import Orientation, PictureSource, Plane, Window
from leaderboard.pictures.stacks import Stack, choose_slices, make_stacks

MOST_WINDOWED = 5
"""Slices of a stack from which a window is found where no header and no host gives one."""
UNKNOWN = "unknown"
"""What the host states where nobody knows which side is which."""


class Wishes(NamedTuple):
    """What the host chooses: slices, a window, a plane of volumes, and where scans do not say,
    which sides of the patient are to the right and at the bottom of what is stored."""

    slices: str = "adaptive"
    window: Window | None = None
    plane: Plane | None = None
    orientation: str | None = None
    splits_gaps: bool = False


class Drawn(NamedTuple):
    """A picture: 8-bit pixels (rows, columns, maybe colours) as they are shown, and its source."""

    stack: int
    pixels: NDArray[np.uint8]
    source: PictureSource


def find_scans(place: Path, wishes: Wishes) -> Iterator[tuple[Path, ScanFile | SpineBenchError]]:
    """Every file at or below `place` that is DICOM, NIfTI or 16-bit PNG, or why it is refused.

    Files of other kinds are passed over.
    """
    paths = [place] if place.is_file() else sorted(p for p in place.rglob("*") if p.is_file())
    for path in paths:
        try:
            if is_nifti(path):
                yield path, read_nifti(path, wishes.plane)
            elif is_dicom(path):
                yield path, read_dicom(path)
            elif is_deep_png(path):
                yield path, read_deep_png(path)
        except SpineBenchError as error:
            yield path, error


def order_scans(files: Sequence[ScanFile], wishes: Wishes) -> list[Stack]:
    """The stacks of all files, with the chosen slices of each. Raises InvalidRequest."""
    slices = [one for file in files for one in file.slices]
    return make_stacks(slices, splits_gaps=wishes.splits_gaps)


def draw_stacks(stacks: Sequence[Stack], wishes: Wishes) -> Iterator[Drawn]:
    """The chosen slices of each stack as pictures, one at a time in memory.

    Raises InvalidRequest, which names the first file of the stack that it is about.
    """
    for number, stack in enumerate(stacks):
        try:
            yield from _draw_stack(number, stack, wishes)
        except InvalidRequest as error:
            place = stack.slices[0].path.name
            raise InvalidRequest(f"{place}: {error.message}", error.remedy) from error


def _draw_stack(number: int, stack: Stack, wishes: Wishes) -> Iterator[Drawn]:
    places = choose_slices(len(stack.slices), wishes.slices)
    decoder = _decoder_of(stack, wishes)
    window = wishes.window
    if window is None and not all(stack.slices[place].has_window for place in places):
        window = _find_stack_window(stack, decoder)
    chosen = {id(stack.slices[place]): place for place in places}
    for one, stored in decoder.decode([stack.slices[place] for place in places]):
        turn, orientation = _find_orientation(one, wishes)
        if one.grey is None:
            pixels, grey = _eight_bits(stored), None
        else:
            grey = _choose_window(one, window, wishes.window is not None)
            pixels = draw(stored, grey)
        pixels = np.ascontiguousarray(turn.apply(pixels)) if turn else pixels
        source = _make_source(one, grey, turn, orientation)
        source = _number(source, chosen[id(one)], len(stack.slices))
        yield Drawn(number, pixels, source)


def _decoder_of(stack: Stack, wishes: Wishes) -> Scans:
    scans: dict[str, Scans] = {
        "dicom": DicomScans(),
        "nifti": NiftiScans(wishes.plane),
        "png": DeepPngs(),
    }
    return scans[stack.slices[0].format]


def _find_stack_window(stack: Stack, decoder: Scans) -> Window:
    """The window from percentile 1 to 99 of up to five slices at equal steps, padding left out."""
    n = len(stack.slices)
    places = sorted({round(place) for place in np.linspace(0, n - 1, min(n, MOST_WINDOWED))})
    values = []
    for one, stored in decoder.decode([stack.slices[place] for place in places]):
        if one.grey is not None:
            values.append(one.grey.rescale(stored[~one.grey.is_padding(stored)]))
    return find_window(np.concatenate(values))


def _choose_window(one: Slice, window: Window | None, is_given: bool) -> Grey:
    grey = one.grey
    assert grey is not None
    if window is None or (one.has_window and not is_given):
        return grey
    return grey._replace(window=window, voi=None)


def _find_orientation(one: Slice, wishes: Wishes) -> tuple[Turn | None, Orientation | None]:
    """How a slice is turned and what is then right and at the bottom; None where the host states
    that nobody knows. Raises InvalidRequest where neither the scan nor the host says."""
    stated = wishes.orientation
    if one.geometry is not None and stated is None:
        turn = find_turn(one.geometry.right, one.geometry.down)
        return turn, Orientation(right=turn.right, bottom=turn.bottom, stated_by="file")
    if stated is None:
        raise InvalidRequest(
            "The scan does not say how it lies in the patient, so left and right are unknown.",
            "State with --orientation which side is to the right and which at the bottom of what "
            "is stored, such as L/F, or unknown.",
        )
    if stated == UNKNOWN:
        return None, None
    right, _, bottom = stated.partition("/")
    turn = find_turn(read_sides(right), read_sides(bottom))
    return turn, Orientation(right=turn.right, bottom=turn.bottom, stated_by="host")


def _eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if pixels.dtype.itemsize > 1 and pixels.max(initial=0) > 255:
        raise InvalidRequest(
            "It is in colour with more than 8 bits per channel.", "Export it with 8 bits."
        )
    return pixels.astype(np.uint8)


def _make_source(
    one: Slice, grey: Grey | None, turn: Turn | None, orientation: Orientation | None
) -> PictureSource:
    is_placed = orientation is not None and orientation.stated_by == "file"
    geometry = one.geometry if is_placed else None
    if geometry is not None and turn is not None:
        geometry = turn_geometry(geometry, turn, one.shape)
    spacing = one.geometry.spacing if one.geometry else None
    if spacing is not None and turn is not None and turn.is_transposed:
        spacing = spacing[::-1]
    has_units = grey is not None and grey.units is None
    return PictureSource(
        format=one.format,
        modality=one.modality or UNSET,
        plane=turn.plane if turn else UNSET,
        orientation=orientation,
        directions=[_rounded(geometry.right), _rounded(geometry.down)] if geometry else UNSET,
        position=_rounded(geometry.position) if geometry and geometry.position else UNSET,
        spacing=_rounded(spacing) if spacing else UNSET,
        spacing_of=one.spacing_of or UNSET if spacing else UNSET,
        slope=grey.slope if grey and has_units else UNSET,
        intercept=grey.intercept if grey and has_units else UNSET,
        window=grey.window if grey else Window(rule="none"),
        inverted=bool(grey and grey.is_inverted),
        lossy=one.is_lossy,
        burned_in=one.burned_in,
        head=one.is_head,
    )


def _number(source: PictureSource, place: int, n_slices: int) -> PictureSource:
    return replace(source, slice=place + 1, n_slices=n_slices)


def _rounded(values: Sequence[float]) -> list[float]:
    """To a millionth of a mm, or of a direction."""
    return [round(value, 6) + 0.0 for value in values]
