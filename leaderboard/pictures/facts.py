"""What a host reads beside a picture: the patient's sides at its edges, and how it was made."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import UnsetType

from leaderboard.pictures.source import PictureSource, Side, Window

OPPOSITE: dict[Side, Side] = {"L": "R", "R": "L", "A": "P", "P": "A", "H": "F", "F": "H"}
UNKNOWN = "?"
_WHOSE = {"given": "yours", "header": "of its header", "percentiles": "percentiles 1 to 99"}


class Edges(NamedTuple):
    """Which side of the patient is at each edge of a picture; UNKNOWN where nothing states it."""

    left: str = UNKNOWN
    right: str = UNKNOWN
    top: str = UNKNOWN
    bottom: str = UNKNOWN


class Fact(NamedTuple):
    """Something about how a picture was made, with its name."""

    name: str
    value: str


def find_edges(source: PictureSource | None) -> Edges:
    """The sides that the picture's source states."""
    orientation = None if source is None else source.orientation
    if orientation is None:
        return Edges()
    right, bottom = orientation.right, orientation.bottom
    return Edges(OPPOSITE[right], right, OPPOSITE[bottom], bottom)


def list_facts(source: PictureSource | None) -> list[Fact]:
    """What is known of how a picture was made; of one without a source, that nothing states it."""
    if source is None:
        return [Fact("Sides", "nothing states which side is which")]
    facts = [Fact("Made from", _say_kind(source)), Fact("Sides", _say_sides(source))]
    if source.n_slices > 1:
        facts.append(Fact("Slice", f"{source.slice} of {source.n_slices}"))
    facts.append(Fact("Window", _say_window(source.window)))
    if not isinstance(source.spacing, UnsetType):
        of = " on the detector" if source.spacing_of == "detector" else ""
        rows, columns = source.spacing
        facts.append(Fact("Spacing", f"{rows:g} × {columns:g} mm{of}"))
    if source.inverted:
        facts.append(Fact("Inverted", "dark and light of the scan are exchanged (MONOCHROME1)"))
    if source.lossy:
        facts.append(Fact("Compression", "lossy, says the scan"))
    return facts


def _say_kind(source: PictureSource) -> str:
    names = {"dicom": "DICOM", "nifti": "NIfTI", "png": "16-bit PNG"}
    parts = [names[source.format], source.modality, source.plane]
    return ", ".join(part for part in parts if not isinstance(part, UnsetType))


def _say_sides(source: PictureSource) -> str:
    if source.orientation is None:
        return "nothing states which side is which"
    return "as stated by the host" if source.orientation.stated_by == "host" else "of its header"


def _say_window(window: Window) -> str:
    if isinstance(window.center, UnsetType) or isinstance(window.width, UnsetType):
        return "the table of its header" if window.rule == "table" else "grey levels as stored"
    return f"{window.center:g} / {window.width:g} ({_WHOSE[window.rule]})"
