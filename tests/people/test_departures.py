"""Leaving a team and being removed, on both databases."""

import threading

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.accounts.invitations import accept_invitation, invite, read_open
from leaderboard.accounts.teams import find_team, get_own_model_card
from leaderboard.db import Sessions
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.endpoints import make_endpoint
from leaderboard.endpoints.registry.splits import allow_split
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Conflict, Forbidden, InvalidRequest, NotFound
from leaderboard.models.endpoint import Endpoint, EndpointKey
from leaderboard.models.maker import EndpointMaker, TargetMaker
from leaderboard.models.notice import NoticeTarget
from leaderboard.models.submission import Status, Submission
from leaderboard.models.team import Membership, Team, TeamRole, User
from leaderboard.notices.targets import make_target
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.people.departures import leave_team, make_owner, read_departure, remove_member
from leaderboard.submissions.endpoint_runs import submit_endpoint
from leaderboard.submissions.find import get_own
from tests.factories import (
    NO_LIMIT,
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.notices.test_notices import NO_GRACE
from tests.package_files import make_items

POLICY = AddressPolicy()


def begin(session: Session) -> tuple[Team, User, User]:
    """A team that ada owns, with bob in it."""
    ada, bob = make_user(session, "ada"), make_user(session, "bob")
    return make_team(session, "team-a", ada, bob), ada, bob


def test_a_removed_member_loses_team_cards_and_submissions_at_once(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        load_items(session, make_items(1, 0, 0))
        team, ada, bob = begin(session)
        key = make_submission(
            session, {"test-text-000": "B"}, card=make_card(session, team, "model-a")
        )
        assert get_own(session, bob, key).id == key
        assert remove_member(session, team, ada, bob.id).name == "bob"
    with sessions.read() as session:
        gone = session.get_one(User, bob.id)
        assert find_team(session, gone, "team-a") is None
        with pytest.raises(NotFound):
            get_own(session, gone, key)
        with pytest.raises(NotFound):
            get_own_model_card(session, gone, "model-a")


def test_what_a_removed_member_made_tells_them_nothing_more(sessions: Sessions) -> None:
    vault = KeyVault([Fernet.generate_key().decode()])
    values = {"base_url": "https://1.1.1.1/v1", "model": "m", "key": "k" * 20, "settings": {}}
    with sessions.write() as session:
        load_items(session, make_items(1, 0, 0))
        team, ada, bob = begin(session)
        for name, maker in (("of ada", ada), ("of bob", bob)):
            make_endpoint(
                session, team, {**values, "name": name}, vault=vault, policy=POLICY, maker=maker
            )
        endpoint = session.scalars(select(Endpoint).where(Endpoint.name == "of bob")).one()
        for kind, address, maker in (
            ("webhook", "https://1.1.1.1/ada", ada),
            ("webhook", "https://1.1.1.1/bob", bob),
            ("email", "bob@example.org", ada),
            ("email", "ada@example.org", bob),
        ):
            make_target(
                session, team, kind, address, POLICY, sends_mail=True, maker=maker, grace=NO_GRACE
            )
        split = get_split(get_benchmark(session, "tiny"), "test")
        allow_split(session, split)
        (running,) = submit_endpoint(
            session,
            user=bob,
            model_card=make_card(session, team, "model-a"),
            split=split,
            endpoint=endpoint,
            tracks=(),
            wipes_key=False,
            vault=vault,
            policy=POLICY,
            quota=NO_LIMIT,
        )
        assert read_departure(session, team, bob) == (("of bob",), 3)
        remove_member(session, team, ada, bob.id)
    with sessions.read() as session:
        assert session.scalars(select(Endpoint.name)).all() == ["of ada"]
        assert len(session.scalars(select(EndpointKey)).all()) == 1
        assert session.scalars(select(NoticeTarget.address)).all() == ["https://1.1.1.1/ada"]
        assert session.get_one(Submission, running.id).status is Status.CANCELLED
        for user_id in (EndpointMaker.user_id, TargetMaker.user_id):
            assert session.scalars(select(user_id)).all() == [ada.id]


def test_who_leaves_takes_their_open_invitations_along(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, ada, bob = begin(session)
        make_owner(session, team, ada, bob.id)
        text = invite(session, team, bob).text
        leave_team(session, team, bob)
        assert read_open(session, team) == []
        with pytest.raises(InvalidRequest):
            accept_invitation(session, bob, text)


def test_owners_remove_members_and_nobody_else_removes_anybody(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, ada, bob = begin(session)
        eve = make_user(session, "eve")
        for user in (bob, eve):
            with pytest.raises(Forbidden):
                remove_member(session, team, user, ada.id)
            with pytest.raises(Forbidden):
                make_owner(session, team, user, bob.id)
        with pytest.raises(NotFound):
            remove_member(session, team, ada, eve.id)
        with pytest.raises(NotFound):
            leave_team(session, team, eve)
        make_owner(session, team, ada, bob.id)
        with pytest.raises(Conflict, match="owns"):
            remove_member(session, team, bob, ada.id)


def test_the_last_owner_hands_over_before_they_leave(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, ada, bob = begin(session)
        with pytest.raises(Conflict, match="last owner"):
            leave_team(session, team, ada)
        make_owner(session, team, ada, bob.id)
        leave_team(session, team, ada)
        assert [(one.user_id, one.role) for one in team.memberships] == [(bob.id, TeamRole.OWNER)]


def test_owners_who_leave_at_the_same_time_leave_one_behind(sessions: Sessions) -> None:
    with sessions.write() as session:
        team, ada, bob = begin(session)
        make_owner(session, team, ada, bob.id)
        make_team(session, "team-a", make_user(session, "cleo"))
    start, refused = threading.Barrier(2), []

    def leave(user_id: int) -> None:
        start.wait()
        try:
            with sessions.write() as session:
                leave_team(session, session.get_one(Team, team.id), session.get_one(User, user_id))
        except Conflict as error:
            refused.append(error)

    threads = [threading.Thread(target=leave, args=(user.id,)) for user in (ada, bob)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions.read() as session:
        roles = session.scalars(select(Membership.role)).all()
    assert (len(refused), sorted(roles)) == (1, ["member", "owner"])


def test_the_last_member_closes_a_team_that_has_nothing_public(sessions: Sessions) -> None:
    with sessions.write() as session:
        load_items(session, make_items(1, 0, 0))
        ada = make_user(session, "ada")
        team = make_team(session, "team-a", ada)
        key = make_submission(
            session, {"test-text-000": "B"}, card=make_card(session, team, "model-a")
        )
        leave_team(session, team, ada)
        assert session.get_one(Submission, key).status is Status.CANCELLED
        assert session.scalar(select(func.count()).select_from(Membership)) == 0


def test_the_last_member_of_a_team_with_public_results_stays(sessions: Sessions) -> None:
    with sessions.write() as session:
        load_items(session, make_items(1, 0, 0))
        ada = make_user(session, "ada")
        team = make_team(session, "team-a", ada)
        key = make_submission(
            session, {"test-text-000": "B"}, card=make_card(session, team, "model-a")
        )
    score_submission(sessions, key)
    with sessions.write() as session, pytest.raises(Conflict, match="public results"):
        leave_team(session, session.get_one(Team, team.id), session.get_one(User, ada.id))
