"""DICOM files: single, series, multi-frame, compressed. pydicom is loaded when one is read."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import InvalidRequest, SpineBenchError
from leaderboard.pictures.geometry import Geometry, Point, read_sides
from leaderboard.pictures.grey import Grey, Table, make_window
from leaderboard.pictures.identifiers import find_identifiers
from leaderboard.pictures.slices import Layout, ScanFile, Slice
from leaderboard.pictures.source import Window

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

GREY_FORMS = ("MONOCHROME1", "MONOCHROME2")
MAX_DICOM_PIXELS = 40_000_000
LARGE = 4096
"""Bytes of an element from which on it stays on the disk until somebody asks for it."""
PIXEL_DATA = 0x7FE00010
LITTLE_ENDIAN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")
"""Transfer syntaxes whose pixels stand in the file as they are in memory."""
SILENT = logging.CRITICAL + 1
NO_WINDOW = Window(rule="none")
HEAD_PARTS = frozenset("HEAD BRAIN SKULL FACE ORBIT ORBITS JAW SINUS HEADNECK NOSE EAR".split())
_PLUGINS = {"1.2.840.10008.1.2.4.90": "pylibjpeg", "1.2.840.10008.1.2.4.91": "pylibjpeg"}
"""Who decodes JPEG 2000; for other transfer syntaxes pydicom's own order stands."""
_NO_PICTURES = {
    "1.2.840.10008.5.1.4.1.1.66.4": "a segmentation",
    "1.2.840.10008.5.1.4.1.1.481.2": "a radiation dose",
}


class DicomScans:
    """The pixels of DICOM files."""

    def decode(self, slices: list[Slice]) -> Iterator[tuple[Slice, NDArray[Any]]]:
        """Each slice with its stored values, one frame in memory at a time."""
        for path, group in groupby(slices, key=lambda one: one.path):
            yield from _decode_file(path, list(group))


def is_dicom(path: Path) -> bool:
    """Whether a file says that it is DICOM, after its preamble."""
    with path.open("rb") as file:
        file.seek(128)
        return file.read(4) == b"DICM"


def read_dicom(path: Path) -> ScanFile:
    """The slices of a DICOM file, without its pixels. Raises InvalidRequest."""
    from pydicom import dcmread

    with _Quiet():
        try:
            data = dcmread(path, defer_size=LARGE)
            header = _Header(data)
            refusal = header.find_refusal()
            if refusal:
                raise InvalidRequest(refusal, "Leave it out of the folder.")
            return ScanFile(path, _list_slices(path, data), find_identifiers(data))
        except SpineBenchError:
            raise
        # Values of a header are decoded when they are looked at, and may raise anything.
        except Exception as error:
            raise InvalidRequest(
                f"Its DICOM header cannot be read ({type(error).__name__}).", "Export it again."
            ) from error


class _Header(NamedTuple):
    """The header of one frame: the data set, and what stands in its functional groups."""

    top: Dataset
    shared: Dataset | None = None
    frame: Dataset | None = None

    def find_refusal(self) -> str | None:
        """Why nothing can be drawn, or None."""
        kind = _NO_PICTURES.get(str(self.top.get("SOPClassUID", "")))
        if kind is not None:
            return f"It is {kind}, not a picture."
        if not self.top.get("Rows") or not self.top.get("Columns"):
            return "It has no picture."
        if self.top.Rows * self.top.Columns > MAX_DICOM_PIXELS:
            return f"It has more than {MAX_DICOM_PIXELS:,} pixels."
        syntax = _read_syntax(str(self.top.file_meta.TransferSyntaxUID))
        if not syntax.is_compressed and int(self.top.HighBit) + 1 != int(self.top.BitsStored):
            # Older editions of the standard allowed it, and decoders read the wrong bits.
            return "Its values do not stand in the lowest bits, where programs look for them."
        return None

    def group(self, sequence: str) -> Dataset:
        """The functional group of this frame, of all frames, or else the top of the file."""
        for place in (self.frame, self.shared):
            if place is not None and place.get(sequence):
                return cast("Dataset", place.get(sequence)[0])
        return self.top


class _Syntax(NamedTuple):
    """How a file is written."""

    is_compressed: bool
    is_deflated: bool


@lru_cache(maxsize=64)
def _read_syntax(uid: str) -> _Syntax:
    from pydicom.uid import UID

    syntax = UID(uid)
    return _Syntax(syntax.is_compressed, syntax.is_deflated)


def _list_slices(path: Path, data: Dataset) -> list[Slice]:
    n_frames = int(data.get("NumberOfFrames") or 1)
    groups = list(data.get("PerFrameFunctionalGroupsSequence") or [])
    shared = data.get("SharedFunctionalGroupsSequence")
    if groups and len(groups) != n_frames:
        raise InvalidRequest(
            f"It has {n_frames} frames and describes {len(groups)}.", "Export it again."
        )
    found = []
    for index in range(n_frames):
        frame = groups[index] if groups else None
        header = _Header(data, shared[0] if shared else None, frame)
        found.append(_make_slice(path, index, n_frames, header))
    return found


def _make_slice(path: Path, index: int, n_frames: int, header: _Header) -> Slice:
    top = header.top
    syntax = str(top.file_meta.TransferSyntaxUID)
    grey = _read_grey(header) if top.PhotometricInterpretation in GREY_FORMS else None
    has_place = header.frame is not None or n_frames == 1
    calibrated = header.group("PixelMeasuresSequence").get("PixelSpacing")
    part = str(top.get("BodyPartExamined") or "").upper()
    return Slice(
        "dicom",
        path,
        index,
        _stack_of(header),
        index if n_frames > 1 else int(top.get("InstanceNumber") or 0),
        (int(top.Rows), int(top.Columns)),
        _read_geometry(header) if has_place else None,
        grey,
        grey is None or grey.window is not NO_WINDOW or grey.voi is not None,
        str(top.get("Modality") or "") or None,
        "patient" if calibrated else "detector" if top.get("ImagerPixelSpacing") else None,
        top.get("LossyImageCompression") == "01",
        _read_burned_in(top),
        part in HEAD_PARTS,
        _PLUGINS.get(syntax, ""),
        _read_syntax(syntax).is_deflated,
        *_find_pixels(top, syntax, n_frames),
    )


def _find_pixels(
    top: Dataset, syntax: str, n_frames: int
) -> tuple[Layout | None, tuple[int, int] | None]:
    """Where the pixels of one frame stand in the file, if they stand there as they are."""
    element = top.get_item(PIXEL_DATA, keep_deferred=True) if PIXEL_DATA in top else None
    form = str(top.PhotometricInterpretation)
    is_plain = form in (*GREY_FORMS, "RGB") and top.BitsAllocated in (8, 16)
    if n_frames > 1 or not is_plain or syntax not in LITTLE_ENDIAN or element is None:
        return None, None
    length, at = getattr(element, "length", None), getattr(element, "value_tell", None)
    n_samples = int(top.SamplesPerPixel)
    n_bytes = int(top.Rows) * int(top.Columns) * n_samples * int(top.BitsAllocated) // 8
    if not at or length not in (n_bytes, n_bytes + n_bytes % 2):
        return None, None
    planar = int(top.get("PlanarConfiguration") or 0) if n_samples > 1 else None
    layout = Layout(
        syntax,
        (int(top.Rows), int(top.Columns)),
        form,
        n_samples,
        planar,
        int(top.BitsAllocated),
        int(top.BitsStored),
        bool(top.PixelRepresentation),
    )
    return layout, (at, length)


def _stack_of(header: _Header) -> tuple[object, ...]:
    """What slices of one stack share beside their orientation."""
    top = header.top
    content = header.group("FrameContentSequence")
    echo = header.group("MREchoSequence")
    return (
        str(top.get("SeriesInstanceUID", "")),
        int(top.Rows),
        int(top.Columns),
        str(top.PhotometricInterpretation),
        tuple(str(one) for one in top.get("ImageType") or ()),
        str(echo.get("EchoTime", "")),
        str(echo.get("EffectiveEchoTime", "")),
        str(content.get("TemporalPositionIndex", top.get("TemporalPositionIdentifier", ""))),
        str(content.get("StackID", "")),
        str(top.get("AcquisitionNumber", "")),
    )


def _read_burned_in(top: Dataset) -> Literal["no", "yes", "unknown"]:
    said = {"NO": "no", "YES": "yes"}.get(str(top.get("BurnedInAnnotation", "")), "unknown")
    return cast(Literal["no", "yes", "unknown"], said)


def _read_geometry(header: _Header) -> Geometry | None:
    cosines = header.group("PlaneOrientationSequence").get("ImageOrientationPatient")
    place = header.group("PlanePositionSequence").get("ImagePositionPatient")
    spacing = header.group("PixelMeasuresSequence").get("PixelSpacing")
    spacing = spacing or header.top.get("ImagerPixelSpacing")
    distances = (float(spacing[0]), float(spacing[1])) if spacing else None
    if cosines:
        right, down = _direction(cosines[:3]), _direction(cosines[3:])
        return Geometry(right, down, _numbers(place) if place else None, distances)
    sides = header.top.get("PatientOrientation")
    if sides and len(sides) == 2 and all(sides):
        return Geometry(read_sides(sides[0]), read_sides(sides[1]), None, distances)
    return None


def _direction(cosines: Any) -> Point:
    values = np.array([float(value) for value in cosines])
    length = float(np.linalg.norm(values))
    if len(values) != 3 or not 0.9 < length < 1.1:
        raise InvalidRequest("Its orientation is not a direction.", "Export it again.")
    return _numbers(values / length)


def _numbers(values: Any) -> Point:
    x, y, z = (float(value) for value in values)
    return x, y, z


def _read_grey(header: _Header) -> Grey:
    top = header.top
    n_bits, is_signed = int(top.BitsStored), bool(top.PixelRepresentation)
    units = header.group("PixelValueTransformationSequence")
    tables = units.get("ModalityLUTSequence") or top.get("ModalityLUTSequence")
    voi = header.group("FrameVOILUTSequence")
    voi_tables = voi.get("VOILUTSequence")
    table = _read_table(voi_tables[0], is_signed) if voi_tables else None
    window = Window(rule="table") if table is not None else _read_window(voi)
    return Grey(
        float(units.get("RescaleSlope") or 1),
        float(units.get("RescaleIntercept") or 0),
        _read_table(tables[0], is_signed) if tables else None,
        window,
        table,
        top.PhotometricInterpretation == "MONOCHROME1",
        _read_padding(top, n_bits, is_signed),
        is_signed,
    )


def _read_window(voi: Dataset) -> Window:
    """The first window of a header, which is the one to be shown first."""
    center, width = voi.get("WindowCenter"), voi.get("WindowWidth")
    if center in (None, "") or width in (None, ""):
        return NO_WINDOW
    center, width = np.atleast_1d(center)[0], np.atleast_1d(width)[0]
    function = str(voi.get("VOILUTFunction") or "LINEAR").lower()
    if function not in ("linear", "linear_exact", "sigmoid"):
        raise InvalidRequest(
            f"Its window has the function {function[:20]!r}.", "Give a window with --window."
        )
    return make_window(float(center), float(width), "header", function)


def _read_padding(top: Dataset, n_bits: int, is_signed: bool) -> tuple[int, int] | None:
    first = top.get("PixelPaddingValue")
    if first is None:
        return None
    last = top.get("PixelPaddingRangeLimit", first)
    low, high = (_sign(int(value), n_bits, is_signed) for value in (first, last))
    return min(low, high), max(low, high)


def _sign(value: int, n_bits: int, is_signed: bool) -> int:
    """A value that a header writes with or without a sign, as the pixels have it."""
    if is_signed and value >= 1 << (n_bits - 1):
        return value - (1 << n_bits)
    return value


def _read_table(table: Dataset, is_signed: bool) -> Table:
    n_entries, first, n_bits = (int(value) for value in table.LUTDescriptor)
    n_entries = n_entries or 1 << 16
    if is_signed and first >= 1 << 15:
        first -= 1 << 16
    raw = table.LUTData
    if isinstance(raw, bytes):
        is_packed = n_bits <= 8 and len(raw) in (n_entries, n_entries + 1)
        raw = np.frombuffer(raw, np.uint8 if is_packed else "<u2")
    entries = tuple(int(value) for value in np.atleast_1d(raw))[:n_entries]
    if len(entries) != n_entries or not 0 < n_bits <= 16:
        raise InvalidRequest("Its lookup table is not whole.", "Give a window with --window.")
    return Table(first, entries, (1 << n_bits) - 1)


def _decode_file(path: Path, slices: list[Slice]) -> Iterator[tuple[Slice, NDArray[Any]]]:
    frames = _iterate(path, slices)
    for one in slices:
        with _Quiet():
            try:
                pixels = next(frames)
                if one.grey is None and pixels.ndim == 2:
                    pixels = _colour(path, pixels)
            # Decoders of third parties raise whatever they like.
            except Exception as error:
                raise InvalidRequest(
                    f"Its pixels cannot be decoded ({type(error).__name__}).",
                    "Export it without compression.",
                ) from error
        yield one, pixels


def _iterate(path: Path, slices: list[Slice]) -> Iterator[NDArray[Any]]:
    """The frames of `slices`, read one by one; deflated files are read as a whole."""
    from pydicom import dcmread
    from pydicom.pixels.utils import iter_pixels

    wanted, decoder = [one.frame for one in slices], slices[0].decoder
    if slices[0].is_deflated:
        yield from iter_pixels(dcmread(path), indices=wanted, decoding_plugin=decoder)
        return
    if slices[0].layout is not None and slices[0].extent is not None:
        yield from iter_pixels(_describe(slices[0].layout, path, slices[0].extent))
        return
    with path.open("rb") as file:
        yield from iter_pixels(file, indices=wanted, decoding_plugin=decoder)


def _describe(layout: Layout, path: Path, extent: tuple[int, int]) -> Dataset:
    """A data set of nothing but pixels, to be used before the next one is described."""
    data = _make_description(layout)
    with path.open("rb") as file:
        file.seek(extent[0])
        data.PixelData = file.read(extent[1])
    return data


@lru_cache(maxsize=4)
def _make_description(layout: Layout) -> Dataset:
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import UID

    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = UID(layout.syntax)
    data.Rows, data.Columns = layout.shape
    data.PhotometricInterpretation, data.SamplesPerPixel = layout.photometric, layout.n_samples
    data.BitsAllocated, data.BitsStored = layout.n_allocated, layout.n_stored
    data.HighBit, data.PixelRepresentation = layout.n_stored - 1, int(layout.is_signed)
    if layout.planar is not None:
        data.PlanarConfiguration = layout.planar
    return data


def _colour(path: Path, pixels: NDArray[Any]) -> NDArray[Any]:
    """The colours that a palette gives to `pixels`, each in the upper 8 of its bits."""
    from pydicom import dcmread
    from pydicom.pixels.processing import apply_color_lut

    colours = apply_color_lut(pixels, dcmread(path, stop_before_pixels=True))
    return colours >> 8 if colours.dtype.itemsize == 2 else colours


class _Quiet(warnings.catch_warnings):
    """Warnings and logs of pydicom, which may quote what a header says of people, are dropped."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore")
        log = logging.getLogger("pydicom")
        if log.level != SILENT:
            log.setLevel(SILENT)
