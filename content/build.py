"""Build SpineBench-Mini from its sources: `python -m content.build [--check]`.

The same sources give the same package. `--check` builds in memory, reports every difference
from the committed package and exits with 1 if there is any.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image as Picture

from content.phantoms.picture import GREY_STEP, PicturePlan, draw_picture, encode_png
from content.sources.harm_grades import add_grades, add_question_grades
from content.sources.image_items import make_image_items
from content.sources.report_images import make_report_pictures

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
PACKAGE = HERE / "spinebench-mini"
SPLITS = ("dev", "test")


class Built(NamedTuple):
    """A package in memory: its text files and the plans of its pictures, by path."""

    texts: dict[str, str]
    pictures: dict[str, PicturePlan]


def make_package() -> Built:
    """The package without its pictures drawn.

    Raises ValueError when an item names a picture that nobody has planned.
    """
    manifest = json.loads((SOURCES / "manifest.json").read_text(encoding="utf-8"))
    graded = json.dumps(add_question_grades(manifest), ensure_ascii=False, indent=2)
    texts = {"manifest.json": f"{graded}\n"}
    written = [*read_items("text_items.jsonl"), *read_items("report_items.jsonl")]
    pictures = make_report_pictures()
    named: set[str] = set()
    for split in SPLITS:
        drawn = make_image_items(split)
        pictures |= drawn.pictures
        of_split = [item for item in written if item["split"] == split]
        items = sorted([*of_split, *drawn.items], key=_place)
        named.update(image["path"] for item in items for image in item["images"])
        texts[f"items/{split}.jsonl"] = "".join(
            json.dumps(add_grades(item), ensure_ascii=False) + "\n" for item in items
        )
    if unplanned := named - pictures.keys():
        raise ValueError(f"No phantom is planned for {', '.join(sorted(unplanned))}.")
    return Built(texts, {path: pictures[path] for path in sorted(named)})


def read_items(name: str) -> list[dict[str, Any]]:
    """The items of a source file; none when the file is not there yet."""
    path = SOURCES / name
    if not path.exists():
        print(f"{name} is not there yet: building without it.", file=sys.stderr)
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def _place(item: Mapping[str, Any]) -> tuple[int, str]:
    """Text questions first, then image questions, then reports; by id within each."""
    if item["kind"] == "report":
        return 2, str(item["id"])
    return int(bool(item["images"])), str(item["id"])


def write_package(built: Built, folder: Path) -> None:
    """Write a package to a folder and remove what else lay there."""
    for path, text in built.texts.items():
        _write(folder / path, text.encode("utf-8"))
    for path, plan in built.pictures.items():
        _write(folder / path, encode_png(draw_picture(plan)))
    wanted = built.texts.keys() | built.pictures.keys()
    for path in find_files(folder) - wanted:
        (folder / path).unlink()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def find_files(folder: Path) -> set[str]:
    """The paths of every file in a folder."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def differences(built: Built, folder: Path, drawn: Iterable[str] | None = None) -> list[str]:
    """How a folder departs from a package, a sentence each; pictures are compared by pixels.

    With `drawn`, only those pictures are drawn and compared; all must be there.
    """
    present = find_files(folder)
    wanted = built.texts.keys() | built.pictures.keys()
    found = [f"{path} is missing." for path in sorted(wanted - present)]
    found += [f"{path} is not part of the package." for path in sorted(present - wanted)]
    for path in sorted(built.texts.keys() & present):
        if (folder / path).read_text(encoding="utf-8") != built.texts[path]:
            found.append(f"{path} differs.")
    chosen = built.pictures.keys() if drawn is None else set(drawn)
    for path in sorted(chosen & present):
        if not _is_same(draw_picture(built.pictures[path]), (folder / path).read_bytes()):
            found.append(f"{path} shows something else.")
    return found


def _is_same(levels: np.ndarray, content: bytes) -> bool:
    """Whether a PNG holds these grey levels, give or take one step of rounding in places."""
    with Picture.open(io.BytesIO(content)) as picture:
        other = np.asarray(picture.convert("L"), dtype=np.int16)
    if other.shape != levels.shape:
        return False
    off = np.abs(other - levels.astype(np.int16))
    return bool(off.max() <= GREY_STEP and (off > 0).mean() < 0.01)


def main(arguments: list[str] | None = None) -> int:
    """Build or check the package; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m content.build", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    options = parser.parse_args(arguments)
    built = make_package()
    if options.check:
        found = differences(built, PACKAGE)
        print("\n".join(found) or "The committed package is what its sources give.")
        return 1 if found else 0
    write_package(built, PACKAGE)
    n_bytes = sum((PACKAGE / path).stat().st_size for path in find_files(PACKAGE))
    print(f"{PACKAGE.name}: {len(built.pictures)} pictures, {n_bytes / 1e6:.1f} MB.")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
