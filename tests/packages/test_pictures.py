"""Pictures of packages: what they are named as, what is confirmed, and where they come from."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont, PngImagePlugin

from leaderboard.db import Sessions
from leaderboard.errors import InvalidPackage, InvalidRequest
from leaderboard.models.benchmark import Item
from leaderboard.models.reference import ItemImageSource
from leaderboard.packages.confirmed import examine_pictures, require_confirmed, write_sheet
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.pictures import read_picture
from leaderboard.packages.read import Package, read_package
from leaderboard.packages.write import write_package as write_again
from tests.package_files import make_manifest, make_mcq, write_package

SOURCE: dict[str, Any] = {
    "format": "dicom",
    "modality": "CT",
    "plane": "axial",
    "orientation": {"right": "L", "bottom": "P", "stated_by": "file"},
    "window": {"rule": "header", "center": 40, "width": 400, "function": "linear"},
    "burned_in": "unknown",
    "head": True,
}


def save(picture: Picture.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


NOISE = Picture.fromarray(np.random.default_rng(4).integers(0, 256, (32, 32), np.uint8))
OTHER = NOISE.rotate(90)
TURNED = Picture.Exif()
TURNED[0x0112] = 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: save(NOISE, "TIFF"), "It is TIFF"),
        (lambda: save(NOISE, "GIF"), "It is GIF"),
        (lambda: save(NOISE, "BMP"), "It is BMP"),
        (lambda: save(NOISE, "JPEG2000"), "It is JPEG 2000"),
        (lambda: b"\0" * 128 + b"DICM", "It is DICOM"),
        (lambda: b"\0" * 344 + b"n+1\0", "It is NIfTI"),
        (lambda: save(NOISE, "PNG", save_all=True, append_images=[NOISE]), "It is animated"),
        (lambda: save(NOISE, "WEBP", save_all=True, append_images=[OTHER]), "It is animated"),
        (lambda: save(NOISE.convert("CMYK"), "JPEG"), "CMYK"),
        (lambda: save(NOISE, "JPEG", exif=TURNED), "turn or mirror it"),
    ],
)
def test_what_is_no_picture_for_everybody_is_named_with_the_way_to_one(
    make: Callable[[], bytes], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message) as found:
        read_picture(make())
    assert any(word in found.value.remedy for word in ("Convert", "save", "Save", "Turn"))


def read_one(tmp_path: Path, content: bytes, source: Any = None, **manifest: Any) -> Package:
    """A package with one picture, which is `content`."""
    image = {"path": "images/one.png", "alt": "A scan"} | ({"source": source} if source else {})
    folder = write_package(
        tmp_path / "package", [make_mcq(0, images=[image])], make_manifest(**manifest)
    )
    (folder / "images").mkdir(exist_ok=True)
    (folder / "images/one.png").write_bytes(content)
    return read_package(open_package(folder))


def with_text() -> Picture.Image:
    picture = Picture.new("L", (200, 100), 30)
    ImageDraw.Draw(picture).text((5, 5), "MUSTER ANNA", 255, ImageFont.load_default(14))
    return picture


def test_nothing_unconfirmed_is_loaded_and_the_manifest_confirms(tmp_path: Path) -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Comment", "Muster")
    content = save(with_text(), "PNG", pnginfo=chunks)
    examination = examine_pictures(read_one(tmp_path, content, SOURCE))
    with pytest.raises(InvalidPackage, match=r"3 time\(s\) a picture may tell who") as found:
        require_confirmed(examination)
    said = " ".join(problem.message + problem.remedy for problem in found.value.problems)
    assert '"unknown"' in said
    assert '"text"' in said
    assert '"metadata"' in said
    assert "Muster" not in said
    assert examination.warnings == [
        "images/one.png is of a head: a face can be made from such scans."
    ]
    confirmed = [
        {"what": what, "by": "A. Host", "reason": "Looked at.", "pictures": ["images/one.png"]}
        for what in ("unknown", "text", "metadata")
    ]
    package = read_one(tmp_path, content, SOURCE, confirmed=confirmed)
    assert examine_pictures(package).unconfirmed == []
    other = [one | {"pictures": ["images/other.png"]} for one in confirmed]
    package = read_one(tmp_path, content, SOURCE, confirmed=other)
    assert len(examine_pictures(package).unconfirmed) == 3


def test_texts_of_programs_alone_need_no_confirmation(tmp_path: Path) -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Software", "gimp")
    content = save(NOISE, "PNG", pnginfo=chunks, dpi=(72, 72))
    examination = examine_pictures(read_one(tmp_path, content, SOURCE | {"burned_in": "no"}))
    assert examination.unconfirmed == []


@pytest.mark.parametrize(("level", "word"), [(3, "black"), (250, "white")])
def test_a_picture_in_which_nothing_can_be_seen_is_a_warning(
    tmp_path: Path, level: int, word: str
) -> None:
    content = save(Picture.new("L", (64, 64), level), "PNG")
    examination = examine_pictures(read_one(tmp_path, content))
    assert examination.warnings == [f"images/one.png is nearly {word}."]


def test_the_source_of_a_picture_is_kept_and_written_again(
    sessions: Sessions, tmp_path: Path
) -> None:
    package = read_one(tmp_path, save(NOISE, "PNG"), SOURCE)
    with sessions.write() as session:
        benchmark = load_package(session, package).benchmark
        (kept,) = session.query(ItemImageSource)
        assert kept.content["window"]["center"] == 40
        assert session.get_one(Item, kept.item_id).key == "test-text-000"
        again = read_package(write_again(session, benchmark))
    assert again.items == package.items


def test_a_sheet_shows_each_picture_with_the_sides_that_are_stated(tmp_path: Path) -> None:
    package = read_one(tmp_path, save(NOISE, "PNG"), SOURCE)
    examination = examine_pictures(package)
    (known,) = examination.shown
    both = examination._replace(shown=[known, known._replace(source=None)])
    page = write_sheet(package, both)
    assert page.count('<img src="data:image/png;base64,') == 2
    first, second = page.split("<figure>")[1:]
    for place, side in (("left", "R"), ("right", "L"), ("top", "A"), ("bottom", "P")):
        assert f'<span class="{place}">{side}</span>' in first
        assert f'<span class="{place}">?</span>' in second
    assert "Window: 40 / 400 (of its header)" in first
    assert "does not say whether text is burned" in first
