"""Invitations to a team, on both databases."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from leaderboard.accounts.invitation_ends import TOLD_FOR
from leaderboard.accounts.invitations import (
    MAX_OPEN,
    accept_invitation,
    decline_invitation,
    get_invitation,
    invite,
    may_accept,
    read_declined,
    read_open,
    withdraw_invitation,
)
from leaderboard.accounts.users import find_user
from leaderboard.db import Sessions, now
from leaderboard.errors import Conflict, Forbidden, InvalidRequest, NotFound, Unconfirmed
from leaderboard.hosting.people import ban_user
from leaderboard.models.identity import ConfirmationGrace
from leaderboard.models.invitation import InvitationEnd, TeamInvitation
from leaderboard.models.team import Membership, Team, User
from tests.factories import make_team, make_user


@pytest.fixture
def text(sessions: Sessions) -> str:
    """The link of an invitation to ada's team; bob and eve have accounts."""
    with sessions.write() as session:
        ada = make_user(session, "ada")
        team = make_team(session, "team-a", ada)
        make_user(session, "bob")
        make_user(session, "eve")
        return invite(session, team, ada).text


def get(session: object, name: str) -> User:
    user = find_user(session, f"{name}@example.org")  # type: ignore[arg-type]
    assert user is not None
    return user


def read_members(sessions: Sessions) -> list[str]:
    with sessions.read() as session:
        return list(session.scalars(select(User.name).join(Membership).order_by(User.name)))


def test_an_invitation_lets_one_person_in_and_nobody_after_them(
    sessions: Sessions, text: str
) -> None:
    with sessions.write() as session:
        assert accept_invitation(session, get(session, "bob"), text).slug == "team-a"
    with sessions.write() as session, pytest.raises(InvalidRequest, match="has been used"):
        accept_invitation(session, get(session, "eve"), text)
    assert read_members(sessions) == ["ada", "bob"]


def test_of_many_who_open_the_same_link_at_once_one_gets_in(sessions: Sessions, text: str) -> None:
    with sessions.write() as session:
        for number in range(6):
            make_user(session, f"p{number}")
    start, refused = threading.Barrier(6), []

    def join(number: int) -> None:
        start.wait()
        try:
            with sessions.write() as session:
                accept_invitation(session, get(session, f"p{number}"), text)
        except InvalidRequest as error:
            refused.append(error)

    threads = [threading.Thread(target=join, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), len(read_members(sessions))) == (5, 2)


def test_a_member_who_opens_the_link_does_not_use_it_up(sessions: Sessions, text: str) -> None:
    with sessions.write() as session:
        accept_invitation(session, get(session, "ada"), text)
        accept_invitation(session, get(session, "bob"), text)


def test_a_withdrawn_or_expired_invitation_lets_nobody_in(sessions: Sessions, text: str) -> None:
    with sessions.write() as session:
        ada = get(session, "ada")
        team = session.scalars(select(Team)).one()
        other = invite(session, team, ada)
        withdraw_invitation(session, team, ada, other.row.id)
        assert [one.id for one in read_open(session, team)] != [other.row.id]
        with pytest.raises(InvalidRequest, match="has been withdrawn"):
            withdraw_invitation(session, team, ada, other.row.id)
    with sessions.write() as session, pytest.raises(InvalidRequest, match="has been withdrawn"):
        accept_invitation(session, get(session, "bob"), other.text)
    with sessions.write() as session:
        session.execute(update(TeamInvitation).values(expires_at=now() - timedelta(seconds=1)))
        with pytest.raises(InvalidRequest, match="expired"):
            accept_invitation(session, get(session, "bob"), text)
        assert read_open(session, session.scalars(select(Team)).one()) == []
    assert read_members(sessions) == ["ada"]


def test_an_invitation_for_an_address_is_of_no_use_to_another(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, bob, eve = (make_user(session, name) for name in ("ada", "bob", "eve"))
        team = make_team(session, "team-a", ada)
        made = invite(session, team, ada, " Bob@example.org ")
        with pytest.raises(Forbidden):
            accept_invitation(session, eve, made.text)
        accept_invitation(session, bob, made.text)
        with pytest.raises(Conflict, match="already in"):
            invite(session, team, ada, "bob@example.org")
        with pytest.raises(InvalidRequest):
            invite(session, team, ada, "no address")


def test_only_owners_invite_and_withdraw_and_only_for_their_own_team(
    sessions: Sessions, text: str
) -> None:
    with sessions.write() as session:
        ada, bob = get(session, "ada"), get(session, "bob")
        team = session.scalars(select(Team)).one()
        key = read_open(session, team)[0].id
        others = make_team(session, "team-b", bob)
        with pytest.raises(Forbidden):
            invite(session, team, bob)
        with pytest.raises(Forbidden):
            withdraw_invitation(session, team, bob, key)
        with pytest.raises(NotFound):
            withdraw_invitation(session, others, bob, key)
        session.delete(session.get_one(Membership, (team.id, ada.id)))
        session.flush()
        with pytest.raises(InvalidRequest, match="no longer valid"):
            get_invitation(session, bob, text)


def test_a_link_cannot_be_guessed_from_the_database_and_a_damaged_one_says_so(
    sessions: Sessions, text: str
) -> None:
    with sessions.read() as session:
        assert text not in str(session.execute(select(TeamInvitation.__table__)).all())
        for wrong in (text[:-1], "", "1"):
            with pytest.raises(InvalidRequest, match="damaged"):
                get_invitation(session, get(session, "bob"), wrong)


def test_a_team_has_so_many_open_invitations_and_no_more(sessions: Sessions, text: str) -> None:
    with sessions.write() as session:
        ada, team = get(session, "ada"), session.scalars(select(Team)).one()
        for _ in range(MAX_OPEN - 1):
            invite(session, team, ada)
        with pytest.raises(Conflict, match=f"{MAX_OPEN} open invitations"):
            invite(session, team, ada)


def test_an_invitation_of_somebody_who_is_banned_lets_nobody_in(
    sessions: Sessions, text: str
) -> None:
    with sessions.write() as session:
        ban_user(session, "ada@example.org", "command line", "spam")
    with sessions.write() as session, pytest.raises(InvalidRequest, match="no longer valid"):
        accept_invitation(session, get(session, "bob"), text)
    assert read_members(sessions) == ["ada"]


def test_who_declines_is_not_let_in_later_and_the_team_is_told(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, bob = make_user(session, "ada"), make_user(session, "bob")
        team = make_team(session, "team-a", ada)
        text = invite(session, team, ada, "bob@example.org").text
        assert decline_invitation(session, bob, text) is team
        with pytest.raises(InvalidRequest, match="has been declined"):
            accept_invitation(session, bob, text)
        with pytest.raises(InvalidRequest, match="has been declined"):
            decline_invitation(session, bob, text)
        assert read_open(session, team) == []
        assert [(one.email, one.inviter) for one in read_declined(session, team)] == [
            ("bob@example.org", ada)
        ]
        session.execute(update(InvitationEnd).values(at=now() - TOLD_FOR))
        assert read_declined(session, team) == []
    assert read_members(sessions) == ["ada"]


def test_nobody_declines_for_somebody_else_or_for_all_who_have_a_link(
    sessions: Sessions, text: str
) -> None:
    with sessions.write() as session:
        bob, eve = get(session, "bob"), get(session, "eve")
        with pytest.raises(Forbidden, match="anybody who has its link"):
            decline_invitation(session, bob, text)
        ada = get(session, "ada")
        team = make_team(session, "team-a", ada)
        bobs = invite(session, team, ada, "bob@example.org").text
        with pytest.raises(Forbidden, match="another e-mail address"):
            decline_invitation(session, eve, bobs)
        assert len(read_open(session, team)) == 2
        assert accept_invitation(session, eve, text) is team


def test_a_grace_lets_in_by_a_link_for_anybody_and_not_by_one_for_an_address(
    sessions: Sessions,
) -> None:
    grace = timedelta(days=30)
    with sessions.write() as session:
        ada = make_user(session, "ada")
        team = make_team(session, "team-a", ada)
        older = make_user(session, "older", is_confirmed=False)
        session.add(ConfirmationGrace(user_id=older.id, email=older.email, began_at=now()))
        session.flush()
        session.refresh(older)
        theirs = invite(session, team, ada, older.email)
        anybodys = invite(session, team, ada)
        assert not may_accept(theirs.row, older, grace)
        for use in (accept_invitation, decline_invitation):
            with pytest.raises(Unconfirmed):
                use(session, older, theirs.text)
        assert may_accept(anybodys.row, older, grace)
        accept_invitation(session, older, anybodys.text)
    assert read_members(sessions) == ["ada", "older"]
