"""Files of ratings: every problem at once with its remedy; with any, nothing is changed."""

import csv
import io

import pytest
from sqlalchemy import func, select

from leaderboard.db import Sessions
from leaderboard.errors import InvalidRatings, InvalidRequest
from leaderboard.experts.exchange import Imported, export_ratings, import_ratings
from leaderboard.experts.ratings_csv import hash_report
from leaderboard.models.rating import Rater, RaterKind, Rating
from tests.experts.conftest import get_test_split
from tests.loaded import Load, Submit

HEADER = "model,item,rater,dimension,value,comment,rated_at,report_hash"
ITEM = "test-report-000"


@pytest.fixture
def submission(load: Load, submit_texts: Submit) -> str:
    """A submission of two reports by model-a."""
    load(1, 0, 2)
    return submit_texts({ITEM: "The first report.", "test-report-001": "The second."})


def do_import(sessions: Sessions, text: str, kind: RaterKind = RaterKind.EXPERT) -> Imported:
    with sessions.write() as session:
        return import_ratings(session, get_test_split(session), text.encode(), kind)


def count_ratings(sessions: Sessions) -> int:
    with sessions.read() as session:
        return session.scalars(select(func.count()).select_from(Rating)).one()


def test_a_file_is_imported_once_and_exported_as_it_came(
    sessions: Sessions, submission: str
) -> None:
    digest = hash_report("The first report.")
    text = "\n".join(
        [
            HEADER,
            f'model-a,{ITEM},Dr. X,coverage,4,"=1+1, or so",2026-01-02T03:04:05Z,{digest}',
            f"model-a,{ITEM},Dr. X,relevance,5,,,",
        ]
    )
    assert do_import(sessions, text) == (2, 0, 1)
    assert do_import(sessions, text) == (0, 2, 1)
    with sessions.read() as session:
        exported = export_ratings(session, get_test_split(session), RaterKind.EXPERT)
        constructed = export_ratings(session, get_test_split(session), RaterKind.CONSTRUCTED)
    rows = list(csv.DictReader(io.StringIO(exported)))
    assert [(r["submission"], r["model"], r["item"], r["rater"]) for r in rows] == [
        (submission, "model-a", ITEM, "Dr. X")
    ] * 2
    assert [(r["dimension"], r["value"]) for r in rows] == [("coverage", "4"), ("relevance", "5")]
    assert rows[0]["comment"] == "'=1+1, or so"
    assert len(constructed.splitlines()) == 1
    assert do_import(sessions, exported) == (0, 2, 1)


def test_constructed_ratings_are_never_experts(sessions: Sessions, submission: str) -> None:
    text = f"{HEADER}\nmodel-a,{ITEM},same name,coverage,4,,,\n"
    do_import(sessions, text, RaterKind.CONSTRUCTED)
    do_import(sessions, text.replace(",4,", ",2,"), RaterKind.EXPERT)
    with sessions.read() as session:
        rows = session.execute(select(Rater.kind, Rating.value).join(Rating.rater)).all()
    assert {row[0]: row[1] for row in rows} == {RaterKind.CONSTRUCTED: 4, RaterKind.EXPERT: 2}
    with pytest.raises(InvalidRequest, match="not imported"):
        do_import(sessions, text, RaterKind.JUDGE)


@pytest.mark.one_database
def test_every_problem_is_told_with_its_line_and_nothing_is_imported(
    sessions: Sessions, submission: str
) -> None:
    do_import(sessions, f"{HEADER}\nmodel-a,{ITEM},x,coverage,4,,,\n")
    lines = {
        f"model-a,{ITEM},x,relevance,3,,,": "",
        f"model-z,{ITEM},x,coverage,3,,,": "'model-z' has no submission",
        "model-a,test-report-009,x,coverage,3,,,": "no report on the item 'test-report-009'",
        "model-a,test-text-000,x,coverage,3,,,": "no report on the item 'test-text-000'",
        f"model-a,{ITEM},x,beauty,3,,,": "no dimension 'beauty'",
        f"model-a,{ITEM},x,granularity,6,,,": "'6' is not a whole number from 1 to 5",
        f"model-a,{ITEM},x,diagnosis,2.5,,,": "'2.5' is not a whole number",
        f"model-a,{ITEM},x,diagnosis,,,,": "'' is not a whole number",
        f"model-a,{ITEM},=cmd,coverage,3,,,": "not a valid rater name",
        f"model-a,{ITEM},x,diagnosis,3,,yesterday,": "not in the past",
        f"model-a,{ITEM},x,diagnosis,3,,2026-01-01T00:00:00,": "not in the past",
        f"model-a,{ITEM},x,diagnosis,3,,2999-01-01T00:00:00Z,": "not in the past",
        f"model-a,{ITEM},x,diagnosis,3,,,0123456789abcdef": "not the one that was rated",
        f"model-a,{ITEM},x,relevance,4,,,": "already in line 2",
        f"model-a,{ITEM},x,coverage,5,,,": "has already given 4 here",
        f"model-a,{ITEM},x,coverage,3": "has 5 fields, but the header has 8",
    }
    with pytest.raises(InvalidRatings) as caught:
        do_import(sessions, "\n".join([HEADER, *lines]))
    found = {problem.line: problem for problem in caught.value.problems}
    assert sorted(line for line in found if line) == list(range(3, 18))
    for number, words in enumerate(lines.values(), 2):
        if words:
            assert words in found[number].message, words
            assert found[number].remedy
    assert "15 problems; nothing was imported" in caught.value.message
    assert count_ratings(sessions) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The header is"),
        (b"item,rater,dimension,value\n", "The header is"),
        (b"model,item,rater,dimension,value,value\n", "The header is"),
        (HEADER.encode(), "contains no ratings"),
        (HEADER.encode() + b"\nmodel-a,\xff", "not UTF-8"),
        (HEADER.encode() + b'\n"open', "Not valid CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_told_what_it_lacks(
    sessions: Sessions, submission: str, raw: bytes, words: str
) -> None:
    with sessions.write() as session, pytest.raises(InvalidRatings) as caught:
        import_ratings(session, get_test_split(session), raw, RaterKind.EXPERT)
    assert words in caught.value.problems[0].message


@pytest.mark.one_database
def test_a_submission_is_named_by_its_id_or_as_the_newest_of_its_model(
    sessions: Sessions, submission: str, submit_texts: Submit
) -> None:
    newer = submit_texts({ITEM: "Another text.", "test-report-001": "And another."})
    header = "submission,model,item,rater,dimension,value"
    do_import(
        sessions, f"{header}\n{submission},,{ITEM},x,coverage,1\n,model-a,{ITEM},x,coverage,2"
    )
    with sessions.read() as session:
        exported = export_ratings(session, get_test_split(session), RaterKind.EXPERT)
    rows = {row["submission"]: row["value"] for row in csv.DictReader(io.StringIO(exported))}
    assert rows == {submission: "1", newer: "2"}
    with pytest.raises(InvalidRatings) as caught:
        do_import(sessions, f"{header}\nnobody,,{ITEM},x,coverage,1")
    assert "There is no submission 'nobody'" in caught.value.problems[0].message
