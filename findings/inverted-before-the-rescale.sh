#!/bin/sh
# SimpleITK gives the values of a MONOCHROME1 file mirrored about an arbitrary number, and leaves the
# tag that says so: whoever inverts by the tag has the negative, whoever reads values has none.
#
# Versions: SimpleITK 2.5.7; pydicom 3.0.2 reads the stored values. Seen 2026-11-30.
# Source: itkGDCMImageIO.cxx has GDCM change MONOCHROME1 to MONOCHROME2 on the stored values, before
#   slope and intercept are applied; ImageFileReader keeps 0028|0004 as it was in the file. The
#   standard inverts what is shown, after the window (PS3.3, C.7.6.3.1.2); the values stay.
# For whoever evaluates models: radiographs (CR, DX) are often MONOCHROME1. "If MONOCHROME1,
#   invert" is right after pydicom and wrong after SimpleITK: black and white are exchanged, bone is
#   dark. The header's window does not fit either: here it is centred on 1000, and the values that
#   it should show lie at 3095.
# SpineBench: values are read by pydicom, and shown in the order of the standard: slope, window,
#   inversion (leaderboard/pictures/grey.py).
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
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, generate_uid

meta = FileMetaDataset()
meta.TransferSyntaxUID = ExplicitVRLittleEndian
meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
meta.MediaStorageSOPInstanceUID = generate_uid()
data = FileDataset("cr.dcm", {}, file_meta=meta, preamble=b"\0" * 128)
data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
data.Modality, data.Rows, data.Columns, data.SamplesPerPixel = "CR", 2, 2, 1
data.PhotometricInterpretation, data.PixelRepresentation = "MONOCHROME1", 0
data.BitsAllocated, data.BitsStored, data.HighBit = 16, 12, 11
data.RescaleSlope, data.RescaleIntercept, data.RescaleType = 1, 0, "US"
data.WindowCenter, data.WindowWidth = 1000, 400
data.PixelData = np.array([[900, 1000], [1100, 4000]], np.uint16).tobytes()
data["PixelData"].VR = "OW"
data.save_as("cr.dcm", enforce_file_format=True)

image = SimpleITK.ReadImage("cr.dcm")
by_itk = SimpleITK.GetArrayFromImage(image).ravel().tolist()
by_pydicom = dcmread("cr.dcm").pixel_array.ravel().tolist()
tag = image.GetMetaData("0028|0004").strip()
print(f"pydicom {version('pydicom')}: {by_pydicom}")
print(f"SimpleITK {version('SimpleITK')}: {by_itk}, photometric interpretation {tag}")
expected = [4095 - value for value in by_pydicom]
raise SystemExit(0 if by_itk == expected and tag == "MONOCHROME1" else "The behaviour has changed.")
END
