"""Experts rate blind, in their own order, and what they have finished stays."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.ratings import read_expert_ratings, read_state
from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.experts.agreement import read_agreement
from leaderboard.experts.assign import assign_reports
from leaderboard.experts.rate import (
    find_next,
    finish,
    get_own_report,
    read_own_assignments,
    save_draft,
)
from leaderboard.experts.raters import read_pseudonyms
from leaderboard.models.expert import ExpertRater, RatingDraft
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.team import User
from tests.experts.conftest import AddExperts, Rank, get_test_split, get_user
from tests.package_files import DIMENSIONS

on_sqlite = pytest.mark.one_database


@pytest.fixture
def assigned(sessions: Sessions, rank_reports: Rank, add_experts: AddExperts) -> Sessions:
    """Two experts with all five reports of one model each."""
    rank_reports(["secret-model"], 5)
    add_experts("e1", "e2")
    with sessions.write() as session:
        assign_reports(session, get_test_split(session), per_model=5, overlap=1)
    return sessions


def rate(sessions: Sessions, name: str, key: str, **values: int) -> int:
    with sessions.write() as session:
        user = get_user(session, name)
        save_draft(session, user, key, dict.fromkeys(DIMENSIONS, 3) | values)
        return finish(session, user, key)


def list_keys(sessions: Sessions, name: str) -> list[str]:
    with sessions.read() as session:
        return [one.key for one in read_own_assignments(session, get_user(session, name))]


def find_next_key(session: Session, user: User) -> str | None:
    found = find_next(read_own_assignments(session, user))
    return None if found is None else found.key


@on_sqlite
def test_a_report_shows_its_case_and_hides_whose_it_is(assigned: Sessions) -> None:
    key = list_keys(assigned, "e1")[0]
    with assigned.read() as session:
        report = get_own_report(session, get_user(session, "e1"), key)
        case = report.question.removeprefix("Write report ").removesuffix(".")
        assert report.text == f"Report {case} by [name removed]."
        assert report.reference_report == f"secret reference test-report-{int(case):03}"
        assert (report.assignment.number, report.n_assignments) == (1, 5)


def test_drafts_change_until_the_report_is_finished_and_never_after(assigned: Sessions) -> None:
    key = list_keys(assigned, "e1")[0]
    with assigned.write() as session:
        user = get_user(session, "e1")
        assert save_draft(session, user, key, {"coverage": 2}).n_rated == 1
        assert save_draft(session, user, key, {"coverage": 4}).n_rated == 1
        with pytest.raises(InvalidRequest, match=r"9 fields .*: imaging_report, .*relevance"):
            finish(session, user, key)
    rate(assigned, "e1", key, coverage=5)
    with assigned.write() as session:
        user = get_user(session, "e1")
        for change in (
            lambda: finish(session, user, key),
            lambda: save_draft(session, user, key, {"coverage": 1}),
        ):
            with pytest.raises(Conflict, match="finished"):
                change()
        assert get_own_report(session, user, key).values["coverage"] == 5
        assert session.scalars(select(RatingDraft)).all() == []
        rater_id = session.scalars(
            select(ExpertRater.rater_id).where(ExpertRater.user_id == user.id)
        ).one()
        stored = session.execute(
            select(Rating.dimension, Rating.value).where(Rating.rater_id == rater_id)
        ).all()
        expected = dict.fromkeys(DIMENSIONS, 3.0) | {"coverage": 5.0}
        assert {row[0]: row[1] for row in stored} == expected


@on_sqlite
def test_an_expert_resumes_at_the_report_begun_and_then_at_the_first_open_one(
    assigned: Sessions,
) -> None:
    keys = list_keys(assigned, "e1")
    with assigned.write() as session:
        user = get_user(session, "e1")
        assert find_next_key(session, user) == keys[0]
        save_draft(session, user, keys[4], {"coverage": 2})
        assert find_next_key(session, user) == keys[4]
    rate(assigned, "e1", keys[4])
    with assigned.read() as session:
        user = get_user(session, "e1")
        own = read_own_assignments(session, user)
        assert find_next_key(session, user) == keys[0]
        assert sum(one.is_finished for one in own) == 1


@on_sqlite
def test_another_experts_report_is_not_there(assigned: Sessions) -> None:
    key = list_keys(assigned, "e2")[0]
    with assigned.write() as session:
        user = get_user(session, "e1")
        for ask in (
            lambda: get_own_report(session, user, key),
            lambda: save_draft(session, user, key, {"coverage": 3}),
            lambda: finish(session, user, key),
            lambda: get_own_report(session, user, "nothing"),
        ):
            with pytest.raises(NotFound):
                ask()


@on_sqlite
def test_a_value_or_dimension_that_the_rubric_lacks_is_refused(assigned: Sessions) -> None:
    key = list_keys(assigned, "e1")[0]
    with assigned.write() as session:
        user = get_user(session, "e1")
        for values in ({"coverage": 0}, {"coverage": 6}, {"beauty": 3}):
            with pytest.raises(InvalidRequest):
                save_draft(session, user, key, values)


def test_ratings_read_as_a_table_and_experts_are_compared_where_they_share_a_report(
    assigned: Sessions,
) -> None:
    first, second = list_keys(assigned, "e1"), list_keys(assigned, "e2")
    rate(assigned, "e1", first[0], coverage=5, risk_prognosis=1)
    with assigned.read() as session:
        split = get_test_split(session)
        before = read_state(session, split.id)
        assert read_agreement(session, split, RaterKind.EXPERT) == []
    for key in second:
        rate(assigned, "e2", key, diagnosis=5)
    with assigned.write() as session:
        session.add(Rater(kind=RaterKind.CONSTRUCTED, name="c", version="1"))
        session.flush()
        assert list(read_pseudonyms(session).values()) == ["Expert 1", "Expert 2", "Constructed 1"]
        split = get_test_split(session)
        table = read_expert_ratings(session, split.id)
        assert len(table) == 6 * 10
        assert set(table["rater_kind"]) == {"expert"}
        assert read_state(session, split.id) != before
        rows = read_agreement(session, split, RaterKind.EXPERT)
        assert read_agreement(session, split, RaterKind.CONSTRUCTED) == []
    differences = {
        row.name: row.agreement.difference and row.agreement.difference.value for row in rows
    }
    # 4 x the sum of the section means: 3 + 3 + 3 + 1 + (5 + 3 + 3 + 3) / 4, and 3 + 5 + 3 + 3 + 3.
    assert differences["Report score"] == pytest.approx(68 - 54)
    assert differences["coverage"] == pytest.approx(2)
    assert differences["granularity"] == pytest.approx(0)
    assert [row.agreement.n_reports for row in rows] == [1] * 11
    assert [(pair.first, pair.second) for pair in rows[0].agreement.pairs] == [
        ("Expert 1", "Expert 2")
    ]
