"""What a host declares of items beside the taxonomy: from the package to the breakdown."""

import json
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from sqlalchemy import select

from leaderboard.bundles.verifying.figures import Verdict
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.errors import InvalidPackage
from leaderboard.items.values import read_items
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import Slice
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.packages.files import open_package
from leaderboard.packages.package import list_attributes
from leaderboard.packages.questions import write_questions
from leaderboard.packages.read import read_package
from leaderboard.packages.write import write_package as write_again
from leaderboard.rankings.breakdowns import list_slices, read_breakdown, read_names
from leaderboard.rankings.read import read_ranking
from tests.bundles.made import bundle, names_of, verify
from tests.evaluation.scripted import ScriptedJudge
from tests.factories import load_items, make_team, make_user
from tests.loaded import Submit
from tests.package_files import make_items, make_manifest, write_package
from tests.rankings.test_comparisons import texts

HOSPITALS = ("north", "south", "isle")
ATTRIBUTES = [
    {
        "key": "hospital",
        "name": "Hospital",
        "values": [{"key": key, "name": key.title()} for key in HOSPITALS],
    },
    {"key": "sex", "name": "Sex", "values": [{"key": "f", "name": "female"}]},
]


def make_items_of_hospitals(n: int) -> list[dict[str, Any]]:
    """Of `n` questions every second is of the north, four are of the isle, one has no hospital."""
    items = make_items(n, 0, 0)
    for place, item in enumerate(items):
        hospital = "isle" if place in (1, 3, 5, 7) else HOSPITALS[place % 2]
        item["attributes"] = {"hospital": hospital, "sex": "f"} if place != 9 else {}
    return items


def make_declaring(**changes: Any) -> dict[str, Any]:
    manifest = make_manifest(**changes)
    return manifest | {"taxonomy": manifest["taxonomy"] | {"attributes": ATTRIBUTES}}


def test_each_value_of_an_attribute_is_a_slice_unless_its_items_are_few(
    sessions: Sessions, submit_texts: Submit
) -> None:
    with sessions.write() as session:
        load_items(session, make_items_of_hospitals(24), make_declaring())
        make_team(session, "team", make_user(session, "a"))
    key = submit_texts(texts("text", 24, set(range(12))), judges=[ScriptedJudge({})])
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        table = read_ranking(session, split)
        assert Slice.ATTRIBUTE in list_slices(table)
        found = read_breakdown(session, table, Slice.ATTRIBUTE)
        (cells,) = found.cells.values()
    assert [(one.key, one.name, one.n) for one in found.columns] == [
        ("hospital:north", "Hospital: North", 12),
        ("hospital:south", "Hospital: South", 7),
        ("sex:f", "Sex: female", 23),
    ]
    # Right are the first twelve: 6 of the north, 1 of the south (item 11), 11 of the women.
    assert {key: one.n_correct for key, one in cells.items()} == {
        "hospital:north": 6,
        "hospital:south": 1,
        "sex:f": 11,
    }
    for viewer in (Viewer.HOST, Viewer.TEAM):
        figures = verify(bundle(sessions, key, viewer))
        assert names_of(figures, Verdict.DIFFERS) == []
        of_attributes = [one["verdict"] for name, one in figures.items() if "hospital" in name]
        assert of_attributes
        assert set(of_attributes) == {Verdict.SAME}


@pytest.mark.one_database
def test_attributes_are_kept_and_given_out_with_the_answers_alone(
    sessions: Sessions, tmp_path: Path
) -> None:
    items = make_items_of_hospitals(10)
    for item in items[:5]:
        item["split"] = "dev"
    for item in items:
        item["id"] = item["id"].replace("test", item["split"])
    with sessions.write() as session:
        load_items(session, items, make_declaring(demonstration=False))
    with sessions.read() as session:
        benchmark = get_benchmark(session, "tiny")
        again = read_package(write_again(session, benchmark))
        assert [one.attributes for one in again.items["dev"]] == [
            one["attributes"] for one in items[:5]
        ]
        assert [one.key for one in list_attributes(again.manifest.taxonomy)] == ["hospital", "sex"]
        by_name = {split.name: split for split in benchmark.splits}
        lines = {
            name: read_lines(write_questions(session, split)) for name, split in by_name.items()
        }
        own = read_items(session, by_name["test"].id)["attributes"].tolist()
    assert [line["attributes"] for line in lines["dev"]] == [one["attributes"] for one in items[:5]]
    assert own == [one["attributes"] for one in items[5:]]
    assert not [line for line in lines["test"] if "attributes" in line]


def read_lines(stream: BinaryIO) -> list[dict[str, Any]]:
    with stream, zipfile.ZipFile(stream) as archive:
        return [json.loads(line) for line in archive.read("items.jsonl").splitlines()]


@pytest.mark.one_database
def test_what_is_wrong_with_attributes_is_told_with_the_remedy(tmp_path: Path) -> None:
    items = make_items_of_hospitals(3)
    items[0]["attributes"] = {"scanner": "x"}
    items[1]["attributes"] = {"hospital": "east"}
    manifest = make_declaring()
    manifest["taxonomy"]["attributes"] = [*ATTRIBUTES, ATTRIBUTES[1]]
    with pytest.raises(InvalidPackage) as caught:
        read_package(open_package(write_package(tmp_path, items, manifest)))
    assert [(one.line, one.message, one.remedy) for one in caught.value.problems] == [
        (None, "attributes: 'sex' occurs 2 times.", "Keep one."),
        (
            1,
            "attribute 'scanner' is not in the manifest's taxonomy.",
            'Add {"key": "scanner", "name": "...", "values": [...]} to "attributes" there, or '
            "leave it out.",
        ),
        (
            2,
            "attribute hospital: 'east' is not one of its values in the manifest.",
            "Use one of north, south, isle, or leave it out.",
        ),
    ]


def test_a_manifest_from_before_has_no_attributes() -> None:
    assert read_names(make_manifest())[Slice.ATTRIBUTE] == {}
