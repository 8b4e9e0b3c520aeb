"""A slice of a scan before its pixels are decoded: where they are and what they mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from numpy.typing import NDArray

from leaderboard.pictures.geometry import Geometry
from leaderboard.pictures.grey import Grey


class Layout(NamedTuple):
    """How the pixels of a DICOM file of one frame, without compression, are written."""

    syntax: str
    shape: tuple[int, int]
    photometric: str
    n_samples: int
    planar: int | None
    n_allocated: int
    n_stored: int
    is_signed: bool


class Slice(NamedTuple):
    """One slice: its file and frame there, its place, and how its values become grey levels.

    `grey` is None for pictures in colour; its window is a placeholder where `has_window` is false.
    `decoder` is the decoder to be used, or empty for the usual one. With a `layout`, the pixels are
    the bytes at `extent` (first, number), and the header need not be read again.
    `stack` is what slices of one series have in common; it stays in memory and is written nowhere.
    """

    format: Literal["dicom", "nifti", "png"]
    path: Path
    frame: int
    stack: tuple[object, ...]
    order: int
    shape: tuple[int, int]
    geometry: Geometry | None
    grey: Grey | None
    has_window: bool
    modality: str | None
    spacing_of: Literal["patient", "detector"] | None
    is_lossy: bool
    burned_in: Literal["no", "yes", "unknown"]
    is_head: bool
    decoder: str = ""
    is_deflated: bool = False
    layout: Layout | None = None
    extent: tuple[int, int] | None = None


class ScanFile(NamedTuple):
    """A file of a scan: its slices, and what identifies people in it, by kind and name of field."""

    path: Path
    slices: list[Slice]
    identifiers: Mapping[str, str]


class Scans(Protocol):
    """Decodes the pixels of slices of one format; those of one file are opened once."""

    def decode(self, slices: list[Slice]) -> Iterator[tuple[Slice, NDArray[Any]]]: ...
