#!/bin/sh
# One picture file is mirrored in some libraries and not in others, for JPEG, PNG and WebP alike.
#
# Versions: Pillow 13.0.0, opencv-python-headless 5.0.0.93, datasets 5.2.0. Seen 2026-11-30.
# Source: EXIF's orientation (tag 0x0112) may say that the viewer has to mirror or turn the pixels.
#   OpenCV obeys it unless IMREAD_IGNORE_ORIENTATION is given, datasets calls ImageOps.exif_transpose
#   (features/image.py), browsers obey; Pillow's open() and convert() do not. Each documents its own
#   part. A flatbed scanner or a phone before a light box writes such files, and film viewers'
#   "flip" buttons do.
# For whoever evaluates models: experts see one side in the browser and a model gets the other,
#   depending on what its server decodes with; with datasets it depends on whether the bytes or the
#   decoded picture are sent. A question about left and right then scores the loader.
# SpineBench: a package with such a picture is refused (leaderboard/packages/pictures.py).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet \
    pillow==13.0.0 opencv-python-headless==5.0.0.93 datasets==5.2.0 numpy==2.4.6
cd "$work"
HF_HUB_OFFLINE=1 HF_HOME="$work/cache" "$work/venv/bin/python" - <<'END'
from importlib.metadata import version

import cv2
import datasets
import numpy as np
from PIL import Image

datasets.disable_progress_bars()
levels = np.zeros((16, 32), np.uint8)
levels[:, :16] = 255
mirrored = Image.Exif()
mirrored[0x0112] = 2


def side(array):
    return "left" if np.asarray(array)[8, 4] > 128 else "right"


names = ("pillow", "opencv-python-headless", "datasets")
print(", ".join(f"{name} {version(name)}" for name in names))
seen = {}
for kind in ("jpg", "png", "webp"):
    place = f"half.{kind}"
    Image.fromarray(levels).save(place, exif=mirrored)
    column = datasets.Dataset.from_dict({"image": [place]}).cast_column("image", datasets.Image())
    by_pillow, by_opencv = Image.open(place).convert("L"), cv2.imread(place, 0)
    seen[kind] = [side(by_pillow), side(by_opencv), side(column[0]["image"].convert("L"))]
    print(f"  {kind}: the bright half is at the " + ", ".join(
        f"{where} ({who})" for where, who in zip(seen[kind], ("Pillow", "OpenCV", "datasets"))
    ))
expected = ["left", "right", "right"]
raise SystemExit(0 if all(one == expected for one in seen.values()) else "The behaviour has changed.")
END
