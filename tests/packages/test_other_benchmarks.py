"""Benchmarks unlike SpineBench: of what they do not use nothing is asked, all else is told at once.

The three packages are as people wrote them who had read the documents alone.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.errors import InvalidPackage, Problem
from leaderboard.models.benchmark import Item
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.packages.files import FolderFiles, open_package
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.packages.write import write_package as write_again
from tests.package_files import make_case, make_manifest, make_mcq, write_package

PROMPT = "{question}\n{options}\nEnd with ANSWER: X"
SPLITS = [{"name": "test", "items": "items/test.jsonl", "answers": "hidden"}]
TEXT_ONLY: dict[str, Any] = {
    "format": 1,
    "slug": "medqa-min",
    "name": "MedQA-like, minimal",
    "version": "1.0.0",
    "licence": "CC-BY-4.0",
    "description": "Ten made-up items.",
    "prompts": {"text": PROMPT},
    "splits": SPLITS,
}


def make_question(key: str, **changes: Any) -> dict[str, Any]:
    """A question with nothing but what it needs."""
    return {
        "id": key,
        "split": "test",
        "kind": "mcq",
        "question": f"Made-up question {key}?",
        "options": dict(zip("ABCD", "abcd", strict=True)),
        "answer": ["B"],
    } | changes


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(InvalidPackage) as caught:
        read_package(open_package(folder))
    return list(caught.value.problems)


def test_a_benchmark_of_text_questions_needs_no_more_than_these(
    sessions: Sessions, tmp_path: Path
) -> None:
    items = [make_question(f"medqa-{n}") for n in range(10)]
    package = read_package(open_package(write_package(tmp_path, items, TEXT_ONLY)))
    with sessions.write() as session:
        load_package(session, package)
    with sessions.read() as session:
        loaded = session.scalars(select(Item).order_by(Item.position)).all()
        assert [(one.subcondition, one.axis, one.case_key) for one in loaded[:2]] == [
            (None, None, "medqa-0"),
            (None, None, "medqa-1"),
        ]
        again = write_again(session, get_benchmark(session, "medqa-min"))
    assert read_package(again).manifest == package.manifest
    assert "provenance" not in again.read("items/test.jsonl").decode()


@pytest.mark.one_database
def test_ids_and_paths_have_blanks_and_options_go_to_z(tmp_path: Path) -> None:
    letters = [chr(65 + n) for n in range(26)]
    pictures = [{"path": "images/Chest CT (3) 0.png", "alt": "CT"}]
    items = [
        make_question("CT of Spine_0000", images=pictures),
        make_question("z", options={one: one.lower() for one in letters}, answer=["K", "Z"]),
    ]
    items[1]["multiple"] = True
    manifest = TEXT_ONLY | {"prompts": {"text": PROMPT, "image": PROMPT}}
    package = read_package(open_package(write_package(tmp_path, items, manifest)))
    assert [one.id for one in package.items["test"]] == ["CT of Spine_0000", "z"]
    for key in ("two  blanks", "ends ", " begins"):
        folder = write_package(tmp_path, [make_question(key)], TEXT_ONLY)
        assert [one.line for one in problems(folder)] == [1]


@pytest.mark.one_database
def test_what_items_use_and_the_manifest_lacks_is_told_with_what_to_write(tmp_path: Path) -> None:
    items = [make_mcq(0), make_mcq(1, image=True), make_case(2)]
    folder = write_package(tmp_path, items, TEXT_ONLY)
    found = [(one.path, one.line, one.message) for one in problems(folder)]
    assert found == [
        (
            "manifest.json",
            None,
            "prompts: there are items of the image track and no prompt for them.",
        ),
        (
            "manifest.json",
            None,
            "prompts: there are items of the report track and no prompt for them.",
        ),
        (
            "manifest.json",
            None,
            "rubric: there are reports, and nothing says what they are rated on.",
        ),
        *(
            (
                "items/test.jsonl",
                line,
                f"{field} {key!r} is not in the manifest's taxonomy, which has no {name}.",
            )
            for line, field, key, name in (
                (1, "subcondition", "disc_herniation", "subconditions"),
                (1, "axis", "level", "axes"),
                (2, "subcondition", "lumbar_stenosis", "subconditions"),
                (2, "axis", "level", "axes"),
                (2, "modality", "mri", "modalities"),
                (3, "subcondition", "disc_herniation", "subconditions"),
                (3, "axis", "pathology", "axes"),
            )
        ),
    ]
    remedies = [one.remedy for one in problems(folder)]
    assert '{"report": "{question}"}' in remedies[1]
    assert remedies[3].startswith('Add {"key": "disc_herniation", "name": "..."} to')


@pytest.mark.one_database
def test_a_wrong_manifest_and_wrong_items_are_told_of_in_one_round(tmp_path: Path) -> None:
    items = [
        make_mcq(0, answer=["E"], surprise=1),
        make_mcq(1, subcondition="toothache", explanation=7),
        make_mcq(2, image=True, case_id=3),
    ]
    folder = write_package(tmp_path, items)
    (folder / "images/test-image-002.png").unlink()
    manifest = make_manifest(version="one", licence="")
    manifest["splits"][0]["answers"] = "perhaps"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    found = problems(folder)
    assert [(one.path, one.line) for one in found] == [
        ("manifest.json", None),
        ("manifest.json", None),
        ("manifest.json", None),
        ("items/test.jsonl", 1),
        ("items/test.jsonl", 2),
        ("items/test.jsonl", 3),
        ("items/test.jsonl", 1),
        ("items/test.jsonl", 2),
        ("items/test.jsonl", 3),
    ]
    assert "not a set of the options" in found[6].message
    assert "'toothache' is not in" in found[7].message
    assert "is missing" in found[8].message


@pytest.mark.one_database
def test_a_problem_that_many_items_share_stands_once_with_their_lines(tmp_path: Path) -> None:
    items = [make_question(f"q {n}", levels=["L9"]) for n in range(40)]
    (one,) = problems(write_package(tmp_path, items, TEXT_ONLY))
    assert (one.line, one.id) == (1, "q 0")
    assert one.message.endswith("The same in 39 more lines: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 ...")


@pytest.mark.one_database
def test_a_folder_is_read_by_the_given_names_alone(tmp_path: Path) -> None:
    """A path with blanks is that file, and not two."""
    (tmp_path / "images").mkdir()
    (tmp_path / "images/x 0.png").write_bytes(b"x")
    assert FolderFiles(tmp_path).read("images/x 0.png") == b"x"


PARTS = ("diagnosis", "localization")
PATHOLOGY = TEXT_ONLY | {
    "slug": "pathology",
    "taxonomy": {"axes": [{"key": key, "name": key.title()} for key in PARTS]},
    "overall": {"over": "axis", "weights": "equal"},
}


def make_pathology() -> list[dict[str, Any]]:
    """Six questions of diagnosis, and two of localization that have two right letters."""
    several = {"multiple": True, "answer": ["A", "B"]}
    return [make_question(f"d{n}", axis="diagnosis") for n in range(6)] + [
        make_question(f"l{n}", axis="localization", **several) for n in range(2)
    ]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("overall", "words"),
    [
        ({"over": "modality"}, "modality is missing, and the overall score is a mean over its"),
        (
            {"over": "axis", "weights": {"diagnosis": 1}},
            "weights are given of diagnosis, and the items have diagnosis, localization",
        ),
        ({"over": "axis", "weights": {"diagnosis": 0, "localization": 1}}, "weights"),
        ({"over": "difficulty"}, "difficulty"),
    ],
)
def test_an_overall_rule_that_items_do_not_bear_is_refused(
    tmp_path: Path, overall: dict[str, Any], words: str
) -> None:
    folder = write_package(tmp_path, make_pathology(), PATHOLOGY | {"overall": overall})
    assert words in " ".join(one.message for one in problems(folder))


@pytest.mark.one_database
def test_reports_of_several_groups_cannot_be_parts_of_them(tmp_path: Path) -> None:
    items = [make_case(0), make_case(1, axis="planning")]
    manifest = make_manifest(overall={"over": "axis"})
    (one,) = problems(write_package(tmp_path, items, manifest))
    assert "reports are in 2 groups" in one.message
