"""What pictures of 1,000 DICOM slices cost, as a multiple of pydicom's decoding alone.

The same files, 512 by 512 with 16 bits, are read one after the other by both in this process: by
pydicom (header, pixels), by the importer in memory (headers and their identifiers, order, grey
levels, orientation), and to the end (with PNG files and the search for burned-in text). CPU seconds
of the process; peak memory of the importer above what was there before.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless, RLELossless, generate_uid

from leaderboard.errors import SpineBenchError
from leaderboard.pictures import Wishes, draw_stacks, find_scans, order_scans, write_pictures

N_SLICES, SIDE, SEED = 1_000, 512, 20261130
ALL = Wishes("all")


def measure() -> None:
    """Print a row for each way in which the slices are compressed."""
    print(f"{N_SLICES:,} slices of {SIDE} x {SIDE}, 16 bits; CPU seconds, and times pydicom's")
    print(f"{'':14}{'pydicom':>9}{'in memory':>18}{'with files, text':>18}{'peak, MB':>10}")
    for syntax in (ExplicitVRLittleEndian, RLELossless, JPEG2000Lossless):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            _write_series(folder / "in", syntax)
            alone = _time(lambda: _decode(folder / "in"))  # noqa: B023
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            memory = _time(lambda: _import(folder / "in"))  # noqa: B023
            peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            whole = _time(lambda: _write(folder))  # noqa: B023
        shown = syntax.name.split(" ")[0] + (" 2000" if syntax == JPEG2000Lossless else "")
        print(
            f"{shown:14}{alone:9.2f}{memory:11.2f} ({memory / alone:.2f})"
            f"{whole:11.2f} ({whole / alone:.2f}){peak:10.0f}"
        )


def _write_series(folder: Path, syntax: str) -> None:
    folder.mkdir()
    rng = np.random.default_rng(SEED)
    rows, columns = np.mgrid[:SIDE, :SIDE]
    body = np.hypot(rows - SIDE / 2, columns - SIDE / 2) < SIDE / 3
    noises = [rng.normal(0, 12, (SIDE, SIDE)) for _ in range(4)]
    compressed: dict[int, FileDataset] = {}
    for number in range(N_SLICES):
        # Four different pictures, compressed once each.
        data = compressed.get(number % 4)
        if data is None:
            values = np.where(body, 1064, 24) + noises[number % 4]
            data = compressed[number % 4] = _make(values.clip(0, 4095).astype(np.uint16))
            if syntax != ExplicitVRLittleEndian:
                data.compress(syntax)
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        data.ImagePositionPatient, data.InstanceNumber = [0, 0, number], number
        data.save_as(folder / f"{number:04}.dcm", enforce_file_format=True)


def _make(stored: NDArray[np.uint16]) -> FileDataset:
    """pydicom's CT sample with other pixels: a scanner's header, private elements too."""
    data = dcmread(str(get_testdata_file("CT_small.dcm")))
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.Rows = data.Columns = SIDE
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.WindowCenter, data.WindowWidth = 40, 400
    del data.PixelPaddingValue
    data.PixelData = stored.tobytes()
    return data


def _time(work: Callable[[], None]) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before


def _decode(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        _ = dcmread(path).pixel_array


def _import(folder: Path) -> None:
    files = []
    for _, found in find_scans(folder, ALL):
        if isinstance(found, SpineBenchError):
            raise found
        files.append(found)
    n = sum(1 for _ in draw_stacks(order_scans(files, ALL), ALL))
    assert n == N_SLICES


def _write(folder: Path) -> None:
    files = [found for _, found in find_scans(folder / "in", ALL)]
    stacks = order_scans([one for one in files if not isinstance(one, SpineBenchError)], ALL)
    assert sum(1 for _ in write_pictures(folder / "out", stacks, ALL)) == N_SLICES
