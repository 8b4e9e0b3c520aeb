"""NIfTI files. nibabel is loaded when one is read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.errors import InvalidRequest
from leaderboard.pictures.geometry import Geometry, Point
from leaderboard.pictures.grey import Grey
from leaderboard.pictures.slices import ScanFile, Slice
from leaderboard.pictures.source import Plane, Window

if TYPE_CHECKING:
    from nibabel.nifti1 import Nifti1Image

SUFFIXES = (".nii", ".nii.gz")
MAX_VOLUME_BYTES = 2 * 1024**3
SAME_MM = 1.0
"""Two forms that place every corner of a volume closer than this, or a voxel, say the same."""
LPS = np.array([-1.0, -1.0, 1.0])
"""NIfTI counts to the patient's right and front where DICOM counts to the left and back."""


class Affine(NamedTuple):
    """Directions of the three axes of voxels in the patient (LPS), in mm a voxel, and the first."""

    axes: NDArray[np.float64]
    origin: NDArray[np.float64]


class NiftiScans:
    """The voxels of NIfTI files; one whole volume is in memory at a time, as it is stored."""

    def __init__(self, plane: Plane | None = None) -> None:
        self._plane = plane

    def decode(self, slices: list[Slice]) -> Iterator[tuple[Slice, NDArray[Any]]]:
        """Each slice with its stored values."""
        for path, group in groupby(slices, key=lambda one: one.path):
            image = load_nifti(path)
            stored = np.asanyarray(image.dataobj.get_unscaled())
            axis, volume = _axis_of(image, self._plane), stored.reshape(stored.shape[:3])
            for one in group:
                # Rows of the slice run along the first axis that is left, columns along the next.
                yield one, _plain(np.take(volume, one.frame, axis=axis).T)


def is_nifti(path: Path) -> bool:
    """Whether a file is NIfTI by its name."""
    return path.name.lower().endswith(SUFFIXES)


def read_nifti(path: Path, plane: Plane | None = None) -> ScanFile:
    """The slices of a NIfTI volume in `plane`, or across the widest voxels. Raises InvalidRequest.

    Where two forms in the file place the volume differently, it is refused: one of them is wrong.
    """
    try:
        image = load_nifti(path)
        slices = _list_slices(path, image, plane)
    except InvalidRequest:
        raise
    # A damaged header raises whatever its numbers lead to.
    except Exception as error:
        raise InvalidRequest(
            f"It is not a readable NIfTI file ({type(error).__name__}).", "Convert it again."
        ) from error
    texts = [name for name in ("descrip", "aux_file", "db_name") if _text(image, name)]
    identifiers = dict.fromkeys(texts, "free text")
    if image.header.extensions:
        identifiers["extensions"] = "private element"
    return ScanFile(path, slices, identifiers)


def load_nifti(path: Path) -> Nifti1Image:
    """The file at `path`, its voxels still on the disk. Raises InvalidRequest."""
    import nibabel

    image = nibabel.load(path)
    if not isinstance(image, nibabel.Nifti1Image):
        raise InvalidRequest("It is not a NIfTI file.", "Convert it with dcm2niix.")
    if image.dataobj.dtype.itemsize * int(np.prod(image.shape)) > MAX_VOLUME_BYTES:
        raise InvalidRequest(
            f"It has more than {MAX_VOLUME_BYTES:,} bytes of voxels.", "Cut it into parts."
        )
    return image


def _text(image: Nifti1Image, field: str) -> bool:
    return bool(bytes(image.header[field].tobytes()).strip(b"\0 "))


def _list_slices(path: Path, image: Nifti1Image, plane: Plane | None) -> list[Slice]:
    shape = image.shape
    if len(shape) < 3 or any(n > 1 for n in shape[3:]):
        raise InvalidRequest(
            f"Its shape is {' x '.join(str(n) for n in shape)}, not one volume.",
            "Save each volume as a file of its own.",
        )
    affine = find_affine(image)
    across = _axis_of(image, plane)
    first, second = (axis for axis in range(3) if axis != across)
    is_colour = image.dataobj.dtype.names is not None
    grey = None if is_colour else _read_grey(image)
    found = []
    for index in range(shape[across]):
        geometry = None
        if affine is not None:
            lengths = np.linalg.norm(affine.axes, axis=1)
            geometry = Geometry(
                _point(affine.axes[first] / lengths[first]),
                _point(affine.axes[second] / lengths[second]),
                _point(affine.origin + index * affine.axes[across]),
                (float(lengths[second]), float(lengths[first])),
            )
        found.append(
            Slice(
                "nifti",
                path,
                index,
                (str(path),),
                index,
                (shape[second], shape[first]),
                geometry,
                grey,
                is_colour,
                None,
                "patient" if geometry else None,
                False,
                "unknown",
                False,
            )
        )
    return found


def _axis_of(image: Nifti1Image, plane: Plane | None) -> int:
    """The axis across which slices are cut: for `plane`, or else that of the widest voxels (the
    last of equal ones)."""
    affine = find_affine(image)
    if plane is not None:
        if affine is None:
            raise InvalidRequest(
                "It does not say how it lies in the patient.", "Leave --plane out."
            )
        wanted = {"sagittal": 0, "coronal": 1, "axial": 2}[plane]
        lengths = np.linalg.norm(affine.axes, axis=1)
        return int(np.argmax(np.abs(affine.axes[:, wanted]) / lengths))
    zooms = [round(float(zoom), 3) for zoom in image.header.get_zooms()[:3]]
    return max(range(3), key=lambda axis: (zooms[axis], axis))


def find_affine(image: Nifti1Image) -> Affine | None:
    """Where the voxels lie; None where the file does not say. Raises InvalidRequest."""
    header = image.header
    stated = [
        matrix
        for matrix, code in (header.get_sform(coded=True), header.get_qform(coded=True))
        if matrix is not None and int(code) > 0
    ]
    if not stated:
        return None
    made = [Affine(matrix[:3, :3].T * LPS, matrix[:3, 3] * LPS) for matrix in stated]
    if len(made) == 2 and not _say_the_same(made[0], made[1], image.shape):
        raise InvalidRequest(
            "Its sform and its qform place the volume differently, so programs show different "
            "sides.",
            "Find out which is right and set both to it.",
        )
    lengths = np.linalg.norm(made[0].axes, axis=1)
    if not np.all(np.isfinite(lengths)) or lengths.min() <= 0:
        raise InvalidRequest("Its affine has an axis without length.", "Convert it again.")
    return made[0]


def _say_the_same(one: Affine, other: Affine, shape: tuple[int, ...]) -> bool:
    """Whether every corner of the volume is at the same place, within a voxel or a mm."""
    corners = np.array(np.meshgrid(*([0, n - 1] for n in shape[:3]))).reshape(3, -1).T
    places = [corners @ form.axes + form.origin for form in (one, other)]
    furthest = np.abs(places[0] - places[1]).max()
    return bool(furthest <= max(SAME_MM, np.linalg.norm(one.axes, axis=1).max()))


def _read_grey(image: Nifti1Image) -> Grey:
    dtype = image.dataobj.dtype
    if dtype.kind not in "iuf":
        raise InvalidRequest(f"Its voxels are {dtype}.", "Save it as numbers.")
    # The header of a loaded image says nothing of scaling; a slope of 0 or NaN is none.
    return Grey(
        float(image.dataobj.slope),
        float(image.dataobj.inter),
        None,
        Window(rule="none"),
        None,
        False,
        None,
        dtype.kind == "i",
    )


def _plain(pixels: NDArray[Any]) -> NDArray[Any]:
    """Colours as a last axis, and numbers in this machine's order of bytes."""
    if pixels.dtype.names is not None:
        return np.stack([pixels[name] for name in ("R", "G", "B")], axis=-1)
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def _point(values: NDArray[np.float64]) -> Point:
    x, y, z = (float(value) for value in values)
    return x, y, z
