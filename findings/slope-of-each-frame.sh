#!/bin/sh
# Readers give one enhanced MR file different values, and nobody warns.
#
# Versions: pydicom 3.0.2 (apply_modality_lut, apply_voi_lut) and SimpleITK 2.5.7 here; on the same
#   file highdicom 0.28.2 and dcm2niix 1.0.20260724 apply each frame's slope. Seen 2026-11-30.
# Source: an enhanced object keeps slope and window in the functional groups of each frame (DICOM
#   PS3.3, C.7.6.16.2.9). pydicom/pixels/processing.py looks for RescaleSlope at the top of the
#   dataset alone and returns its input where there is none; SimpleITK returns stored values.
# For whoever evaluates models: where slopes differ, slices that are equally bright in the scanner
#   come out 4 : 1, and a window fitted to one frame makes another white. "No slope in the header"
#   is no proof that none is needed. (highdicom's volume has the frames in reverse order.)
# SpineBench: `flask benchmark pictures` applies slope, intercept and window of each frame
#   (leaderboard/pictures/dicom.py).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pydicom==3.0.2 SimpleITK==2.5.7 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'END'
from importlib.metadata import version

import numpy as np
import SimpleITK
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.uid import EnhancedMRImageStorage, ExplicitVRLittleEndian, generate_uid


def fill(data, **values):
    for name, value in values.items():
        setattr(data, name, value)
    return data


def frame(slope, z):
    rescale = fill(Dataset(), RescaleSlope=slope, RescaleIntercept=0, RescaleType="US")
    place = fill(Dataset(), ImagePositionPatient=[0, 0, z])
    return fill(Dataset(), PixelValueTransformationSequence=[rescale], PlanePositionSequence=[place])


kind, uid = EnhancedMRImageStorage, generate_uid()
meta = fill(FileMetaDataset(), TransferSyntaxUID=ExplicitVRLittleEndian)
fill(meta, MediaStorageSOPClassUID=kind, MediaStorageSOPInstanceUID=uid)
data = FileDataset("mr.dcm", {}, file_meta=meta, preamble=b"\0" * 128)
fill(data, SOPClassUID=kind, SOPInstanceUID=uid, Modality="MR", NumberOfFrames=2, Rows=4, Columns=4)
fill(data, PhotometricInterpretation="MONOCHROME2", SamplesPerPixel=1, PixelRepresentation=0)
fill(data, BitsAllocated=16, BitsStored=12, HighBit=11)
data.PerFrameFunctionalGroupsSequence = [frame(1, 0), frame(0.25, 1)]
data.PixelData = np.full((2, 4, 4), 400, np.uint16).tobytes()
data.save_as("mr.dcm", enforce_file_format=True)

read = dcmread("mr.dcm")
arrays = {f.__name__: f(read.pixel_array, read) for f in (apply_modality_lut, apply_voi_lut)}
arrays["SimpleITK"] = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage("mr.dcm"))
seen = {name: array[:, 0, 0].astype(float).tolist() for name, array in arrays.items()}
print(f"pydicom {version('pydicom')}, SimpleITK {version('SimpleITK')}")
print("stored 400 and 400, slopes 1 and 0.25: 400 and 100 in the scanner's units")
for name, values in seen.items():
    print(f"  {name}: {values}")
raise SystemExit(0 if list(seen.values()) == [[400, 400]] * 3 else "The behaviour has changed.")
END
