"""Packages made to harm: refused in little time and memory, with words, and nothing is loaded."""

import io
import json
import random
import stat
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image as Picture
from sqlalchemy import func, select

from config import Config
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.errors import InvalidPackage, InvalidRequest, Problem
from leaderboard.models.benchmark import Benchmark
from leaderboard.packages import zip_files
from leaderboard.packages.files import open_package
from leaderboard.packages.read import read_package
from tests.package_files import make_items, make_manifest, make_mcq, write_package
from tests.test_docs import REQUIRED

PICTURE = "images/test-image-000.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_package(tmp_path / "tiny", make_items(1, 1, 1))


def problems(place: Path) -> list[Problem]:
    with pytest.raises(InvalidPackage) as caught:
        read_package(open_package(place))
    found = list(caught.value.problems)
    assert all(one.message and one.remedy and one.path for one in found)
    return found


def refusal(place: Path) -> str:
    """The words for a zip that cannot even be listed."""
    with pytest.raises(InvalidRequest) as caught:
        open_package(place)
    assert caught.value.remedy
    return caught.value.message


def pack(folder: Path, *more: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    """The folder as a zip, with more entries at its end."""
    place = folder.with_suffix(".zip")
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, file.relative_to(folder).as_posix())
        for name, content in more:
            archive.writestr(name, content)
    return place


def patch(place: Path, old: bytes, new: bytes) -> Path:
    """Write other bytes into a zip: headers that lie."""
    content = place.read_bytes()
    assert old in content
    assert len(old) == len(new)
    place.write_bytes(content.replace(old, new))
    return place


# --- names ----------------------------------------------------------------------------------------


def test_names_that_lead_out_of_a_zip_are_all_named(folder: Path) -> None:
    names = [
        "../outside.txt",
        "images/../../outside.txt",
        "/etc/outside.txt",
        "..\\outside.txt",
        "images\\outside.txt",
        "C:/outside.txt",
        "c:outside.txt",
        "images/bell\x07.png",
    ]
    found = problems(pack(folder, *((name, b"x") for name in names)))
    assert len(found) == len(names)
    assert all("not a plain path" in one.message for one in found)
    assert found[-1].path == "images/bell\\x07.png"
    assert not list(folder.parent.rglob("outside.txt"))


def test_a_name_that_stands_twice_is_refused_also_in_other_capitals(folder: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        place = pack(folder, ("manifest.json", b"{}"), ("Items/Test.jsonl", b""))
    found = problems(place)
    assert {one.path for one in found} == {
        "manifest.json",
        "items/test.jsonl",
        "Items/Test.jsonl",
    }
    assert all("occurs twice" in one.message for one in found)


def test_images_whose_names_differ_in_capitals_alone_are_refused(folder: Path) -> None:
    item = make_mcq(7, images=[{"path": PICTURE.replace("test", "Test"), "alt": "Another"}])
    write_package(folder, [*make_items(1, 1, 1), item])
    (one,) = problems(folder)
    assert "only in upper and lower case" in one.message
    assert (one.path, one.line) == ("items/test.jsonl", 4)


def test_names_that_say_to_be_utf8_and_are_not_are_refused_in_words(folder: Path) -> None:
    place = patch(pack(folder, ("images/\u00e9.png", b"x")), "\u00e9".encode(), b"\xff\xfe")
    assert "UTF-8" in refusal(place)


# --- links ----------------------------------------------------------------------------------------


def test_a_link_in_a_zip_is_no_file(folder: Path) -> None:
    link = zipfile.ZipInfo("images/link.png")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (one,) = problems(pack(folder, (link, b"/etc/passwd")))
    assert one.path == "images/link.png"
    assert "link" in one.message


@pytest.mark.parametrize("target", ["/etc/passwd", "/dev/zero", "../..", "circle.png"])
def test_links_out_of_a_folder_or_in_a_circle_are_not_followed(folder: Path, target: str) -> None:
    picture = folder / PICTURE
    picture.unlink()
    picture.symlink_to(target)
    (folder / "images/circle.png").symlink_to("circle.png")
    (one,) = problems(folder)
    assert one.path == PICTURE
    assert "link" in one.message


def test_a_link_to_the_items_outside_is_not_followed(folder: Path) -> None:
    items = folder / "items/test.jsonl"
    items.rename(folder.parent / "elsewhere.jsonl")
    items.symlink_to(folder.parent / "elsewhere.jsonl")
    assert [(one.path, "outside" in one.message) for one in problems(folder)] == [
        ("items/test.jsonl", True)
    ]


# --- zips that lie or are unusual -----------------------------------------------------------------


def test_an_encrypted_zip_and_an_uncommon_compression_are_refused(folder: Path) -> None:
    place = pack(folder, ("images/locked.png", b"x"))
    content = bytearray(place.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    place.write_bytes(content)
    (one,) = problems(place)
    assert (one.path, one.message) == ("images/locked.png", "It is encrypted.")
    uncommon = zipfile.ZipInfo("images/uncommon.png")
    uncommon.compress_type = zipfile.ZIP_LZMA
    (one,) = problems(pack(folder, (uncommon, b"x" * 99)))
    assert one.path == "images/uncommon.png"
    assert "deflate" in one.remedy


def test_a_file_that_says_to_be_huge_is_refused_before_it_is_read(folder: Path) -> None:
    place = pack(folder, ("images/huge.png", b"x"))
    content = bytearray(place.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<L", 3_000_000_000)
    place.write_bytes(content)
    (one,) = problems(place)
    assert one.path == "images/huge.png"
    assert "3,000,000,000 bytes" in one.message


def test_a_file_that_is_larger_than_the_zip_says_is_named(folder: Path) -> None:
    place = pack(folder)
    content = bytearray(place.read_bytes())
    name = content.rindex(b"items/test.jsonl")
    at = content.rindex(b"PK\x01\x02", 0, name)
    content[at + 24 : at + 28] = struct.pack("<L", 10)
    place.write_bytes(content)
    (one,) = problems(place)
    assert (one.path, one.message) == ("items/test.jsonl", "It is damaged inside the zip file.")


def test_far_too_many_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = pack(folder, *((f"images/{n}.png", b"") for n in range(20)))
    monkeypatch.setattr(zip_files, "MAX_ZIP_FILES", 20)
    with pytest.raises(InvalidPackage) as caught:
        open_package(place)
    assert "24 files; the limit is 20" in caught.value.problems[0].message
    monkeypatch.setattr(zip_files, "MAX_LIST_BYTES", 500)
    assert "far too many files" in refusal(place)


@pytest.mark.parametrize("cut", [1, 30, 300])
def test_a_zip_that_was_cut_off_is_refused_in_words(folder: Path, cut: int) -> None:
    place = pack(folder)
    place.write_bytes(place.read_bytes()[:-cut])
    assert "not a readable zip" in refusal(place)


def test_a_damaged_zip_is_never_a_traceback(folder: Path) -> None:
    whole = pack(folder).read_bytes()
    place = folder.parent / "damaged.zip"
    chance = random.Random(5)
    n_refused = 0
    for _ in range(100):
        content = bytearray(whole)
        for _ in range(chance.choice([1, 3, 20])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        place.write_bytes(content)
        try:
            read_package(open_package(place))
        except InvalidRequest:
            n_refused += 1
    assert n_refused > 60


# --- items ----------------------------------------------------------------------------------------


def replace_items(folder: Path, content: bytes) -> list[Problem]:
    (folder / "items/test.jsonl").write_bytes(content)
    return problems(folder)


def test_of_a_zip_named_jsonl_a_hundred_lines_are_explained_and_all_counted(
    folder: Path,
) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", random.Random(1).randbytes(200_000))
    found = replace_items(folder, inner.getvalue())
    assert len(found) < 20
    assert "lines cannot be read; only the first are explained" in found[-1].message
    assert "The same in" in found[0].message
    assert all(one.path == "items/test.jsonl" for one in found)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b'{"id": "' + b"x" * 1_100_000 + b'"}', "bytes"),
        (b"[" * 400_000, "nested"),
        (b"[" * 900 + b"]" * 900, "kind"),
        (b'{"kind": "mcq", "levels": ' + b"[" * 5_000 + b"]" * 5_000 + b"}", "nested"),
        (b'{"kind": "mcq", "levels": ' + b"[" * 700 + b"]" * 700 + b"}", ""),
        (b'{"kind": NaN}', "JSON"),
        (b'{"kind": "mcq", "multiple": Infinity}', "JSON"),
        (b'{"kind": "mcq", "multiple": 1e999}', ""),
        (b"9" * 5_000, ""),
        (b'{"id": "\xff\xfe"}', "UTF-8"),
        (b'{"id": "\\ud800"}', "JSON"),
        (b'{"id": "a\\u0000b"}', "NUL"),
        (b'\xef\xbb\xbf{"kind": "mcq"}', ""),
        (b"\0" * 500_000, "JSON"),
    ],
)
def test_a_hostile_line_is_named_with_its_number_and_the_others_are_read(
    folder: Path, line: bytes, words: str
) -> None:
    good = (folder / "items/test.jsonl").read_bytes()
    found = replace_items(folder, good + line + b"\n" + b"{broken\n")
    assert {one.line for one in found} == {4, 5}
    assert words in " ".join(one.message for one in found if one.line == 4)
    assert all(len(one.message) < 500 for one in found)


def test_an_object_with_thousands_of_faults_names_fifty(folder: Path) -> None:
    found = replace_items(folder, json.dumps(make_mcq(0, levels=["L9"] * 20_000)).encode())
    assert len(found) == 50


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b'{"slug": "' + b"x" * 2_000_000 + b'"}', b"\xff\xfe", b"NaN"]
)
def test_a_hostile_manifest_is_refused_in_words(folder: Path, content: bytes) -> None:
    (folder / "manifest.json").write_bytes(content)
    assert {one.path for one in problems(folder)} == {"manifest.json"}


def test_a_manifest_cannot_name_files_outside(folder: Path) -> None:
    splits = [{"name": "test", "items": "items/../../tiny/items/test.jsonl", "answers": "hidden"}]
    (folder / "manifest.json").write_text(json.dumps(make_manifest(splits=splits)))
    (one,) = problems(folder)
    assert "There is no file" in one.message


# --- pictures -------------------------------------------------------------------------------------


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">L", len(content))
        + kind
        + content
        + struct.pack(">L", zlib.crc32(kind + content))
    )


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says to be large."""
    head = struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 100_000)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def image_bytes(kind: str) -> bytes:
    stream = io.BytesIO()
    noise = Picture.frombytes("RGB", (64, 64), random.Random(2).randbytes(64 * 64 * 3))
    noise.save(stream, kind)
    return stream.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PICTURES: dict[str, Callable[[], bytes]] = {
    "65,000 by 65,000": lambda: bomb(65_000, 65_000),
    "a warning's size": lambda: bomb(10_000, 10_000),
    "just too many": lambda: bomb(6_400, 6_400),
    "rows missing": lambda: bomb(4_000, 4_000),
    "truncated PNG": lambda: image_bytes("PNG")[:-3_000],
    "truncated JPEG": lambda: image_bytes("JPEG")[:-1_500],
    "truncated WebP": lambda: image_bytes("WEBP")[:-1_500],
    "text": lambda: b"no picture at all",
    "empty": lambda: b"",
    "SVG": lambda: SVG,
    "GIF": lambda: image_bytes("GIF"),
    "text bomb": lambda: (
        image_bytes("PNG")[:33]
        + chunk(b"zTXt", b"k\0\0" + zlib.compress(b"x" * 30_000_000))
        + image_bytes("PNG")[33:]
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_hostile_picture_is_named_with_its_item(folder: Path, name: str) -> None:
    (folder / PICTURE).write_bytes(PICTURES[name]())
    (one,) = problems(folder)
    assert PICTURE in one.message
    assert (one.path, one.line, one.id) == ("items/test.jsonl", 2, "test-image-000")
    too_many = name in ("65,000 by 65,000", "a warning's size", "just too many")
    assert ("40,000,000 pixels" in one.message) == too_many


# --- the host's command ---------------------------------------------------------------------------


@pytest.mark.one_database
def test_the_command_loads_nothing_of_a_hostile_package_and_shows_no_traceback(
    folder: Path, sessions: Sessions, database_url: str
) -> None:
    app = create_app(Config.from_env(REQUIRED | {"DATABASE_URL": database_url}))
    (folder / PICTURE).write_bytes(bomb(65_000, 65_000))
    with (folder / "items/test.jsonl").open("ab") as file:
        file.write(b"[" * 100_000 + b"\n")
    for place in (folder, pack(folder), pack(folder, ("../x", b""))):
        result = app.test_cli_runner().invoke(args=["benchmark", "load", str(place)])
        assert result.exit_code == 1
        assert "Traceback" not in result.output
        assert "problem" in result.output
    app.extensions["spinebench"].sessions.engine.dispose()
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Benchmark)) == 0


MEASURED = """
import resource, sys
from pathlib import Path
from leaderboard.packages.files import open_package
from leaderboard.packages.read import read_package
from leaderboard.errors import InvalidRequest
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_package(open_package(Path(sys.argv[1])))
except InvalidRequest as error:
    used = resource.getrusage(resource.RUSAGE_SELF)
    print((used.ru_maxrss - before) // 1024, used.ru_utime)
"""


def test_a_bomb_whose_list_lies_takes_little_memory_and_time(folder: Path) -> None:
    splits = [{"name": "test", "items": "bomb.jsonl", "answers": "hidden"}]
    (folder / "manifest.json").write_text(json.dumps(make_manifest(splits=splits)))
    place = pack(folder)
    with (
        zipfile.ZipFile(place, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("bomb.jsonl", "w") as stream,
    ):
        for _ in range(150):
            stream.write(b"\0" * 1_000_000)
    assert place.stat().st_size < 1_000_000
    # The list says that it is small: reading stops there, and the sum does not hold.
    content = bytearray(place.read_bytes())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<L", 1_000)
    place.write_bytes(content)
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(place)], capture_output=True, text=True, check=True
    )
    megabytes, seconds = map(float, done.stdout.split())
    assert megabytes < 100
    assert seconds < 10
