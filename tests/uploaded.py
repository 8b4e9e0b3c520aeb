"""Uploaded packages: a zip to send, and one that a worker has looked at."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from leaderboard.accounts.users import find_user
from leaderboard.db import Sessions
from leaderboard.hosting.uploaded.keep import receive_package
from leaderboard.hosting.uploaded.work import work_on_upload
from tests.package_files import make_items, make_manifest, make_png

MOST_BYTES = 1_000_000
SOURCE = {
    "format": "dicom",
    "modality": "CT",
    "plane": "axial",
    "orientation": {"right": "L", "bottom": "P", "stated_by": "file"},
    "spacing": [0.5, 0.5],
    "slice": 3,
    "n_slices": 25,
    "window": {"rule": "header", "center": 40, "width": 400, "function": "linear"},
    "burned_in": "yes",
}
"""Of a picture whose scan says that text is burned into it."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip of files by their paths."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return stream.getvalue()


def zip_package(items: list[dict[str, Any]], **changes: Any) -> bytes:
    """A zip of a package with the test split alone; `changes` are of its manifest."""
    splits = [{"name": "test", "items": "items/test.jsonl", "answers": "hidden"}]
    manifest = make_manifest(splits=splits, **changes)
    lines = "".join(json.dumps(item) + "\n" for item in items)
    paths = sorted({image["path"] for item in items for image in item["images"]})
    pictures = {path: make_png(number) for number, path in enumerate(paths)}
    return pack(
        {"manifest.json": json.dumps(manifest).encode(), "items/test.jsonl": lines.encode()}
        | pictures
    )


def add_uploaded(sessions: Sessions, email: str, benchmark: str = "tiny") -> int:
    """Its number: a version without problems that a worker has looked at, with a picture."""
    items = make_items(2, 1, 1)
    items[2]["images"][0]["source"] = SOURCE
    raw = io.BytesIO(zip_package(items, slug=benchmark, version="9.0.0"))
    with sessions.write() as session:
        user = find_user(session, email)
        assert user is not None
        kept, _ = receive_package(session, raw, "new.zip", benchmark, "", user, MOST_BYTES)
        key = kept.id
    assert work_on_upload(sessions, key, MOST_BYTES)
    return key
