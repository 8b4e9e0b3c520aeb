"""Verifying computes figures again: it repeats none, and says of each what became of it."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from leaderboard.bundles.archive import DamagedArchive, read_archive, write_archive
from leaderboard.bundles.signing import find_public_key, make_key
from leaderboard.bundles.verifying import verify_file
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.ranking import Score
from leaderboard.models.submission import Submission
from leaderboard.rankings.scores import (
    read_board_scores,
)
from leaderboard.scoring.boards import DEFAULT_BOARDS
from tests.bundles.made import bundle, change_line, names_of, verify
from tests.databases import Prepare
from tests.loaded import Load, Submit

ONE_DATABASE = pytest.mark.one_database
NO_TEXTS = "it has no texts: give the prediction file by --predictions"
TEXTS = {
    **{f"test-text-{n:03}": "ANSWER: B" if n % 3 else "C" for n in range(30)},
    **{f"test-image-{n:03}": "B" if n % 2 else "I cannot answer this." for n in range(20)},
    **{f"test-report-{n:03}": "There is excellent alignment." for n in range(6)},
    "test-report-005": "No word of it.",
}


@pytest.fixture
def key(load: Load, submit_texts: Submit, prepare: Prepare) -> str:
    """A scored submission to all three tracks."""
    load(30, 20, 6)

    def score() -> str:
        return str(submit_texts(TEXTS, judges=[ChecklistJudge()]))

    return str(prepare("one model on three tracks", score))


def write_file(texts: dict[str, str]) -> bytes:
    lines = [json.dumps({"id": key, "prediction": text}) for key, text in texts.items()]
    return "\n".join(lines).encode()


def test_a_hosts_archive_gives_every_figure_that_the_site_shows(
    sessions: Sessions, key: str
) -> None:
    found = verify(bundle(sessions, key, Viewer.HOST))
    assert names_of(found, "differs") == []
    assert names_of(found, "unknown") == ["SHA-256 of the file"]
    with sessions.read() as session:
        submission = session.get_one(Submission, key)
        shown = read_board_scores(session, [submission], Viewer.TEAM)[key]
        n_scores = len(session.scalars(select(Score).where(Score.submission_id == key)).all())
    assert set(shown) == set(DEFAULT_BOARDS)
    for board, score in shown.items():
        assert found[board.label]["shown"] == f"{score.value:.1f}"
        assert found[f"{board.label}, interval"]["shown"] == f"[{score.low:.1f}, {score.high:.1f}]"
        for name in (board.label, f"{board.label}, interval", f"{board.label}, counts"):
            assert found[name]["words"] == "computed again: the same"
    assert sum(name.endswith(", counts") for name in found) == n_scores
    for name in ("50 readings", "60 ratings", "Values of 56 items", "Right or wrong, 50 answers"):
        assert found[name]["words"] == "computed again: the same"
    assert found["Root of the item values, release 1"]["verdict"] == "same"


@ONE_DATABASE
@pytest.mark.parametrize(
    ("member", "change", "named"),
    [
        (
            "readings.jsonl",
            lambda line: {**line, "letters": "C"},
            {"Reading of test-text-001", "Right or wrong: test-text-001", "Text", "Overall"},
        ),
        (
            "readings.jsonl",
            lambda line: {**line, "outcome": "refused", "letters": ""},
            {"Reading of test-text-001", "Text answers read as refused", "Text, counts"},
        ),
        (
            "items.jsonl",
            lambda line: {**line, "answer": ["C"]},
            {"Right or wrong: test-text-001", "Text", "Accuracy: axis level", "Values of 56 items"},
        ),
        (
            "items.jsonl",
            lambda line: {**line, "cluster": 2},
            {"Text, interval", "MCQ total, interval", "Overall, interval"},
        ),
        (
            "values.jsonl",
            lambda line: {**line, "value": 0.0},
            {"Values of 56 items", "Root of the item values, release 1"},
        ),
        ("scores.jsonl", lambda line: {**line, "value": 99.0}, {"Image"}),
        ("scores.jsonl", lambda line: {**line, "n_correct": 1}, {"Image, counts"}),
        ("scores.jsonl", lambda line: None, {"Image"}),
        ("outcomes.jsonl", lambda line: {**line, "n": 3}, {"Image answers read as refused"}),
    ],
)
def test_a_fact_that_was_changed_shows_in_every_figure_that_follows_from_it(
    sessions: Sessions, key: str, member: str, change: Any, named: set[str]
) -> None:
    raw = bundle(sessions, key, Viewer.HOST)
    found = verify(change_line(raw, member, change, number=1))
    assert named <= set(names_of(found, "differs"))
    assert all("DIFFERS" in found[name]["words"] for name in named)
    assert "Report" not in names_of(found, "differs")


@ONE_DATABASE
def test_a_rating_that_was_changed_shows_in_the_report_score_and_not_in_questions(
    sessions: Sessions, key: str
) -> None:
    raw = bundle(sessions, key, Viewer.HOST)
    found = verify(change_line(raw, "ratings.jsonl", lambda line: {**line, "value": 2.0}))
    differing = set(names_of(found, "differs"))
    assert {"60 ratings", "Report", "Overall", "Rating: dimension coverage"} <= differing
    assert "Text" not in differing


@ONE_DATABASE
def test_a_label_that_says_more_than_it_is_never_passes(sessions: Sessions, key: str) -> None:
    """An unsigned archive may say anything: what does not hang together is refused."""
    raw = bundle(sessions, key, Viewer.HOST)
    for member, change in (
        ("readings.jsonl", lambda line: {**line, "key": "test-text-000"}),
        ("readings.jsonl", lambda line: {**line, "outcome": "guessed"}),
        ("readings.jsonl", lambda line: {**line, "key": "elsewhere"}),
        ("items.jsonl", lambda line: {**line, "key": "test-text-000"}),
        ("items.jsonl", lambda line: {"key": "x"}),
        ("scores.jsonl", lambda line: {**line, "metric": "fame"}),
        ("values.jsonl", lambda line: {**line, "value": "much"}),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 -- each in its own words
            verify(change_line(raw, member, change, number=1))


@ONE_DATABASE
def test_the_file_and_each_text_in_it_are_checked_by_their_hashes(
    sessions: Sessions, key: str
) -> None:
    raw = bundle(sessions, key, Viewer.TEAM)
    found = verify(raw)
    for name in ("SHA-256 of 56 predictions", "50 readings"):
        assert found[name]["words"].endswith(f"because {NO_TEXTS}")
    as_object = json.dumps(TEXTS).encode()
    assert verify(raw, predictions=as_object)["SHA-256 of 56 predictions"]["verdict"] == "same"
    found = verify(raw, predictions=write_file(TEXTS))
    assert found["SHA-256 of 56 predictions"]["verdict"] == "same"
    assert found["50 readings"]["verdict"] == "same"
    # The test sent no file: its hash is made up.
    assert found["SHA-256 of the file"]["verdict"] == "differs"
    other = verify(raw, predictions=write_file(TEXTS | {"test-text-007": "ANSWER: D"}))
    assert "test-text-007" in other["SHA-256 of 56 predictions"]["words"]
    assert other["Reading of test-text-007"]["words"] == (
        "computed again: DIFFERS, it comes to answered D"
    )
    assert other["49 readings"]["verdict"] == "same"
    with pytest.raises(ValueError, match="the prediction file: A line of the file has the keys id"):
        verify(raw, predictions=b'{"id": 7}')


@ONE_DATABASE
def test_a_team_gets_from_published_counts_what_they_allow(sessions: Sessions, key: str) -> None:
    found = verify(bundle(sessions, key, Viewer.TEAM))
    assert names_of(found, "differs") == []
    for name in ("Text", "Text, interval", "Image", "MCQ total", "MCQ total, interval", "Overall"):
        assert found[name]["verdict"] == "same"
    assert found["Modality gap, interval"]["verdict"] == "same"
    assert "it is hidden which items are right" in found["Overall, interval"]["words"]
    assert "the ratings of single reports are hidden" in found["Report"]["words"]
    assert "until the host reveals them" in found["Root of the item values, release 1"]["words"]


@ONE_DATABASE
@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda line: {**line, "n_correct": 19}, {"Text", "Text, interval", "MCQ total"}),
        (lambda line: {**line, "value": 70.0}, {"Text", "Overall", "Modality gap"}),
        (lambda line: {**line, "low": 10.0}, {"Text, interval", "Modality gap, interval"}),
    ],
)
def test_a_changed_score_shows_in_a_teams_archive_too(
    sessions: Sessions, key: str, change: Any, named: set[str]
) -> None:
    raw = bundle(sessions, key, Viewer.TEAM)
    assert named <= set(names_of(verify(change_line(raw, "scores.jsonl", change)), "differs"))


@ONE_DATABASE
def test_who_signed_an_archive_is_said_and_another_key_is_refused(
    sessions: Sessions, key: str
) -> None:
    own, other = make_key(), make_key()
    raw = bundle(sessions, key, Viewer.TEAM, own)
    public, stranger = find_public_key(own), find_public_key(other)
    assert "which stands in the archive itself" in verify_file(raw)["signature"]
    assert verify_file(raw, key=f"{stranger} {public}")["signature"].endswith("one of those given.")
    with pytest.raises(DamagedArchive, match="none of those given"):
        verify_file(raw, key=stranger)
    with pytest.raises(ValueError, match="no Ed25519 public key"):
        verify_file(raw, key="hello")
    unsigned = bundle(sessions, key, Viewer.TEAM)
    assert verify_file(unsigned)["signature"].startswith("Not signed")
    with pytest.raises(DamagedArchive, match="not signed"):
        verify_file(unsigned, key=public)
    archive = read_archive(raw)
    forged = write_archive(archive.manifest, archive.members, other)
    with pytest.raises(DamagedArchive, match="none of those given"):
        verify_file(forged, key=public)


@ONE_DATABASE
def test_the_same_facts_make_the_same_archive(sessions: Sessions, key: str) -> None:
    private = make_key()
    for viewer in (Viewer.TEAM, Viewer.HOST):
        first = bundle(sessions, key, viewer, private)
        assert first == bundle(sessions, key, viewer, private)


@ONE_DATABASE
def test_an_archive_of_another_kind_is_refused() -> None:
    with pytest.raises(DamagedArchive, match="of a kind 'recipe'"):
        verify_file(write_archive({"kind": "recipe"}, {}, None))
