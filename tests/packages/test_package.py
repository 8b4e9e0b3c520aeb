"""Benchmark packages: read whole or refused with every problem; published once and for good."""

import json
import shutil
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidPackage, InvalidRequest, NotFound, Problem
from leaderboard.models.benchmark import Item, Track
from leaderboard.packages.catalogue import get_benchmark, get_split, read_open_items
from leaderboard.packages.files import open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.prompts import fill_prompt, make_prompt
from leaderboard.packages.questions import write_questions
from leaderboard.packages.read import read_package
from leaderboard.rankings.read import count_items
from tests.package_files import (
    DIMENSIONS,
    make_case,
    make_items,
    make_manifest,
    make_mcq,
    make_questions,
    write_package,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_package(tmp_path / "tiny", [*make_items(3, 2, 2), *make_items(2, 1, 1, "dev")])


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(InvalidPackage) as caught:
        read_package(open_package(folder))
    return list(caught.value.problems)


def test_a_folder_and_its_zip_are_the_same_benchmark(folder: Path, tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "tiny"))
    assert (
        read_package(open_package(archive)).content_hash
        == read_package(open_package(folder)).content_hash
    )


def test_any_change_of_content_is_another_hash(folder: Path) -> None:
    before = read_package(open_package(folder)).content_hash
    picture = next((folder / "images").iterdir())
    picture.write_bytes(picture.read_bytes() + b"\0")
    assert read_package(open_package(folder)).content_hash != before


def test_tracks_follow_from_kind_and_images(folder: Path, sessions: Sessions) -> None:
    with sessions.write() as session:
        load_package(session, read_package(open_package(folder)))
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        assert count_items(session, split) == {Track.TEXT: 3, Track.IMAGE: 2, Track.REPORT: 2}


def test_loading_the_same_content_again_changes_nothing(folder: Path, sessions: Sessions) -> None:
    package = read_package(open_package(folder))
    with sessions.write() as session:
        assert load_package(session, package).is_new
        n_items = session.query(Item).count()
    with sessions.write() as session:
        assert not load_package(session, package).is_new
        assert session.query(Item).count() == n_items


def test_a_published_version_cannot_be_changed(folder: Path, sessions: Sessions) -> None:
    with sessions.write() as session:
        load_package(session, read_package(open_package(folder)))
    write_package(folder, make_items(4, 2, 2))
    with sessions.write() as session, pytest.raises(Conflict, match="other content"):
        load_package(session, read_package(open_package(folder)))
    write_package(folder, make_items(4, 2, 2), make_manifest(version="1.1.0"))
    with sessions.write() as session:
        assert load_package(session, read_package(open_package(folder))).is_new


def test_every_problem_of_a_package_is_named_at_once(tmp_path: Path) -> None:
    items = [
        make_mcq(0, answer=["E"]),
        make_mcq(1, answer=["A", "B"]),
        make_mcq(2, subcondition="toothache"),
        make_mcq(3, options={"A": "x", "C": "y"}, answer=["A"]),
        make_mcq(4) | {"id": "test-text-000"},
        make_mcq(5, surprise=1, axis=7),
        make_mcq(6, image=True),
        make_mcq(7, images=[{"path": "images/test-image-006.png", "alt": "The same"}]),
        make_case(8, checklist=[{"kind": "guess"}]),
        make_case(9, levels=["L9"]),
    ]
    folder = write_package(tmp_path, items)
    (folder / "images/test-image-006.png").write_bytes(b"no picture")
    with (folder / "items/test.jsonl").open("a") as file:
        file.write("{broken\n" + json.dumps(make_mcq(10, "dev")) + "\n")
    found = problems(folder)
    assert {problem.line for problem in found} == set(range(1, 13))
    assert len([problem for problem in found if problem.line == 6]) == 2
    assert all(problem.remedy and problem.path == "items/test.jsonl" for problem in found)


TRANSITIONAL_CASE = [
    {"kind": "finding", "key": "stenosis", "dimensions": DIMENSIONS, "any_of": ["stenosis"]},
    {
        "kind": "level",
        "key": "at",
        "dimensions": DIMENSIONS,
        "of": "stenosis",
        "levels": ["L6/S1"],
    },
]


def test_transitional_levels_need_the_numbering_of_the_vertebrae(tmp_path: Path) -> None:
    folder = write_package(
        tmp_path,
        [
            make_mcq(0, levels=["L5/L6", "L4/L5", "T13"]),
            make_case(1, checklist=TRANSITIONAL_CASE),
            make_mcq(2, levels=["L5/L6"], numbering="from_c2"),
            make_case(3, checklist=TRANSITIONAL_CASE, numbering="unspecified"),
            make_mcq(4, levels=["L5/S1"], numbering="from_sacrum"),
            make_mcq(5, numbering="from_the_middle"),
            make_mcq(6, levels=["L7"], numbering="from_c2"),
        ],
    )
    found = {problem.line: problem for problem in problems(folder)}
    assert set(found) == {1, 2, 6, 7}
    assert found[1].message == "L5/L6, T13: how the vertebrae are counted is missing."
    assert found[2].message == "L6/S1: how the vertebrae are counted is missing."
    assert '"from_c2", "from_sacrum" or "unspecified"' in found[1].remedy


@pytest.mark.parametrize(
    ("numbering", "end"),
    [
        ({"numbering": "from_c2"}, "\n\nVertebrae are counted from C2 down."),
        ({"numbering": "from_sacrum"}, "\n\nVertebrae are counted from the sacrum up."),
        ({"numbering": "unspecified"}, "\n\nThe numbering of the vertebrae is not specified."),
        ({}, ""),
    ],
)
def test_everybody_who_is_asked_reads_how_the_vertebrae_are_counted(
    sessions: Sessions, tmp_path: Path, numbering: dict[str, Any], end: str
) -> None:
    folder = write_package(tmp_path, [make_mcq(0, **numbering)])
    with sessions.write() as session:
        load_package(session, read_package(open_package(folder)))
    with sessions.read() as session:
        assert session.scalars(select(Item.question)).one() == f"Question 0?{end}"


@pytest.mark.parametrize("mode", ["I;16", "RGB"])
def test_a_picture_with_sixteen_bits_a_channel_is_a_problem(tmp_path: Path, mode: str) -> None:
    folder = write_package(tmp_path, [make_mcq(0, image=True)])
    (folder / "images/test-image-000.png").write_bytes(make_deep_png(mode))
    (found,) = problems(folder)
    assert "8 bits per channel" in found.message
    assert "window" in found.remedy


def make_deep_png(mode: str) -> bytes:
    """Two by two pixels of 1,000, each channel with 16 bits."""
    channels = {"I;16": 1, "RGB": 3}[mode]
    row = b"\0" + struct.pack(">H", 1_000) * 2 * channels
    header = struct.pack(">IIBBBBB", 2, 2, 16, {1: 0, 3: 2}[channels], 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(row * 2)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in parts
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, "format"),
        ({"slug": "Bad Slug"}, "slug"),
        ({"splits": []}, "splits"),
        ({"splits": [{"name": "test", "items": "../x.jsonl", "answers": "hidden"}]}, "items"),
        ({"extra": True}, "extra"),
        (
            {
                "splits": [
                    {
                        "name": "test",
                        "items": "items/test.jsonl",
                        "answers": "hidden",
                        "show_items": True,
                    }
                ]
            },
            "shows its items, and its answers are hidden",
        ),
    ],
)
def test_a_manifest_that_departs_from_the_format_is_explained(
    tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    folder = write_package(tmp_path, make_items(1, 0, 0))
    (folder / "manifest.json").write_text(json.dumps(make_manifest(**changes)))
    assert any(words in problem.message for problem in problems(folder))


def test_a_missing_manifest_or_items_file_is_a_problem(folder: Path) -> None:
    (folder / "items/test.jsonl").unlink()
    assert "items/test.jsonl" in problems(folder)[0].message
    (folder / "manifest.json").unlink()
    assert "manifest.json" in problems(folder)[0].message


def test_neither_folder_nor_zip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x03\x04 rubbish")
    for place in (tmp_path / "x.zip", tmp_path / "nowhere"):
        with pytest.raises(InvalidRequest):
            open_package(place)


def test_a_package_reads_nothing_outside_itself(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = write_package(tmp_path / "p", make_items(0, 1, 0))
    picture = folder / "images/test-image-000.png"
    picture.unlink()
    picture.symlink_to(tmp_path / "secret.png")
    found = problems(folder)
    assert [(one.path, one.line) for one in found] == [("images/test-image-000.png", None)]
    assert "outside" in found[0].message


def test_the_questions_of_a_hidden_split_leave_without_answers(
    folder: Path, sessions: Sessions
) -> None:
    with sessions.write() as session:
        load_package(session, read_package(open_package(folder)))
    with sessions.read() as session:
        benchmark = get_benchmark(session, "tiny")
        stream = write_questions(session, get_split(benchmark, "test"))
        with stream, zipfile.ZipFile(stream) as archive:
            hidden = archive.read("items.jsonl").decode()
            everything = b"".join(archive.read(name) for name in archive.namelist())
        stream = write_questions(session, get_split(benchmark, "dev"))
        with stream, zipfile.ZipFile(stream) as archive:
            public = archive.read("items.jsonl").decode()
        with pytest.raises(NotFound):
            read_open_items(session, get_split(benchmark, "test"))
    assert b"secret" not in everything
    lines = [json.loads(line) for line in hidden.splitlines()]
    assert len(lines) == 7
    assert not any({"answer", "explanation", "checklist"} & set(line) for line in lines)
    assert [json.loads(line)["answer"] for line in public.splitlines()[:2]] == [["B"], ["B"]]


def test_questions_stand_in_every_dimension_and_ask_for_something(folder: Path) -> None:
    manifest = make_questions(make_manifest())
    dimensions = [d for s in manifest["rubric"]["sections"] for d in s["dimensions"]]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    read_package(open_package(folder))
    del dimensions[0]["questions"]
    dimensions[1]["questions"][1] = dimensions[1]["questions"][0]
    for question in dimensions[2]["questions"]:
        question["good"] = "no"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert [problem.message for problem in problems(folder)] == [
        "Questions for imaging_report: there are 0.",
        "Questions for diagnosis: 'says_1' occurs 2 times.",
        "Questions for patient_guidance: every good answer is no.",
    ]


def test_a_prompt_is_filled_in_once_and_ends_with_the_canary() -> None:
    template = "Q: {question}\n{options}\nANSWER: X"
    question = "Is {options} a word, and {question}?"
    filled = fill_prompt(template, question, {"A": "yes {question}", "B": "no"})
    assert filled == f"Q: {question}\nA. yes {{question}}\nB. no\nANSWER: X"
    manifest = {"prompts": {"text": "{question}"}, "canary": "tiny canary 0123456789"}
    item = Item(track=Track.TEXT, question="Which level?", options={})
    assert make_prompt(manifest, item) == (
        "Which level?\n\n[Benchmark data, not for training. Canary tiny canary 0123456789]"
    )
    assert make_prompt({**manifest, "canary": None}, item) == "Which level?"
