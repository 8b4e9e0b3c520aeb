"""How much one person may make, on both databases."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from leaderboard import makers
from leaderboard.accounts.role_invitations import invite_to_role, withdraw_role_invitation
from leaderboard.accounts.roles import grant_role
from leaderboard.accounts.teams import make_model_card
from leaderboard.accounts.teams import make_team as add_team
from leaderboard.accounts.tokens import make_token
from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.address import AddressPolicy
from leaderboard.endpoints.registry.endpoints import make_endpoint
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Conflict
from leaderboard.makers import (
    CAPS,
    CARDS,
    ENDPOINTS,
    OBJECTIONS,
    ROLE_INVITATIONS,
    TARGETS,
    TEAMS,
    TOKENS,
    Cap,
)
from leaderboard.models.invitation import RoleInvitation
from leaderboard.models.role import Role
from leaderboard.models.team import ApiToken, Scope, Team, User
from leaderboard.notices.targets import make_target
from leaderboard.objections.send import get_item, send_objection
from leaderboard.packages.catalogue import get_benchmark, has_version
from tests.factories import load_items, make_team, make_user
from tests.notices.test_notices import NO_GRACE
from tests.package_files import make_items

VAULT = KeyVault([Fernet.generate_key().decode()])
POLICY = AddressPolicy()


def add_card(session: Session, team: Team, user: User, n: int) -> Any:
    values = {"slug": f"model-{n}", "name": "M", "organisation": "O"}
    return make_model_card(session, team, values, user)


def add_endpoint(session: Session, team: Team, user: User, n: int) -> Any:
    values = {"name": f"e{n}", "base_url": "https://1.1.1.1/v1", "model": "m", "settings": {}}
    return make_endpoint(session, team, values, vault=VAULT, policy=POLICY, maker=user)


def add_target(session: Session, team: Team, user: User, n: int) -> Any:
    address = f"https://1.1.1.1/{n}"
    return make_target(
        session, team, "webhook", address, POLICY, sends_mail=False, maker=user, grace=NO_GRACE
    )


def invite(session: Session, user: User, n: int) -> Any:
    """Half of them are withdrawn again, on one benchmark or another."""
    benchmark = "ab"[n % 2]
    grant_role(session, user, Role.HOST, benchmark)
    row = invite_to_role(session, user, f"expert{n}@example.org", Role.EXPERT, benchmark)
    if n % 2:
        withdraw_role_invitation(session, user, row.key)


def add_objection(session: Session, user: User, n: int) -> Any:
    if not has_version(session, "tiny"):
        load_items(session, make_items(OBJECTIONS.limit + 2, 0, 0))
    item = get_item(session, get_benchmark(session, "tiny"), f"test-text-{n:03}")
    return send_objection(session, user, item, "item", "Two options are right.")


ADD: dict[Cap, Callable[[Session, Team, User, int], Any]] = {
    TEAMS: lambda session, _, user, n: add_team(session, user, slug=f"team-{n}", name=f"T {n}"),
    CARDS: add_card,
    ENDPOINTS: add_endpoint,
    TARGETS: add_target,
    ROLE_INVITATIONS: lambda session, _, user, n: invite(session, user, n),
    OBJECTIONS: lambda session, _, user, n: add_objection(session, user, n),
    TOKENS: lambda session, _, user, n: make_token(session, user, name="t", scopes=[Scope.READ]),
}


@pytest.mark.parametrize("cap", CAPS, ids=lambda cap: str(cap.whose))
def test_one_person_makes_so_many_in_all_teams_together_and_no_more(
    sessions: Sessions, cap: Cap
) -> None:
    with sessions.write() as session:
        ada, bob = make_user(session, "ada"), make_user(session, "bob")
        teams = [make_team(session, f"first-{n}", bob, ada) for n in range(6)]
        for n in range(cap.limit):
            ADD[cap](session, teams[n % 6], ada, n)
        with pytest.raises(Conflict) as refused:
            ADD[cap](session, teams[0], ada, cap.limit)
        assert str(cap.limit) in refused.value.message
        assert refused.value.remedy == cap.remedy
        ADD[cap](session, teams[5], bob, cap.limit + 1)


def test_a_token_that_is_revoked_or_expired_makes_room_for_another(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada = make_user(session, "ada")
        for _ in range(TOKENS.limit):
            make_token(session, ada, name="t", scopes=[Scope.READ])
        first, second = session.scalars(select(ApiToken).order_by(ApiToken.id).limit(2))
        first.revoked_at, second.expires_at = now(), now()
        make_token(session, ada, name="t", scopes=[Scope.READ])
        make_token(session, ada, name="t", scopes=[Scope.READ])
        with pytest.raises(Conflict, match="valid tokens"):
            make_token(session, ada, name="t", scopes=[Scope.READ])


def test_a_day_later_a_host_invites_again(sessions: Sessions) -> None:
    with sessions.write() as session:
        hugo = make_user(session, "hugo")
        for n in range(ROLE_INVITATIONS.limit):
            invite(session, hugo, n)
        with pytest.raises(Conflict, match="invited 30 people to roles within a day"):
            invite(session, hugo, 30)
        session.execute(update(RoleInvitation).values(created_at=now() - timedelta(days=1)))
        invite(session, hugo, 30)


def test_what_is_deleted_makes_room_for_another(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada = make_user(session, "ada")
        team = make_team(session, "first", ada)
        made = [add_target(session, team, ada, n) for n in range(5)]
        for target in made:
            session.delete(target)
        session.flush()
        assert makers.read_targets_made(session, team, ada) == []
