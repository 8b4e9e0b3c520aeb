#!/bin/sh
# imageio's v3 imread of one DICOM file returns another patient's series from the same folder.
#
# Version: imageio 2.38.1 (pydicom 3.0.2 only writes the files). Seen 2026-11-30.
# Source: imageio/plugins/dicom.py, _get_data: in the mode that v3 uses, the "series" are those of
#   _dicom.process_directory, which walks the whole folder of the file and everything below it; if
#   it finds more than one series, that with the lowest SeriesInstanceUID is returned, whichever
#   file was named: chance decides whether it is the right one. Brought by pull request imageio#868.
# For whoever evaluates models: pictures for a benchmark that are exported file by file with
#   `iio.imread(path)` can all show the same stranger. Nothing is raised; a line on standard output
#   counts the series. `imageio.v2.imread` returns the file that it is given, pydicom too.
# SpineBench: reads each file by itself with pydicom (leaderboard/pictures/dicom.py), and counts items
#   that show the same bytes under different names as one cluster (leaderboard/items/values.py).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio==2.38.1 pydicom==3.0.2 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'END'
from importlib.metadata import version
from pathlib import Path

import imageio.v2
import imageio.v3
import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid


def write(path, value, patient, series, number):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = MRImageStorage, generate_uid()
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
    data.PatientID, data.Modality, data.SeriesInstanceUID = patient, "MR", series
    data.InstanceNumber, data.ImagePositionPatient = number, [0, 0, number]
    data.ImageOrientationPatient, data.PixelSpacing = [1, 0, 0, 0, 1, 0], [1, 1]
    data.SliceThickness, data.Rows, data.Columns, data.SamplesPerPixel = 1, 4, 4, 1
    data.PhotometricInterpretation, data.PixelRepresentation = "MONOCHROME2", 0
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
    data.PixelData = np.full((4, 4), value, np.uint16).tobytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    data.save_as(path, enforce_file_format=True)


for number in range(3):
    write(Path(f"scans/older/{number}.dcm"), 100 + number, "first", "1.2.826.0.1.1", number)
write(Path("scans/wanted.dcm"), 900, "second", "1.2.826.0.1.2", 0)
v2 = np.unique(imageio.v2.imread("scans/wanted.dcm")).tolist()
v3 = np.unique(imageio.v3.imread("scans/wanted.dcm")).tolist()
print(f"\nimageio {version('imageio')}: the file holds 900; v2 reads {v2}, v3 reads {v3}")
raise SystemExit(0 if v2 == [900] and v3 == [100, 101, 102] else "The behaviour has changed.")
END
