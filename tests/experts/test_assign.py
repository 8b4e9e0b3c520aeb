"""Reports of ranked models are assigned to experts, again and again without harm."""

import hashlib

import pytest
from sqlalchemy import func, select

from leaderboard.db import Sessions
from leaderboard.errors import Conflict, InvalidRequest, NotFound
from leaderboard.evaluation.run import evaluate
from leaderboard.experts.assign import Assigned, assign_reports, read_draw
from leaderboard.experts.rate import read_own_assignments, save_draft
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.expert import RatingAssignment, RatingPlan
from leaderboard.models.submission import Prediction
from tests.experts.conftest import AddExperts, Rank, get_test_split, get_user
from tests.loaded import Submit


def assign(
    sessions: Sessions, per_model: int, overlap: float = 0.2, seed: int | None = None
) -> Assigned:
    with sessions.write() as session:
        return assign_reports(
            session, get_test_split(session), per_model=per_model, overlap=overlap, seed=seed
        )


def test_assignments_are_idempotent_extensible_and_in_a_random_order(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a", "model-b", "model-c"])
    add_experts("e1", "e2")
    assert assign(sessions, 5, seed=3) == (3, 2, 18, 0)
    assert assign(sessions, 5) == (3, 2, 0, 0)
    with sessions.read() as session:
        first = read_own_assignments(session, get_user(session, "e1"))
    assert assign(sessions, 10) == (3, 2, 18, 0)
    with sessions.read() as session:
        own = read_own_assignments(session, get_user(session, "e1"))
        assert own[: len(first)] == first
        assert [one.number for one in own] == list(range(1, 19))
        ids = session.scalars(
            select(RatingAssignment.prediction_id)
            .where(RatingAssignment.key.in_([one.key for one in own]))
            .order_by(RatingAssignment.position)
        ).all()
        assert list(ids) != sorted(ids)


def test_reports_of_a_submission_that_stands_no_more_are_withdrawn_unless_begun(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts, submit_texts: Submit
) -> None:
    [old] = rank_reports(["model-a"], 6)
    add_experts("e1")
    assign(sessions, 4, overlap=0)
    with sessions.write() as session:
        user = get_user(session, "e1")
        save_draft(session, user, read_own_assignments(session, user)[0].key, {"coverage": 3})
    new = submit_texts(
        {f"test-report-{n:03}": f"Better report {n}: excellent alignment." for n in range(6)}
    )
    evaluate(sessions, new, [ChecklistJudge()], 5)
    assert assign(sessions, 4, overlap=0) == (1, 1, 4, 3)
    with sessions.read() as session:
        counts = session.execute(
            select(Prediction.submission_id, func.count())
            .join(RatingAssignment, RatingAssignment.prediction_id == Prediction.id)
            .group_by(Prediction.submission_id)
        ).all()
        assert {row[0]: row[1] for row in counts} == {old: 1, new: 4}


@pytest.mark.one_database
def test_the_draw_can_be_checked_later_by_a_digest_that_was_told_before(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a"])
    add_experts("e1")
    with sessions.read() as session, pytest.raises(NotFound, match="Nothing has been assigned"):
        read_draw(session, get_test_split(session))
    assign(sessions, 5, overlap=0)
    with sessions.read() as session:
        draw = read_draw(session, get_test_split(session))
        plan = session.scalars(select(RatingPlan)).one()
    assert draw.text == f"tiny 1.0.0 test {plan.seed}"
    assert draw.digest == hashlib.sha256(draw.text.encode()).hexdigest()
    assign(sessions, 8, overlap=0)
    with sessions.read() as session:
        assert read_draw(session, get_test_split(session)) == draw


@pytest.mark.one_database
def test_an_assignment_that_makes_no_sense_is_refused_with_the_remedy(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    with pytest.raises(Conflict, match="tiny has no experts yet"):
        assign(sessions, 5)
    add_experts("e1")
    with pytest.raises(Conflict, match="No ranked model"):
        assign(sessions, 5)
    rank_reports(["model-a"])
    with pytest.raises(InvalidRequest, match="at least one report"):
        assign(sessions, 0)
    with pytest.raises(InvalidRequest, match="not a share"):
        assign(sessions, 5, overlap=1.5)
    assign(sessions, 5, seed=4)
    with pytest.raises(Conflict, match="seed of test has been 4"):
        assign(sessions, 5, seed=5)
