"""Teams that wait for a host's yes, on both databases."""

from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.db import Sessions
from leaderboard.errors import Conflict
from leaderboard.evaluation.claim import claim_submission
from leaderboard.migrate import downgrade, upgrade
from leaderboard.models.approval import TeamApproval
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.notice import Notice
from leaderboard.models.quota import QuotaEntry
from leaderboard.models.submission import EventKind, Status, Submission
from leaderboard.models.team import Team, User
from leaderboard.notices.targets import make_target
from leaderboard.people.departures import remove_member
from leaderboard.submissions.approvals import (
    approve_team,
    is_approved,
    refuse_team,
    withdraw_approval,
)
from leaderboard.submissions.quota import Quota, read_quota_state
from leaderboard.submissions.submit import cancel
from tests.factories import (
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.loaded import Load, Submit
from tests.notices.test_notices import NO_GRACE
from tests.package_files import make_items
from tests.people.test_departures import POLICY

TEN = Quota(10, 7)


def begin(session: Session) -> tuple[Team, Split]:
    """A team that ada owns, and the split that is hidden."""
    load_items(session, make_items(1, 0, 0))
    team = make_team(session, "team-a", make_user(session, "ada"))
    return team, session.scalars(select(Split).where(Split.name == "test")).one()


def send(session: Session, team: Team, asks_approval: bool = True) -> str:
    n = session.scalar(select(func.count()).select_from(Submission))
    return make_submission(
        session,
        {"test-text-000": f"no. {n}"},
        card=make_card(session, team, f"of-{team.slug}"),
        quota=TEN,
        asks_approval=asks_approval,
    )


def status(session: Session, key: str) -> Status:
    return session.get_one(Submission, key).status


def test_what_a_new_team_sends_is_claimed_by_nobody_until_a_host_says_yes(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        team, split = begin(session)
        first, second = send(session, team), send(session, team)
        assert status(session, first) is Status.PENDING
        assert not is_approved(session, team, split)
    with sessions.write() as session:
        assert claim_submission(session, first) is None
    with sessions.write() as session:
        team, split = session.merge(team), session.merge(split)
        assert approve_team(session, team, split) == [first, second]
        assert is_approved(session, team, split)
        assert status(session, send(session, team)) is Status.QUEUED
        with pytest.raises(Conflict):
            approve_team(session, team, split)
    score_submission(sessions, first)
    with sessions.read() as session:
        assert status(session, first) is Status.SCORED
        kinds = [event.kind for event in session.get_one(Submission, first).events]
    assert kinds[:3] == [EventKind.SUBMITTED, EventKind.PENDING, EventKind.APPROVED]


def test_where_no_host_asks_and_where_answers_are_public_nothing_waits(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        team, split = begin(session)
        assert status(session, send(session, team, asks_approval=False)) is Status.QUEUED
        split.answers = Answers.PUBLIC
        session.flush()
        assert status(session, send(session, team)) is Status.QUEUED


def test_a_refused_team_reads_the_reason_and_has_its_quota_back(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, split = begin(session)
        make_target(
            session, team, "webhook", "https://1.1.1.1/", POLICY, sends_mail=False, grace=NO_GRACE
        )
        key = send(session, team)
        assert read_quota_state(session, team, split, TEN).n_used == 1
        assert refuse_team(session, team, split, "Who are you?") == 1
        submission = session.get_one(Submission, key)
        assert submission.status is Status.FAILED
        assert (
            "not approved your team for this split: Who are you?" in submission.events[-1].message
        )
        assert read_quota_state(session, team, split, TEN).n_used == 0
        assert session.scalars(select(QuotaEntry.reason)).all() == ["Submitted.", "Not approved."]
        told = session.scalars(select(Notice.event).order_by(Notice.id)).all()
        assert told == [EventKind.PENDING, EventKind.FAILED]
        with pytest.raises(Conflict):
            refuse_team(session, team, split, "again")
        assert status(session, send(session, team)) is Status.PENDING


def test_who_joins_an_approved_team_needs_a_yes_of_their_own(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, split = begin(session)
        send(session, team)
        approve_team(session, team, split)
        ada, bob = team.memberships[0].user, make_user(session, "bob")
        make_team(session, "team-a", bob)
        key = send(session, team)
        assert status(session, key) is Status.PENDING
        assert approve_team(session, team, split) == [key]
        assert status(session, send(session, team)) is Status.QUEUED
        remove_member(session, team, ada, bob.id)
        assert is_approved(session, team, split)
        make_team(session, "team-a", bob)
        assert not is_approved(session, team, split)


def test_a_host_approves_nobody_whom_they_have_not_seen(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, split = begin(session)
        key = send(session, team)
        make_team(session, "team-a", make_user(session, "bob"))
        with pytest.raises(Conflict, match="have not seen bob@"):
            approve_team(session, team, split, ["ada@example.org"])
        assert status(session, key) is Status.PENDING
        assert approve_team(session, team, split, ["bob@example.org", "ada@example.org"]) == [key]


def test_a_yes_is_for_one_team_on_one_split(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, split = begin(session)
        approve_team(session, team, split)
        other = make_team(session, "team-b", team.memberships[0].user)
        assert not is_approved(session, other, split)
        assert status(session, send(session, other)) is Status.PENDING


def test_without_its_approval_a_team_waits_again_and_what_runs_goes_on(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, split = begin(session)
        with pytest.raises(Conflict):
            withdraw_approval(session, team, split)
        approve_team(session, team, split)
        running, queued = send(session, team), send(session, team)
    with sessions.write() as session:
        assert claim_submission(session, running) is not None
    with sessions.write() as session:
        team, split = session.merge(team), session.merge(split)
        assert withdraw_approval(session, team, split) == 1
        assert status(session, queued) is Status.PENDING
        assert status(session, running) is Status.RUNNING
        assert status(session, send(session, team)) is Status.PENDING


def test_a_team_cancels_what_is_pending_and_approval_does_not_bring_it_back(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        team, split = begin(session)
        key = send(session, team)
        cancel(session, session.get_one(Submission, key))
        assert approve_team(session, team, split) == []
        assert status(session, key) is Status.CANCELLED
        assert read_quota_state(session, team, split, TEN).n_used == 0


@pytest.mark.own_database
def test_an_upgrade_approves_who_has_submitted_to_a_hidden_split(
    sessions: Sessions, load: Load, submit_texts: Submit, database_url: str
) -> None:
    load(1, 0, 0)
    key = submit_texts({"test-text-000": "B"})
    downgrade(database_url, "0022")
    upgrade(database_url)
    with sessions.write() as session:
        user, submission = session.scalars(select(User)).one(), session.get_one(Submission, key)
        row: Any = session.scalars(select(TeamApproval)).one()
        assert (row.user_id, row.split_id) == (user.id, submission.split_id)
        assert row.approved_at == submission.created_at
        submission.status = Status.PENDING
    downgrade(database_url, "0022")
    upgrade(database_url)
    with sessions.read() as session:
        assert status(session, key) is Status.QUEUED
    with pytest.raises(IntegrityError), sessions.write() as session:
        session.execute(text("UPDATE submissions SET status = 'lost'"))
    with pytest.raises(IntegrityError), sessions.write() as session:
        session.execute(text("UPDATE submission_events SET kind = 'lost'"))
    with pytest.raises(IntegrityError), sessions.write() as session:
        session.execute(text("UPDATE submissions SET step = 'lost'"))
