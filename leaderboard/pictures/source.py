"""What a package keeps of where a picture from a scan comes from, and of how it was made.

The structs are part of the package format. They name no patient, hospital, date, file or UID.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Side = Literal["L", "R", "A", "P", "H", "F"]
"""The patient's left, right, front (anterior), back (posterior), head or foot."""
Plane = Literal["axial", "sagittal", "coronal"]
Vector = Annotated[list[float], Meta(min_length=3, max_length=3)]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the format: immutable, and a key that it does not know is an error."""


class Window(_Part, frozen=True, kw_only=True):
    """Which values became grey levels, and who said so.

    `rule`: `given` by the host, of the file's `header`, its `table` (a VOI LUT), the `percentiles`
    1 and 99 of up to five slices of the series, or `none` for pictures that had 8 bits.
    """

    rule: Literal["given", "header", "table", "percentiles", "none"]
    center: float | UnsetType = UNSET
    width: Annotated[float, Meta(gt=0)] | UnsetType = UNSET
    function: Literal["linear", "linear_exact", "sigmoid"] | UnsetType = UNSET


class Orientation(_Part, frozen=True, kw_only=True):
    """Which side of the patient is at the right edge and at the bottom of the picture.

    `stated_by` says whether the scan's `file` or the `host` says so.
    """

    right: Side
    bottom: Side
    stated_by: Literal["file", "host"]


class PictureSource(_Part, frozen=True, kw_only=True):
    """How a picture was made from a scan.

    `slope` and `intercept` turned stored values into the scanner's units, before the window.
    `directions` are those of the picture's rows (to its right) and columns (to its bottom), and
    `position` the middle of its top left pixel in mm, all from the patient's right to left, front
    to back and foot to head (LPS). `spacing` is the distance of rows and of columns in mm.
    """

    format: Literal["dicom", "nifti", "png"]
    modality: Annotated[str, Meta(pattern=r"^[A-Z0-9_ ]{1,16}$")] | UnsetType = UNSET
    plane: Plane | UnsetType = UNSET
    orientation: Orientation | None
    directions: Annotated[list[Vector], Meta(min_length=2, max_length=2)] | UnsetType = UNSET
    position: Vector | UnsetType = UNSET
    spacing: Annotated[list[float], Meta(min_length=2, max_length=2)] | UnsetType = UNSET
    spacing_of: Literal["patient", "detector"] | UnsetType = UNSET
    slice: Annotated[int, Meta(ge=1)] = 1
    n_slices: Annotated[int, Meta(ge=1)] = 1
    slope: float | UnsetType = UNSET
    intercept: float | UnsetType = UNSET
    window: Window
    inverted: bool = False
    lossy: bool = False
    burned_in: Literal["no", "yes", "unknown"] = "unknown"
    head: bool = False
