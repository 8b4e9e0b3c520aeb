"""Later versions of the bundled package, edited as a host would."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from content.build import PACKAGE
from leaderboard.models.benchmark import Benchmark
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package

Lines = dict[str, dict[str, Any]]
"""The items of all splits by key, in their order."""
Edit = Callable[[Lines], None]


def write_edited(
    folder: Path, version: str, edit: Edit = lambda lines: None, **changes: Any
) -> Path:
    """A copy of the bundled package as `version`, its items edited and its manifest changed."""
    shutil.copytree(PACKAGE, folder)
    manifest = json.loads((folder / "manifest.json").read_text()) | {"version": version} | changes
    (folder / "manifest.json").write_text(json.dumps(manifest))
    paths = {split["name"]: folder / split["items"] for split in manifest["splits"]}
    lines = {}
    for path in paths.values():
        for text in path.read_text().splitlines():
            line = json.loads(text)
            lines[line["id"]] = line
    edit(lines)
    for name, path in paths.items():
        kept = [json.dumps(line) + "\n" for line in lines.values() if line["split"] == name]
        path.write_text("".join(kept))
    return folder


def load_edited(session: Session, folder: Path) -> Benchmark:
    """The benchmark of the package in `folder`, loaded."""
    return load_package(session, read_package(open_package(folder))).benchmark
