"""The limit of submissions and its ledger, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.errors import PermanentError, QuotaUsed
from leaderboard.evaluation.claim import SUBMISSIONS, claim_submission
from leaderboard.evaluation.run import evaluate
from leaderboard.leases import Terms, requeue_stale
from leaderboard.models.benchmark import Answers, Split
from leaderboard.models.quota import QuotaEntry
from leaderboard.models.submission import Submission
from leaderboard.models.team import Membership, Team, User
from leaderboard.people.departures import leave_team, make_owner, remove_member
from leaderboard.submissions.quota import (
    Quota,
    QuotaState,
    group_alike,
    read_ledger,
    read_person_state,
    read_quotas,
)
from leaderboard.submissions.submit import cancel
from tests.evaluation.scripted import ScriptedJudge
from tests.factories import make_card, make_submission, make_team, make_user
from tests.loaded import Load, Submit

TWO = Quota(2, 7)


def get_person(session: Session, name: str) -> User:
    """NAME@example.org, added if new."""
    found = session.scalar(select(User).where(User.name == name))
    return found or make_user(session, name)


def send(sessions: Sessions, team: str, *names: str, quota: Quota = TWO) -> str:
    """Submit something new for a team after these people are in it; the submission's id."""
    with sessions.write() as session:
        found = make_team(session, team, *(get_person(session, name) for name in names))
        n = session.scalar(select(func.count()).select_from(Submission))
        card = make_card(session, found, f"of-{team}")
        return make_submission(session, {"test-text-000": f"no. {n}"}, card=card, quota=quota)


def read_used(sessions: Sessions, name: str) -> int:
    """How many units of a person count."""
    with sessions.read() as session:
        split = session.scalars(select(Split).where(Split.name == "test")).one()
        return read_person_state(session, get_person(session, name), split, TWO).n_used


def state(sessions: Sessions) -> QuotaState:
    with sessions.read() as session:
        teams = session.scalars(select(Team)).all()
        splits = session.scalars(select(Split)).all()
        user = session.scalars(select(User)).one()
        (found,) = read_quotas(session, user, teams, splits, TWO)
        assert found.own == found.state
        assert found.split.name == "test"
        return found.state


def test_beyond_the_limit_the_next_time_is_said(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    assert state(sessions) == QuotaState(2, 7, 0, None)
    for number in range(2):
        submit_texts({"test-text-000": f"{number}"}, quota=TWO)
    with sessions.read() as session:
        first = session.scalar(select(func.min(QuotaEntry.at)))
    assert first is not None
    with pytest.raises(QuotaUsed) as refused:
        submit_texts({"test-text-000": "2"}, quota=TWO)
    assert refused.value.next_at == first + timedelta(days=7)
    assert f"{first + timedelta(days=7):%Y-%m-%d %H:%M}" in refused.value.remedy
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 2


def test_a_unit_is_free_again_when_it_leaves_the_window(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    keys = [submit_texts({"test-text-000": f"{number}"}, quota=TWO) for number in range(2)]
    with sessions.write() as session:
        session.execute(
            update(QuotaEntry)
            .where(QuotaEntry.submission_id == keys[0])
            .values(at=now() - timedelta(days=7, seconds=1))
        )
    assert state(sessions).n_left == 1
    submit_texts({"test-text-000": "2"}, quota=TWO)
    assert state(sessions).n_left == 0


def test_what_is_cancelled_or_fails_is_given_back_once_with_its_reason(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(0, 0, 1)
    quota = Quota(3, 7)
    texts = {"test-report-000": "A report."}
    cancelled, failed, dead = (submit_texts(texts, f"m-{n}", quota=quota) for n in range(3))
    with sessions.write() as session:
        cancel(session, session.get_one(Submission, cancelled))

    def refuse(item: str) -> float:
        raise PermanentError("The reports cannot be read.", "Send others.")

    evaluate(sessions, failed, [ScriptedJudge(refuse)], 5)
    with sessions.write() as session:
        claim_submission(session, dead)
        session.execute(update(Submission).values(heartbeat_at=now() - timedelta(minutes=5)))
    with sessions.write() as session:
        requeue_stale(session, SUBMISSIONS, Terms(timedelta(seconds=30), 1))
    assert state(sessions).n_used == 0
    with sessions.read() as session:
        ledger = read_ledger(session, session.scalars(select(Team)).one())
        found = {(entry.submission_id, entry.units, entry.reason) for entry in ledger}
    assert found == {
        *((key, 1, "Submitted.") for key in (cancelled, failed, dead)),
        (cancelled, -1, "Cancelled."),
        (failed, -1, "Failed."),
        (dead, -1, "Failed."),
    }


def test_splits_with_public_answers_and_other_peoples_teams_are_not_limited_by_it(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    one = Quota(1, 7)
    submit_texts({"test-text-000": "A"}, quota=one)
    send(sessions, "others", "bob", quota=one)
    with sessions.write() as session:
        session.execute(update(Split).values(answers=Answers.PUBLIC))
    submit_texts({"test-text-000": "B"}, quota=one)


def test_of_many_who_submit_at_once_no_more_than_the_limit_pass(
    sessions: Sessions, load: Load, submit_texts: Submit
) -> None:
    load(1, 0, 0)
    submit_texts({"test-text-000": "first"}, quota=Quota(4, 7))
    passed, refused, start = [], [], threading.Barrier(10)

    def send(number: int) -> None:
        start.wait()
        try:
            passed.append(submit_texts({"test-text-000": f"{number}"}, quota=Quota(4, 7)))
        except QuotaUsed as error:
            refused.append(error)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(passed), len(refused)) == (3, 7)
    with sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(QuotaEntry)) == 4


def test_one_person_with_three_teams_has_one_quota(sessions: Sessions, load: Load) -> None:
    load(1, 0, 0)
    send(sessions, "team-1", "a")
    send(sessions, "team-2", "a")
    with pytest.raises(QuotaUsed, match="a has used their 2 submissions in 7 days"):
        send(sessions, "team-3", "a")


def test_teams_that_stand_alike_on_a_split_share_an_entry(sessions: Sessions, load: Load) -> None:
    load(1, 0, 0)
    three = Quota(3, 7)
    send(sessions, "team-1", "a", quota=three)
    send(sessions, "team-2", "a", "b", quota=three)
    send(sessions, "team-3", "b", "c", quota=three)
    with sessions.read() as session:
        person = get_person(session, "b")
        numbered = select(Team).where(Team.slug.like("team-%")).order_by(Team.slug)
        teams = session.scalars(numbered).all()
        splits = session.scalars(select(Split)).all()
        groups = group_alike(read_quotas(session, person, teams, splits, three))
        # Of a (1 and 2) and b (2 and 3) two were sent; c, in team 3 alone, sent one.
        assert [([team.slug for team in one.teams], one.state.n_used) for one in groups] == [
            (["team-1", "team-2", "team-3"], 2)
        ]
    send(sessions, "team-3", "c", quota=three)
    with sessions.read() as session:
        groups = group_alike(read_quotas(session, get_person(session, "b"), teams, splits, three))
        assert [([team.slug for team in one.teams], one.state.n_used) for one in groups] == [
            (["team-1"], 2),
            (["team-2", "team-3"], 3),
        ]


def test_a_submission_is_charged_to_every_member_wherever_they_go_next(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    send(sessions, "team-1", "a", "bob")
    send(sessions, "team-1", "a", "bob")
    for name in ("a", "bob"):
        assert read_used(sessions, name) == 2
    with pytest.raises(QuotaUsed, match="bob has used"):
        send(sessions, "team-2", "bob", "cleo")
    with sessions.read() as session:
        team = session.scalars(select(Team).where(Team.slug == "team-1")).one()
        split = session.scalars(select(Split).where(Split.name == "test")).all()
        (found,) = read_quotas(session, get_person(session, "bob"), [team], split, TWO)
        assert (found.state.n_left, found.state.stopped_by) == (0, ())


def test_leaving_being_removed_and_rejoining_change_nobodys_count(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    send(sessions, "team-1", "a", "bob")
    with sessions.write() as session:
        team = session.scalars(select(Team).where(Team.slug == "team-1")).one()
        remove_member(session, team, get_person(session, "a"), get_person(session, "bob").id)
    assert read_used(sessions, "bob") == 1
    send(sessions, "team-1", "a")
    assert (read_used(sessions, "a"), read_used(sessions, "bob")) == (2, 1)
    with pytest.raises(QuotaUsed):
        send(sessions, "team-1", "a", "bob")


def test_a_team_whose_members_change_keeps_its_own_count(sessions: Sessions, load: Load) -> None:
    load(1, 0, 0)
    send(sessions, "team-1", "a", "bob")
    with sessions.write() as session:
        team = session.scalars(select(Team).where(Team.slug == "team-1")).one()
        a, bob = get_person(session, "a"), get_person(session, "bob")
        make_owner(session, team, a, bob.id)
        leave_team(session, team, a)
    send(sessions, "team-1", "cleo")
    with sessions.write() as session:
        team = session.scalars(select(Team).where(Team.slug == "team-1")).one()
        leave = session.get_one(Membership, (team.id, get_person(session, "cleo").id))
        session.delete(leave)
    with pytest.raises(QuotaUsed, match="Team-1 has used"):
        send(sessions, "team-1", "dora")
    assert read_used(sessions, "dora") == 0


def test_who_joins_brings_their_count_and_the_team_is_told_whose_it_is(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    for _ in range(2):
        send(sessions, "team-1", "bob")
    send(sessions, "team-2", "a")
    with pytest.raises(QuotaUsed, match="bob has used"):
        send(sessions, "team-2", "a", "bob")
    with sessions.write() as session:
        a = get_person(session, "a")
        team = make_team(session, "team-2", a, get_person(session, "bob"))
        splits = session.scalars(select(Split)).all()
        (found,) = read_quotas(session, a, [team], splits, TWO)
    assert (found.state.stopped_by, found.state.n_left, found.own.n_used) == (("bob",), 0, 1)
    assert found.state.next_at is not None


def test_a_unit_that_is_given_back_is_given_back_to_everybody(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    key = send(sessions, "team-1", "a", "bob")
    with sessions.write() as session:
        cancel(session, session.get_one(Submission, key))
    assert (read_used(sessions, "a"), read_used(sessions, "bob")) == (0, 0)


def test_two_teams_of_one_person_that_submit_at_once_pass_the_limit_together_no_further(
    sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        a = get_person(session, "a")
        for n in range(6):
            make_card(session, make_team(session, f"team-{n}", a), f"of-team-{n}")
    start, refused = threading.Barrier(6), []

    def run(number: int) -> None:
        start.wait()
        try:
            send(sessions, f"team-{number}", "a")
        except QuotaUsed as error:
            refused.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), read_used(sessions, "a")) == (4, 2)
