"""Benchmarks in other layouts, as their own files have them, become packages without problems."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from click.testing import CliRunner

from leaderboard.errors import InvalidPackage
from leaderboard.host_cli.benchmarks import benchmark_group
from leaderboard.packages.files import open_package
from leaderboard.packages.importing import Asked, Facts, import_source
from leaderboard.packages.package import McqItem, track_of
from leaderboard.packages.read import Package, read_package
from tests.package_files import make_png

GIVEN = Facts(
    name="Imported", licence="MIT", description="From elsewhere.", answers="public", alt="X-ray"
)
OMNI = {
    "dataset": "ACRIMA",
    "question_id": "CT of Spine_0000",
    "question_type": "Anatomy Identification",
    "question": "Which part is shown?",
    "gt_answer": "Spine",
    "image_path": "Images/Chest CT Scan/test/000108 (3).png",
    "option_A": "Hip",
    "option_B": "Spine",
    "modality_type": "CT(Computed Tomography)",
}


def write_lines(place: Path, rows: Iterable[dict[str, Any]]) -> Path:
    place.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return place


def convert(name: str, place: Path, images: Path | None = None, **fields: str) -> Package:
    """The package that a source becomes."""
    folder = place.parent / "package"
    import_source(name, place, GIVEN, Asked(images, fields), folder)
    return read_package(open_package(folder))


def answers(package: Package) -> dict[str, str]:
    """The right letters by item."""
    items = [one for of_split in package.items.values() for one in of_split]
    return {one.id: "".join(one.answer) for one in items if isinstance(one, McqItem)}


def test_medqa(tmp_path: Path) -> None:
    row = {
        "question": "Which nerve?",
        "answer": "L5",
        "options": {"A": "L4", "B": "L5", "C": "S1", "D": "S2"},
        "meta_info": "step2&3",
        "answer_idx": "B",
    }
    package = convert("medqa", write_lines(tmp_path / "test.jsonl", [row, row]))
    assert answers(package) == {"medqa-1": "B", "medqa-2": "B"}
    assert [one.key for one in package.manifest.taxonomy.axes] == ["step2_3"]


def test_medxpertqa_without_the_options_that_its_text_repeats(tmp_path: Path) -> None:
    options = {letter: f"choice {letter.lower()}" for letter in "ABCDEFGHIJ"}
    listed = " ".join(f"({letter}) {text}" for letter, text in options.items())
    row = {
        "id": "MM-26",
        "question": f"What is seen?\nAnswer Choices: {listed}",
        "options": options,
        "label": "J",
        "images": ["MM-26-a.jpeg"],
        "medical_task": "Diagnosis",
        "body_system": "Skeletal",
        "question_type": "Reasoning",
    }
    (tmp_path / "images").mkdir()
    (tmp_path / "images/MM-26-a.jpeg").write_bytes(make_png(1))
    package = convert("medxpertqa", write_lines(tmp_path / "t.jsonl", [row]), tmp_path / "images")
    (item,) = package.items["test"]
    assert (item.id, item.question, item.axis, item.subcondition) == (
        "MM-26",
        "What is seen?",
        "diagnosis",
        "skeletal",
    )
    assert answers(package) == {"MM-26": "J"}


def test_omnimedvqa_with_blanks_in_ids_and_paths(tmp_path: Path) -> None:
    picture = tmp_path / OMNI["image_path"]
    picture.parent.mkdir(parents=True)
    picture.write_bytes(make_png(2))
    (tmp_path / "qa.json").write_text(json.dumps([OMNI]))
    package = convert("omnimedvqa", tmp_path / "qa.json", tmp_path)
    assert answers(package) == {"CT of Spine_0000": "B"}
    (item,) = package.items["test"]
    assert item.images[0].alt == "CT(Computed Tomography): X-ray"
    assert item.modality == "ct_computed_tomography"


def test_mmmu_with_pictures_in_its_columns(tmp_path: Path) -> None:
    row = {
        "id": "validation_Diagnostics_1",
        "question": "What does <image 1> show?",
        "options": "['A fracture', 'Nothing']",
        "answer": "A",
        "image_1": {"bytes": make_png(3), "path": "x.png"},
        "image_2": None,
        "question_type": "multiple-choice",
        "subfield": "Radiology",
        "explanation": "",
    }
    parquet.write_table(pa.Table.from_pylist([row]), tmp_path / "v.parquet")
    package = convert("mmmu", tmp_path / "v.parquet")
    (item,) = package.items["test"]
    assert item.question == "What does (image 1) show?"
    assert answers(package) == {"validation_Diagnostics_1": "A"}
    assert len(package.pictures) == 1


def test_vlmevalkit_follows_a_picture_to_the_row_that_has_it(tmp_path: Path) -> None:
    picture = base64.b64encode(make_png(4)).decode()
    stream = io.StringIO()
    names = ["index", "image", "question", "hint", "A", "B", "C", "answer", "category"]
    table = csv.DictWriter(stream, names, delimiter="\t")
    table.writeheader()
    shared = {"question": "Which level?", "A": "L3/L4", "B": "L4/L5", "category": "level"}
    table.writerow({"index": 7, "image": picture, "answer": "B", **shared})
    table.writerow({"index": 8, "image": "7", "answer": "A", "hint": "Look twice.", **shared})
    (tmp_path / "bench.tsv").write_text(stream.getvalue(), encoding="utf-8")
    package = convert("vlmevalkit", tmp_path / "bench.tsv")
    assert answers(package) == {"7": "B", "8": "A"}
    first, second = package.items["test"]
    assert second.question == "Look twice.\n\nWhich level?"
    assert first.case_id == second.case_id
    assert len({one.content for one in package.pictures.values()}) == 1


def test_spinal_pathology_has_two_parts_that_weigh_alike(tmp_path: Path) -> None:
    rows = [
        {
            "image": "images/1.png",
            "question": "Which disease? A. Healthy B. Osteophytes C. Spondylolisthesis",
            "task": "spine_disease_classification",
            "answers": "Osteophytes",
        },
        {
            "image": "images/1.png",
            "question": "Which discs are affected?",
            "task": "spine_lesion_localization",
            "answers": ["L4/L5", "L5/S1"],
        },
    ]
    (tmp_path / "1.png").write_bytes(make_png(5))
    (tmp_path / "test.json").write_text(json.dumps(rows))
    package = convert("spinebench-pathology", tmp_path / "test.json", tmp_path)
    assert answers(package) == {"diagnosis 1": "B", "localization 2": "DE"}
    first, second = package.items["test"]
    assert isinstance(second, McqItem)
    assert (first.question, second.multiple) == ("Which disease?", True)
    assert second.question.endswith("Several options may be right.")
    assert (package.manifest.overall.over, package.manifest.overall.weights) == ("track", "equal")
    tracks = [(one.key, one.name) for one in package.manifest.tracks]
    assert tracks == [("diagnosis", "Diagnosis"), ("localization", "Localization")]
    assert [track_of(one) for one in (first, second)] == ["diagnosis", "localization"]
    assert first.levels == second.levels == []


def test_croissant_says_name_and_licence_and_names_its_file(tmp_path: Path) -> None:
    write_lines(
        tmp_path / "data.jsonl", [{"q": "Which?", "choices": ["a", "b"], "gold": 1, "id": "x 1"}]
    )
    metadata = {
        "@type": "sc:Dataset",
        "name": "Of Croissant",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "description": "Said there.",
        "distribution": [
            {"@type": "cr:FileObject", "contentUrl": "https://example.org/d/data.jsonl"}
        ],
    }
    place = tmp_path / "croissant.json"
    place.write_text(json.dumps(metadata))
    asked = Asked(None, {"question": "q", "options": "choices", "answer": "gold"})
    import_source("croissant", place, Facts(answers="public"), asked, tmp_path / "package")
    package = read_package(open_package(tmp_path / "package"))
    assert (package.manifest.name, package.manifest.slug) == ("Of Croissant", "of-croissant")
    assert package.manifest.licence.endswith("/by/4.0/")
    assert answers(package) == {"x 1": "B"}


def test_all_that_a_source_lacks_is_asked_for_at_once_with_its_option(tmp_path: Path) -> None:
    other = OMNI | {"question_id": "b", "gt_answer": "Elbow"}
    (tmp_path / "qa.json").write_text(json.dumps([OMNI, other]))
    with pytest.raises(InvalidPackage) as caught:
        import_source("omnimedvqa", tmp_path / "qa.json", Facts(), Asked(), tmp_path / "package")
    said = [f"{one.message} {one.remedy}" for one in caught.value.problems]
    for option in ("--name", "--licence", "--description", "--answers", "--images"):
        assert sum(option in one for one in said) == 1
    assert "The answer of b is none of its 2 options. Correct it in the source." in said
    assert not (tmp_path / "package").exists()


def run(*args: object) -> str:
    result = CliRunner().invoke(benchmark_group, [str(one) for one in args])
    return f"{result.output}{result.exception or ''}"


@pytest.mark.parametrize("kinds", [[], ["--images"], ["--reports"], ["--text", "--images"]])
def test_a_new_package_is_valid_and_small(tmp_path: Path, kinds: list[str]) -> None:
    said = run("new", tmp_path / "mine", *kinds)
    assert "flask benchmark check" in said
    package = read_package(open_package(tmp_path / "mine"))
    assert len(package.items["test"]) == max(1, len(kinds))
    assert "is not empty" in run("new", tmp_path / "mine")


def test_the_command_imports_rows_of_any_names(tmp_path: Path) -> None:
    place = write_lines(
        tmp_path / "rows.jsonl", [{"text": "Which?", "A": "x", "B": "y", "key": "B"}]
    )
    given = ["--name", "Mine", "--licence", "MIT", "--description", "d", "--answers", "hidden"]
    fields = ["--field", "question=text", "--field", "answer=key"]
    said = run("import", "--from", "jsonl", *given, *fields, place, tmp_path / "out")
    assert "1 questions written" in said
    assert "No problems. Publish it" in said
    assert "there are text, A, B, key" in run("import", "--from", "jsonl", place, tmp_path / "no")
