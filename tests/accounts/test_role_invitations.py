"""An invitation to a role is for one address, works once, and can be withdrawn."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.role_invitations import (
    accept_role,
    decline_role,
    invite_to_role,
    read_declined_roles,
    read_invitations_to,
    read_role_invitations,
    withdraw_role_invitation,
)
from leaderboard.accounts.roles import EVERYWHERE, Reach, has_role, revoke_role
from leaderboard.db import Sessions, now
from leaderboard.errors import Conflict, Forbidden, InvalidRequest, NotFound, Unconfirmed
from leaderboard.models.identity import ConfirmationGrace, Means
from leaderboard.models.invitation import RoleInvitation
from leaderboard.models.role import SITE, Role
from leaderboard.models.team import User
from tests.factories import make_user

pytestmark = pytest.mark.one_database
EVE = "eve@example.org"


def begin(session: Session) -> tuple[User, User, RoleInvitation]:
    """A host of `a`, eve who is unconfirmed, and her invitation as an expert."""
    host = make_user(session, "host", role=Role.HOST, benchmark="a")
    eve = make_user(session, "eve", is_confirmed=False)
    return host, eve, invite_to_role(session, host, f" {EVE.title()} ", Role.EXPERT, "a")


def test_the_owner_of_the_address_accepts_once_when_it_is_confirmed(sessions: Sessions) -> None:
    with sessions.write() as session:
        _, eve, invitation = begin(session)
        # The grace of accounts from before addresses were confirmed does not count here.
        session.add(ConfirmationGrace(user_id=eve.id, email=eve.email, began_at=now()))
        session.flush()
        with pytest.raises(Unconfirmed):
            accept_role(session, eve, invitation.key)
        assert not has_role(session, eve, Role.EXPERT, "a")
        confirm(session, eve, Means.MAIL)
        accept_role(session, eve, invitation.key)
        assert has_role(session, eve, Role.EXPERT, "a")
        assert not has_role(session, eve, Role.EXPERT, "b")
        revoke_role(session, eve, Role.EXPERT, "a")
        with pytest.raises(InvalidRequest, match="has been used"):
            accept_role(session, eve, invitation.key)
        assert read_role_invitations(session, EVERYWHERE) == []


def test_who_declines_has_no_role_and_those_who_invite_are_told(sessions: Sessions) -> None:
    with sessions.write() as session:
        host, eve, invitation = begin(session)
        with pytest.raises(Unconfirmed):
            decline_role(session, eve, invitation.key)
        confirm(session, eve, Means.MAIL)
        with pytest.raises(Forbidden):
            decline_role(session, host, invitation.key)
        decline_role(session, eve, invitation.key)
        assert not has_role(session, eve, Role.EXPERT, "a")
        with pytest.raises(InvalidRequest, match="has been declined"):
            accept_role(session, eve, invitation.key)
        assert read_role_invitations(session, EVERYWHERE) == []
        assert read_declined_roles(session, Reach(frozenset({"a"}))) == [invitation]
        assert read_declined_roles(session, Reach(frozenset({"b"}))) == []
        assert invite_to_role(session, host, EVE, Role.EXPERT, "a").email == EVE


def test_nobody_else_can_use_it(sessions: Sessions) -> None:
    with sessions.write() as session:
        _, _, invitation = begin(session)
        mallory = make_user(session, "mallory")
        with pytest.raises(Forbidden, match="for another e-mail address"):
            accept_role(session, mallory, invitation.key)
        with pytest.raises(NotFound):
            accept_role(session, mallory, invitation.key[:-1])


def test_it_is_worth_nothing_once_withdrawn_expired_or_its_inviter_is_no_host(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        host, eve, invitation = begin(session)
        confirm(session, eve, Means.MAIL)
        withdraw_role_invitation(session, host, invitation.key)
        with pytest.raises(InvalidRequest, match="has been withdrawn"):
            accept_role(session, eve, invitation.key)
        with pytest.raises(InvalidRequest, match="has been withdrawn"):
            withdraw_role_invitation(session, host, invitation.key)
        late = invite_to_role(session, host, EVE, Role.EXPERT, "a")
        late.expires_at = now() - timedelta(seconds=1)
        session.flush()
        assert read_invitations_to(session, EVE) == []
        with pytest.raises(InvalidRequest, match="expired"):
            accept_role(session, eve, late.key)
        again = invite_to_role(session, host, EVE, Role.EXPERT, "a")
        assert read_invitations_to(session, EVE) == [again]
        revoke_role(session, host, Role.HOST, "a")
        with pytest.raises(InvalidRequest, match="no longer valid"):
            accept_role(session, eve, again.key)
        assert not has_role(session, eve, Role.EXPERT, "a")


def test_a_host_invites_experts_of_their_benchmark_and_an_administrator_anybody(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        host = make_user(session, "host", role=Role.HOST, benchmark="a")
        admin = make_user(session, "admin", role=Role.ADMIN)
        for role, benchmark in (
            (Role.EXPERT, "b"),
            (Role.HOST, "a"),
            (Role.ADMIN, SITE),
        ):
            with pytest.raises(Forbidden):
                invite_to_role(session, host, EVE, role, benchmark)
            made = invite_to_role(session, admin, EVE, role, benchmark)
            with pytest.raises(Forbidden if benchmark == "a" else NotFound):
                withdraw_role_invitation(session, host, made.key)
        seen = read_role_invitations(session, Reach(frozenset({"a"})))
        assert [(one.role, one.benchmark) for one in seen] == [(Role.HOST, "a")]


def test_whoever_is_invited_or_has_the_role_is_not_invited_again(sessions: Sessions) -> None:
    with sessions.write() as session:
        host, _, _ = begin(session)
        with pytest.raises(Conflict, match="already been invited"):
            invite_to_role(session, host, EVE, Role.EXPERT, "a")
        make_user(session, "emma", role=Role.EXPERT, benchmark="a")
        with pytest.raises(Conflict, match="already has this role"):
            invite_to_role(session, host, "emma@example.org", Role.EXPERT, "a")
        with pytest.raises(InvalidRequest):
            invite_to_role(session, host, "emma", Role.EXPERT, "a")
