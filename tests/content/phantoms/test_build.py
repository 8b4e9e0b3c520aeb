"""Promises of the built package: it is what its sources give, small, and well formed."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Picture

from content.build import (
    PACKAGE,
    Built,
    differences,
    find_files,
    make_package,
)
from leaderboard.packages.files import FolderFiles
from leaderboard.packages.read import read_package

N_SHARDS = 4


@pytest.fixture(scope="module")
def built() -> Built:
    """The package as its sources give it, not drawn."""
    return make_package()


@pytest.mark.parametrize("shard", range(N_SHARDS))
def test_the_committed_package_is_what_its_sources_give(built: Built, shard: int) -> None:
    # A planned picture's name is the hash of its plan, except for those of the report cases:
    # all of these are drawn, and of the others every third.
    reports = [path for path in built.pictures if "/report-" in path]
    others = [path for path in built.pictures if "/report-" not in path]
    chosen = [*reports, *others[::3]][shard::N_SHARDS]
    assert differences(built, PACKAGE, chosen) == []


def test_the_committed_package_has_no_problem() -> None:
    package = read_package(FolderFiles(PACKAGE))
    counts = {split: len(items) for split, items in package.items.items()}
    assert counts["test"] >= 98
    assert counts["dev"] >= 46


def test_the_package_stays_under_four_megabytes() -> None:
    assert sum((PACKAGE / path).stat().st_size for path in find_files(PACKAGE)) < 4_000_000


def test_a_check_names_what_is_missing_changed_or_left_over(built: Built, tmp_path: Path) -> None:
    copy = tmp_path / "package"
    shutil.copytree(PACKAGE, copy)
    first, second = list(built.pictures)[:2]
    (copy / first).unlink()
    (copy / "items/dev.jsonl").write_text("", encoding="utf-8")
    (copy / "left-over.txt").write_text("x", encoding="utf-8")
    levels = np.array(Picture.open(io.BytesIO((copy / second).read_bytes())))
    levels[:40, :40] = 255 - levels[:40, :40]
    Picture.fromarray(levels).save(copy / second)
    assert differences(built, copy, [first, second]) == [
        f"{first} is missing.",
        "left-over.txt is not part of the package.",
        "items/dev.jsonl differs.",
        f"{second} shows something else.",
    ]


def test_a_picture_saved_with_other_compression_is_still_the_same(
    built: Built, tmp_path: Path
) -> None:
    copy = tmp_path / "package"
    shutil.copytree(PACKAGE, copy)
    path = next(iter(built.pictures))
    Picture.open(copy / path).save(copy / path, "PNG", compress_level=1)
    assert differences(built, copy, [path]) == []


def test_the_manifest_asks_for_the_answer_on_the_last_line() -> None:
    manifest = json.loads((PACKAGE / "manifest.json").read_text(encoding="utf-8"))
    for track in ("text", "image"):
        assert "ANSWER: X" in manifest["prompts"][track]
        assert "ANSWER: X, Y" in manifest["prompts"][track]
        assert "{question}" in manifest["prompts"][track]
        assert "{options}" in manifest["prompts"][track]
    for section in manifest["rubric"]["sections"]:
        assert f"## {section['name']}" in manifest["prompts"]["report"]


def test_the_rubric_has_ten_dimensions_with_three_anchors_each() -> None:
    manifest = json.loads((PACKAGE / "manifest.json").read_text(encoding="utf-8"))
    dimensions = [d for section in manifest["rubric"]["sections"] for d in section["dimensions"]]
    assert len(dimensions) == 10
    assert all(set(d["anchors"]) == {"1", "3", "5"} for d in dimensions)
