"""Reading and loading a large package: 65,000 questions and 1,000 pictures, on SQLite.

CPU seconds of this process; compare with another commit on the same machine.
"""

from __future__ import annotations

import io
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Picture

from leaderboard.db import make_sessions
from leaderboard.migrate import upgrade
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package

N_ITEMS, N_PICTURES, SIZE = 65_000, 1_000, 64
MANIFEST = {
    "format": 1,
    "slug": "large",
    "name": "Large",
    "version": "1.0.0",
    "licence": "CC0-1.0",
    "description": "For measuring.",
    "prompts": {"text": "{question}\n{options}", "image": "{question}\n{options}"},
    "taxonomy": {"subconditions": [{"key": f"c{n}", "name": f"C{n}"} for n in range(14)]},
    "splits": [{"name": "test", "items": "items/test.jsonl", "answers": "hidden"}],
}


def measure() -> None:
    """Print what reading and loading take."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "package")
        began = time.process_time()
        package = read_package(open_package(folder / "package"))
        read = time.process_time()
        url = f"sqlite:///{folder / 'bench.sqlite3'}"
        upgrade(url)
        sessions = make_sessions(url)
        ready = time.process_time()
        with sessions.write() as session:
            load_package(session, package)
        loaded = time.process_time()
    print(f"read {N_ITEMS:,} items, {N_PICTURES:,} pictures: {read - began:.1f} s")
    print(f"load them: {loaded - ready:.1f} s")


def _write(folder: Path) -> None:
    random = np.random.default_rng(1)
    (folder / "items").mkdir(parents=True)
    (folder / "images").mkdir()
    for number in range(N_PICTURES):
        stream = io.BytesIO()
        pixels = random.integers(0, 256, (SIZE, SIZE), dtype=np.uint8)
        Picture.fromarray(pixels).save(stream, "PNG")
        (folder / f"images/{number}.png").write_bytes(stream.getvalue())
    lines = []
    for number in range(N_ITEMS):
        item: dict[str, Any] = {
            "id": f"item-{number}",
            "split": "test",
            "kind": "mcq",
            "question": f"Which of these is true of question {number}?",
            "options": {letter: f"statement {letter}" for letter in "ABCD"},
            "answer": ["ABCD"[number % 4]],
            "subcondition": f"c{number % 14}",
        }
        if number < N_PICTURES:
            item["images"] = [{"path": f"images/{number}.png", "alt": "A picture"}]
        lines.append(json.dumps(item) + "\n")
    (folder / "items/test.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
