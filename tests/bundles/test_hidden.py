"""A team's archive on hidden answers holds what its pages show, and its own readings."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.bundles.archive import read_archive
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.errors import Conflict
from leaderboard.evaluation.rank import rank_split
from leaderboard.hosting.releases import open_next
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.ranking import Board
from leaderboard.models.reference import ItemReference
from leaderboard.models.sealed import AnswerSalt, CommittedValues
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.scores import (
    read_scores,
)
from tests.bundles.made import bundle, names_of, verify
from tests.evaluation.test_feedback import N, answer, read_parts
from tests.loaded import Load, Submit

pytestmark = pytest.mark.one_database
HIDDEN_WORDS = (
    *("answer", "is_correct", "precision", "recall", "decides", "levels", "checklist"),
    *("question", "reference_report", "explanation", "seed", "salt", "dimension", "reference"),
    *("standard_error", "freedom", "pooled", "left_out", "own", "rater", "text"),
)
"""Names under which something hidden might stand."""
REPORTS = {f"test-report-{n:03}": "There is excellent alignment." for n in range(4)}


def members_of(raw: bytes) -> dict[str, list[dict[str, Any]]]:
    archive = read_archive(raw)
    return {
        name: [json.loads(line) for line in content.splitlines()]
        for name, content in archive.members.items()
        if name != "rubric.json"
    }


def test_nothing_hidden_stands_in_it_under_any_name(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, 3, 4)
    key = submit_texts(
        answer({"test-text-001"}) | answer(set(), "image", 3) | REPORTS, judges=[ChecklistJudge()]
    )
    raw = bundle(sessions, key, Viewer.TEAM)
    members = members_of(raw)
    assert set(members) == {
        *("items.jsonl", "predictions.jsonl", "readings.jsonl", "outcomes.jsonl"),
    }
    for lines in members.values():
        assert not {name for line in lines for name in line} & set(HIDDEN_WORDS)
    manifest = read_archive(raw).manifest
    assert (manifest["is_whole"], manifest["commitment"], manifest["judge"]) == (False, None, None)
    assert list(manifest["told"]["first_looks"][0]) == ["n", "score", "track"]
    with sessions.read() as session:
        secrets = [salt.hex() for salt in session.scalars(select(AnswerSalt.salt))]
        secrets += [one.reference_report for one in session.scalars(select(ItemReference))]
        secrets += [one.explanation for one in session.scalars(select(ItemReference))]
    assert [one for one in secrets if one and one.encode() in raw] == []


def strip(raw: bytes) -> tuple[Any, Any]:
    """An archive but for what names its submission, and its own texts and readings."""
    archive, members = read_archive(raw), members_of(raw)
    manifest = dict(archive.manifest)
    manifest.pop("members")
    for name in ("id", "model", "model_number", "file_hash", "created_at"):
        manifest["submission"].pop(name)
    for name in ("number", "sha256"):
        for line in members["predictions.jsonl"]:
            line.pop(name)
    for line in members["readings.jsonl"]:
        line.pop("letters")
    return manifest, members


def test_submissions_that_differ_in_what_is_right_have_archives_that_differ_in_their_own_words(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(30, 0, 4)
    right = {f"test-text-{n:03}" for n in range(0, 30, 2)}
    keys = [
        submit_texts(answer(right, n=30) | REPORTS, "model-a", judges=[ChecklistJudge()]),
        submit_texts(answer(set(), n=30) | REPORTS, "model-b", judges=[ChecklistJudge()]),
        submit_texts(
            answer(right, n=30) | dict.fromkeys(REPORTS, "No."),
            "model-c",
            judges=[ChecklistJudge()],
        ),
    ]
    whole = [bundle(sessions, key, Viewer.TEAM) for key in keys]
    first, *others = map(strip, whole)
    assert [other == first for other in others] == [True, True]


def test_after_a_release_it_has_the_published_scores_and_no_more(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(N, 0, 0)
    feedback, deciding = read_parts(sessions)
    key = submit_texts(answer({*feedback[:10], *deciding[:60]}), judges=[ChecklistJudge()])
    with sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        open_next(session, split, "host@example.org", "Spring.", seen=[key])
        rank_split(session, split.id)
    raw = bundle(sessions, key, Viewer.TEAM)
    members = members_of(raw)
    with sessions.read() as session:
        shown = read_scores(session, session.get_one(Submission, key), Viewer.TEAM)
        seed = session.scalars(select(CommittedValues.seed)).one()
    told = [(one["metric"], one["slice"], one["name"]) for one in members["scores.jsonl"]]
    assert told == [(one.metric, one.slice, one.name) for one in shown.scores]
    for lines in members.values():
        assert not {name for line in lines for name in line} & set(HIDDEN_WORDS)
    assert set(read_archive(raw).manifest["commitment"]) == {"root", "release"}
    assert seed.hex().encode() not in raw
    found = verify(raw)
    assert names_of(found, "differs") == []
    assert found[Board.TEXT.label]["shown"] == "75.0"
    assert found[f"{Board.TEXT.label}, interval"]["verdict"] == "same"
    assert found["First look: text"]["words"].startswith("cannot be computed")
    host = verify(bundle(sessions, key, Viewer.HOST))
    assert names_of(host, "differs") == []
    assert host["First look: text"]["verdict"] == "same"


def test_what_is_not_scored_has_no_proof(
    sessions: Sessions, load_protected: Load, submit_texts: Submit
) -> None:
    load_protected(3, 0, 0)
    key = submit_texts(answer(set(), n=3))
    with pytest.raises(Conflict, match="there is no score to prove"):
        bundle(sessions, key, Viewer.TEAM)
