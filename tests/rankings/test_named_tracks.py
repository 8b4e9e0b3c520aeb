"""Tracks that a host names: from the package to scores, boards and ranks."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.bundles.verifying.figures import Verdict
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.errors import InvalidPackage
from leaderboard.hosting.reported import add_source
from leaderboard.models.benchmark import Split
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.files import open_package
from leaderboard.packages.read import read_package
from leaderboard.packages.write import write_package as write_again
from leaderboard.rankings.read import read_ranking
from leaderboard.reported.read import read_reported
from leaderboard.reported.read_file import NamedFile, read_reported_file
from leaderboard.reported.source import SaidOfSource, read_source
from leaderboard.scoring.boards import Board
from tests.bundles.made import bundle, names_of, verify
from tests.evaluation.scripted import ScriptedJudge
from tests.factories import load_items, make_team, make_user
from tests.loaded import Submit
from tests.package_files import make_case, make_manifest, make_mcq, write_package
from tests.reported.published import FOLDER

TRACKS = [
    {"key": "diagnosis", "name": "Diagnosis"},
    {"key": "localization", "name": "Localization"},
]
PROMPT = "{question}\n{options}"


def make_named(**changes: Any) -> dict[str, Any]:
    """A manifest as of the spinal-pathology SpineBench: the overall score is the mean of both."""
    return make_manifest(
        **{
            "tracks": TRACKS,
            "prompts": {"diagnosis": PROMPT, "localization": PROMPT},
            "overall": {"over": "track", "weights": "equal"},
        }
        | changes
    )


def make_questions(n_diagnosis: int, n_localization: int) -> list[dict[str, Any]]:
    """All with a picture; the right answer is B, of localization B and C."""
    items = [
        make_mcq(n, image=True, track="diagnosis" if n < n_diagnosis else "localization")
        for n in range(n_diagnosis + n_localization)
    ]
    for item in items[n_diagnosis:]:
        item |= {"multiple": True, "answer": ["B", "C"]}
    return items


def test_named_tracks_are_scored_and_ranked_each_by_itself(
    sessions: Sessions, submit_texts: Submit
) -> None:
    items = make_questions(8, 4)
    with sessions.write() as session:
        load_items(session, items, make_named())
        make_team(session, "team", make_user(session, "a"))
    # Of diagnosis 6 of 8 are right; of localization 1 of 4, and two have one of both letters.
    said = {item["id"]: "ANSWER: B" if n < 6 else "ANSWER: A" for n, item in enumerate(items)}
    said |= {items[8]["id"]: "ANSWER: B, C"}
    said |= {items[n]["id"]: "ANSWER: B" for n in (9, 10)}
    key = submit_texts(said, judges=[ScriptedJudge({})])
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        table = read_ranking(session, split)
        (row,) = table.rows
        scores = {board.value: round(row.scores[board].value, 6) for board in row.scores}
        labels = [board.label for board in table.boards]
        again = read_package(write_again(session, get_benchmark(session, "tiny")))
    assert labels == ["Overall", "Diagnosis", "Localization", "Reliability"]
    assert scores.pop("reliability") > 0
    assert scores == {"diagnosis": 75.0, "localization": 25.0, "overall": 50.0, "closed": 58.333333}
    assert row.ranks[Board("localization")].low == 1
    assert [one.track for one in again.items["test"]] == [one["track"] for one in items]  # type: ignore[union-attr]
    for viewer in (Viewer.HOST, Viewer.TEAM):
        assert names_of(verify(bundle(sessions, key, viewer)), Verdict.DIFFERS) == []


@pytest.mark.one_database
def test_what_is_wrong_with_tracks_is_told_with_the_remedy(tmp_path: Path) -> None:
    items = [make_mcq(0), make_mcq(1, track="localisation"), make_case(2)]
    tracks = [*TRACKS, {"key": "rank", "name": "Rank"}]
    folder = write_package(tmp_path, items, make_named(tracks=tracks))
    with pytest.raises(InvalidPackage) as caught:
        read_package(open_package(folder))
    found = {(one.line, one.message): one.remedy for one in caught.value.problems}
    asked = 'Give the item a "track", one of diagnosis, localization, rank, or add its track there.'
    words = "It is in the {} track, which is not among the tracks of manifest.json."
    assert found[1, words.format("text")] == asked
    assert found[2, words.format("localisation")] == asked
    assert found[3, words.format("report")] == "Add it there."
    assert (None, "tracks: 'rank' is the name of something else that rankings show.") in found


@pytest.mark.one_database
def test_a_default_track_says_what_the_pictures_say(tmp_path: Path) -> None:
    folder = write_package(tmp_path, [make_mcq(0, track="image")])
    with pytest.raises(InvalidPackage) as caught:
        read_package(open_package(folder))
    (problem,) = caught.value.problems
    assert problem.message == 'Its track is "image", and it has no pictures.'


@pytest.mark.one_database
def test_the_papers_table_stands_on_its_tracks_and_totals_that_differ_are_told(
    sessions: Sessions,
) -> None:
    """arXiv 2510.12267: overall is the mean of both accuracies, but in one row."""
    with sessions.write() as session:
        load_items(session, make_questions(2, 2), make_named(demonstration=False))
        split = get_split(get_benchmark(session, "tiny"), "test")
        table = (FOLDER / "spinal-pathology.csv").read_bytes()
        _, rest = table.split(b"\n", 1)
        head = b"model,diagnosis,localization,figure:Precision,figure:Recall,total,note\n"
        boards = split.benchmark.boards
        file = read_reported_file([NamedFile(None, head + rest)], "test", boards)
        said = SaidOfSource(
            kind="paper",
            title="SpineBench for spinal pathology analysis",
            address="10.48550/arXiv.2510.12267",
            measured_on="its own questions",
            differs=["items"],
            counts="",
        )
        add_source(session, split, file, read_source(said, file), None)
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        rows = read_reported(session, split, {})
        whole = {one.model.name: one.again for one in rows if one.again}
        wrong = {one.model.name: one.mismatches for one in rows if one.mismatches}
    assert len(whole) == len(rows) - 1, "one row, that of chance, has no localization"
    assert whole["Gemini-2.5-pro-exp-03-25"][Board.OVERALL] == pytest.approx((32.37 + 9.35) / 2)
    ((name, differing),) = wrong.items()
    assert {board.value: round(value, 2) for board, value in differing.items()} == {
        "overall": 15.54
    }
    printed = next(one.find(Board.OVERALL) for one in rows if one.model.name == name)
    assert printed is not None
    assert printed.value == 15.84
