"""Scans for tests: DICOM and NIfTI files of given values, made by pydicom and nibabel."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nibabel
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    generate_uid,
)

from leaderboard.errors import SpineBenchError
from leaderboard.pictures import Drawn, Wishes, draw_stacks, find_scans, order_scans
from leaderboard.pictures.stacks import Stack

SERIES = "1.2.826.0.1.3680043.8.498.1"
AXIAL = (1, 0, 0, 0, 1, 0)
SAGITTAL = (0, 1, 0, 0, 0, -1)


def make_dicom(stored: NDArray[Any], **fields: Any) -> FileDataset:
    """An axial CT slice of `stored` values (rows, columns) or frames, with other `fields`.

    `BitsStored` and the sign follow from the type of the values unless they are given; a field
    that is None is left out.
    """
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = fields.pop("transfer_syntax", ExplicitVRLittleEndian)
    meta.MediaStorageSOPClassUID = fields.get("SOPClassUID", CTImageStorage)
    meta.MediaStorageSOPInstanceUID = generate_uid()
    syntax = meta.TransferSyntaxUID
    data = FileDataset(
        "made",
        {},
        file_meta=meta,
        preamble=b"\0" * 128,
        is_implicit_VR=syntax.is_implicit_VR,
        is_little_endian=syntax.is_little_endian,
    )
    bits = stored.dtype.itemsize * 8
    n_bits = fields.get("BitsStored", bits)
    rows, columns = stored.shape[-2:]
    said: dict[str, Any] = {
        "SOPClassUID": CTImageStorage,
        "SOPInstanceUID": meta.MediaStorageSOPInstanceUID,
        "SeriesInstanceUID": SERIES,
        "Modality": "CT",
        "Rows": rows,
        "Columns": columns,
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelRepresentation": int(stored.dtype.kind == "i"),
        "BitsAllocated": bits,
        "BitsStored": bits,
        "HighBit": n_bits - 1,
        "ImageOrientationPatient": list(AXIAL),
        "ImagePositionPatient": [0, 0, 0],
        "PixelSpacing": [1, 1],
    } | fields
    for name, value in said.items():
        if value is not None:
            setattr(data, name, value)
    is_swapped = syntax == ExplicitVRBigEndian
    data.PixelData = (stored.byteswap() if is_swapped else stored).tobytes()
    data["PixelData"].VR = "OB" if bits == 8 else "OW"
    return data


def save(data: FileDataset, path: Path) -> Path:
    """Write it; deflated files are deflated by the writer."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_deflated = data.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    data.save_as(path, enforce_file_format=not is_deflated)
    return path


def make_enhanced(frames: NDArray[Any], groups: Sequence[Dataset], **fields: Any) -> FileDataset:
    """An enhanced multi-frame CT object with the functional groups of each frame."""
    said = {"ImageOrientationPatient": None, "ImagePositionPatient": None, "PixelSpacing": None}
    return make_dicom(
        frames,
        **{
            **said,
            "SOPClassUID": EnhancedCTImageStorage,
            "NumberOfFrames": len(frames),
            "PerFrameFunctionalGroupsSequence": list(groups),
            **fields,
        },
    )


def part(**fields: Any) -> Dataset:
    """A part of a data set."""
    made = Dataset()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def make_nifti(
    path: Path, voxels: NDArray[Any], affine: NDArray[Any], *, forms: str = "sq", **header: Any
) -> Path:
    """A NIfTI file of stored voxels with its sform, its qform, or both."""
    image = nibabel.Nifti1Image(voxels, affine)
    image.set_sform(affine if "s" in forms else None, 1 if "s" in forms else 0)
    image.set_qform(affine if "q" in forms else None, 1 if "q" in forms else 0)
    nibabel.save(image, path)
    if header:
        raw = bytearray(path.read_bytes())
        made = nibabel.Nifti1Header(bytes(raw[:348]), check=False)
        for name, value in header.items():
            made[name] = value
        raw[:348] = made.binaryblock
        path.write_bytes(raw)
    return path


def read_stacks(place: Path, wishes: Wishes | None = None) -> list[Stack]:
    """The stacks of a file or folder. Raises what a file is refused with."""
    wishes = wishes or Wishes(slices="all")
    files = []
    for _, found in find_scans(place, wishes):
        if isinstance(found, SpineBenchError):
            raise found
        files.append(found)
    return order_scans(files, wishes)


def draw(place: Path, wishes: Wishes | None = None) -> list[Drawn]:
    """Every picture of a file or folder, or those that are wished for."""
    wishes = wishes or Wishes(slices="all")
    return list(draw_stacks(read_stacks(place, wishes), wishes))
