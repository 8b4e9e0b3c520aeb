"""Experts never rate reports of their own teams, and their teams are marked where they have seen
references."""

import pytest
from sqlalchemy import func, select

from leaderboard.accounts import teams
from leaderboard.db import Sessions
from leaderboard.errors import InvalidRatings, NotFound
from leaderboard.experts.assign import assign_reports
from leaderboard.experts.exchange import import_ratings
from leaderboard.experts.progress import read_progress
from leaderboard.experts.rate import (
    finish,
    get_own_report,
    note_shown,
    read_own_assignments,
    save_draft,
    undo_finish,
)
from leaderboard.models.expert import ExpertRater, RatingAssignment, RatingDraft
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard, Team
from leaderboard.people.departures import end_membership
from leaderboard.rankings.raters import find_teams_with_raters
from leaderboard.rankings.read import read_ranking, read_state
from tests.experts.conftest import AddExperts, Rank, get_test_split, get_user
from tests.package_files import DIMENSIONS


def join(sessions: Sessions, name: str, team: str) -> None:
    with sessions.write() as session:
        found = session.scalars(select(Team).where(Team.slug == team)).one()
        teams.add_member(session, found, get_user(session, name))


def leave(sessions: Sessions, name: str, team: str) -> None:
    with sessions.write() as session:
        found = session.scalars(select(Team).where(Team.slug == team)).one()
        user = get_user(session, name)
        end_membership(session, found, user, by=user)


def assign(sessions: Sessions, overlap: float = 1) -> None:
    with sessions.write() as session:
        assign_reports(session, get_test_split(session), per_model=4, overlap=overlap)


def count_assigned(sessions: Sessions) -> dict[tuple[str, str], int]:
    """How many reports of each model each expert is asked to rate."""
    with sessions.read() as session:
        rows = session.execute(
            select(ExpertRater.user_id, ModelCard.slug, func.count())
            .join(RatingAssignment, RatingAssignment.rater_id == ExpertRater.rater_id)
            .join(Prediction, Prediction.id == RatingAssignment.prediction_id)
            .join(Submission, Submission.id == Prediction.submission_id)
            .join(ModelCard, ModelCard.id == Submission.model_card_id)
            .group_by(ExpertRater.user_id, ModelCard.slug)
        )
        names = {get_user(session, name).id: name for name in ("e1", "e2")}
        return {(names[user], slug): n for user, slug, n in rows}


def test_experts_are_not_assigned_reports_of_a_team_that_they_belong_to_or_once_did(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a", "model-b"], 4)
    add_experts("e1", "e2")
    join(sessions, "e1", "team-model-a")
    assign(sessions)
    expected = {("e1", "model-b"): 4, ("e2", "model-a"): 4, ("e2", "model-b"): 4}
    assert count_assigned(sessions) == expected
    leave(sessions, "e1", "team-model-a")
    with sessions.read() as session:
        assert find_teams_with_raters(session, get_test_split(session).id) == frozenset()
    assign(sessions)
    joined = {key for key in count_assigned(sessions) if key[0] == "e1"}
    # A membership by which nothing was sent, made or accepted leaves no trace.
    assert joined == {("e1", "model-a"), ("e1", "model-b")}


def test_whoever_sent_for_a_team_and_left_it_still_rates_none_of_its_reports(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    [key] = rank_reports(["model-a"], 4)
    add_experts("e1", "e2")
    with sessions.write() as session:
        session.get_one(Submission, key).user_id = get_user(session, "e1").id
    assign(sessions)
    assert count_assigned(sessions) == {("e2", "model-a"): 4}


def test_who_joins_a_team_is_told_of_its_reports_only_that_they_are_not_listed(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a"], 4)
    add_experts("e1")
    assign(sessions, overlap=0)
    with sessions.write() as session:
        user = get_user(session, "e1")
        first, second = [one.key for one in read_own_assignments(session, user)][:2]
        save_draft(session, user, first, dict.fromkeys(DIMENSIONS, 3))
        finish(session, user, first)
        save_draft(session, user, second, {"coverage": 2})
    join(sessions, "e1", "team-model-a")
    with sessions.write() as session:
        user = get_user(session, "e1")
        assert read_own_assignments(session, user) == []
        for ask in (
            lambda: get_own_report(session, user, second),
            lambda: save_draft(session, user, second, {"coverage": 3}),
            lambda: finish(session, user, second),
            lambda: undo_finish(session, user, first),
            lambda: note_shown(session, user, second),
            lambda: get_own_report(session, user, "nothing"),
        ):
            with pytest.raises(NotFound, match=r"^This report is not on your list\.$"):
                ask()
        done = assign_reports(session, get_test_split(session), per_model=4, overlap=0)
        assert (done.n_added, done.n_withdrawn) == (0, 3)
        assert session.scalars(select(RatingDraft)).all() == []
        # What was rated before they joined was rated without a conflict, and stays.
        assert session.scalars(select(func.count()).select_from(Rating)).one() >= len(DIMENSIONS)


def test_a_file_has_no_rating_by_an_expert_of_their_own_teams_report(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a", "model-b"], 4)
    add_experts("e1")
    assign(sessions, overlap=0)
    join(sessions, "e1", "team-model-a")
    with sessions.write() as session:
        name = session.scalars(
            select(Rater.name).join(ExpertRater, ExpertRater.rater_id == Rater.id)
        ).one()
        head = "model,item,rater,dimension,value"
        lines = [f"{model},test-report-000,{name},coverage,3" for model in ("model-a", "model-b")]
        split = get_test_split(session)
        with pytest.raises(InvalidRatings) as refused:
            import_ratings(session, split, "\n".join([head, *lines]).encode(), RaterKind.EXPERT)
        [problem] = refused.value.problems
        assert (problem.line, problem.message) == (2, f"{name} may not rate this report.")
        allowed = "\n".join([head, lines[1], lines[0].replace(name, "somebody else")]).encode()
        assert import_ratings(session, split, allowed, RaterKind.EXPERT).n_added == 2


def test_a_team_is_marked_once_one_of_its_people_has_seen_references_and_the_host_sees_who(
    sessions: Sessions, rank_reports: Rank, add_experts: AddExperts
) -> None:
    rank_reports(["model-a", "model-b"], 4)
    add_experts("e1")
    join(sessions, "e1", "team-model-a")
    assign(sessions, overlap=0)
    with sessions.write() as session:
        split, user = get_test_split(session), get_user(session, "e1")
        before = read_state(session, split)
        assert [row.has_rater for row in read_ranking(session, split).rows] == [False, False]
        key = read_own_assignments(session, user)[0].key
        assert [note_shown(session, user, key), note_shown(session, user, key)] == [True, False]
        marks = {row.model.slug: row.has_rater for row in read_ranking(session, split).rows}
        assert marks == {"model-a": True, "model-b": False}
        assert read_state(session, split) != before
        [progress] = read_progress(session)
        assert (progress.teams, progress.seen) == (["Team-Model-A"], ["tiny 1.0.0 test"])
