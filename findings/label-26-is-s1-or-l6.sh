#!/bin/sh
# One label number of TotalSegmentator is S1 in one of its tasks and L6 in another.
#
# Version: TotalSegmentator 2.18.0. Seen 2026-11-30.
# Source: totalsegmentator/map_to_binary.py: `total_v3` is a copy of `total` in which 26 is another
#   vertebra; `vertebrae_mr` counts from the sacrum up from 1, `vertebrae_pp` from C1 down from 1. A
#   mask names its labels in a header extension; masks that were cut, resampled or merged with
#   SimpleITK, ITK-SNAP or nibabel's `Nifti1Image(data, affine)` have lost it, and the file's name
#   does not tell the task.
# For whoever evaluates models: keys of "which level is this?" that are made from numbers are off
#   by one at the sacrum or wrong throughout: label 19 is C7 in `vertebrae_mr`, T12 in `vertebrae_pp`
#   and no vertebra in `total`. Nothing fails.
# SpineBench: `flask benchmark levels` asks for the task, compares it with the names in the mask's
#   own header where they are, refuses numbers that the task does not have, and vertebrae that do
#   not lie from the head down in their order (leaderboard/pictures/masks.py).
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-deps TotalSegmentator==2.18.0
cd "$work"
"$work/venv/bin/python" - <<'END'
import importlib.util
import sys
from importlib.metadata import version

# The table alone: importing the package imports torch.
place = next(p for p in map(importlib.util.find_spec, ["totalsegmentator"]) if p)
folder = place.submodule_search_locations[0]
spec = importlib.util.spec_from_file_location("map_to_binary", f"{folder}/map_to_binary.py")
tables = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
spec.loader.exec_module(tables)

tasks = ("total", "total_v3", "vertebrae_mr", "vertebrae_pp")
print(f"TotalSegmentator {version('TotalSegmentator')}")
seen = {}
for number in (19, 24, 26, 27):
    names = [str(tables.class_map[task].get(number, "-")).replace("vertebrae_", "") for task in tasks]
    seen[number] = names
    said = ", ".join(f"{task} {name}" for task, name in zip(tasks, names))
    print(f"  label {number}: {said}")
is_so = seen[26][:2] == ["S1", "L6"] and seen[27][:2] == ["L5", "L5"] and seen[24][2:] == ["C2", "L5"]
raise SystemExit(0 if is_so else "The behaviour has changed.")
END
