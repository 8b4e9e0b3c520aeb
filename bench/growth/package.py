"""A benchmark of SpineBench's size, that trees of any age read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SIZES = {"text": 294, "image": 193, "report": 87}
SLUG, SPLIT = "growth", "test"
KEPT_ITEMS = "items.jsonl"


def write_package(bundled: Path, folder: Path) -> Path:
    """The items of a `bundled` package again and again under new ids, as one split in `folder`.

    Beside it KEPT_ITEMS has the lines of its items.
    """
    shutil.copytree(bundled, folder)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest |= {"slug": SLUG, "name": "Growth", "version": "1.0.0"}
    manifest["splits"] = [one for one in manifest["splits"] if one["name"] == SPLIT]
    place = folder / manifest["splits"][0]["items"]
    lines = [json.loads(line) for line in place.read_text(encoding="utf-8").splitlines()]
    by_track: dict[str, list[dict[str, Any]]] = {track: [] for track in SIZES}
    for item in lines:
        by_track[find_track(item)].append(item)
    items = [
        # Items that share a picture are one case.
        item | {"id": f"{item['id']}-{n}"} | ({} if item["images"] else {"case_id": f"case-{n}"})
        for track, size in SIZES.items()
        for n in range(size)
        for item in [by_track[track][n % len(by_track[track])]]
    ]
    for other in place.parent.iterdir():
        other.unlink()
    text = "".join(json.dumps(item) + "\n" for item in items)
    place.write_text(text, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    folder.with_name(KEPT_ITEMS).write_text(text, encoding="utf-8")
    return folder


def find_track(item: Mapping[str, Any]) -> str:
    """The track of an item of a package."""
    if item["kind"] == "report":
        return "report"
    return "image" if item["images"] else "text"
