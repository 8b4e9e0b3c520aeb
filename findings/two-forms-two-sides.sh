#!/bin/sh
# Two readers show one NIfTI file with left and right exchanged, and neither says so.
#
# Versions: nibabel 5.4.2 and SimpleITK 2.5.7. Seen 2026-11-30.
# Source: a NIfTI header may place its voxels twice, by a quaternion (qform) and by a matrix (sform),
#   each with a code of its own (nifti1.h, "3 METHODS"): the scanner's frame in one and an atlas' or
#   another scan's in the other is what the two are for. nibabel takes the sform wherever its code
#   is above 0 (nifti1.py, get_best_affine). ITK takes it only where its code says "scanner" or there
#   is no qform (itkNiftiImageIO.cxx, SetImageIOOrientationFromNIfTI).
# For whoever evaluates models: which voxel is the patient's left depends on the library that made
#   the picture, so the key of a question about a side is right for half of the teams. dcm2niix
#   writes both forms alike; registration, cropping and "fix the header" scripts change one.
# SpineBench: `flask benchmark pictures` refuses a volume whose two forms place a corner more than a
#   voxel apart (leaderboard/pictures/nifti.py), and states in each picture's source who said which
#   side is which.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet nibabel==5.4.2 SimpleITK==2.5.7 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'END'
from importlib.metadata import version

import nibabel
import numpy as np
import SimpleITK

voxels = np.zeros((4, 4, 2), np.int16)
voxels[0] = 1
to_right, to_left = np.diag([1.0, 1, 1, 1]), np.diag([-1.0, 1, 1, 1])
to_left[0, 3] = 3
print(f"nibabel {version('nibabel')}, SimpleITK {version('SimpleITK')}")
print("one box in space: by the sform its first axis runs to the right, by the qform to the left")
seen = {}
for words, code in (("scanner", 1), ("aligned", 2), ("MNI 152", 4)):
    image = nibabel.Nifti1Image(voxels, to_right)
    image.set_qform(to_left, 1)
    image.set_sform(to_right, code)
    nibabel.save(image, "both.nii")
    by_nibabel = nibabel.aff2axcodes(nibabel.load("both.nii").affine)[0]
    # SimpleITK's directions count to the patient's left.
    by_itk = "L" if SimpleITK.ReadImage("both.nii").GetDirection()[0] > 0 else "R"
    seen[words] = by_nibabel, by_itk
    print(f"  sform code {code} ({words}): nibabel {by_nibabel}, SimpleITK {by_itk}")
expected = {"scanner": ("R", "R"), "aligned": ("R", "L"), "MNI 152": ("R", "L")}
raise SystemExit(0 if seen == expected else "The behaviour has changed.")
END
