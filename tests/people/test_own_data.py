"""Taking one's data away, and deleting an account, on both databases."""

import threading
from datetime import timedelta
from typing import Any

import msgspec
import pyotp
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.accounts.card_fields import CARD_FIELDS
from leaderboard.accounts.invitations import invite
from leaderboard.accounts.passkeys import ask_use
from leaderboard.accounts.providers.ask import Identity
from leaderboard.accounts.providers.links import link
from leaderboard.accounts.role_invitations import invite_to_role
from leaderboard.accounts.roles import grant_role
from leaderboard.accounts.second_factor import N_RECOVERY_CODES, begin_set_up, finish_set_up
from leaderboard.accounts.secret_box import SecretBox
from leaderboard.accounts.teams import make_model_card
from leaderboard.accounts.tokens import make_token
from leaderboard.accounts.users import authenticate, find_user
from leaderboard.accounts.web_sessions import SessionTerms, begin_session
from leaderboard.audit import add_audit
from leaderboard.db import Base, Sessions
from leaderboard.endpoints.registry.endpoints import make_endpoint
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import Conflict, NotSignedIn
from leaderboard.evaluation.rank import rank_split
from leaderboard.models.audit import AuditEntry
from leaderboard.models.benchmark import Split
from leaderboard.models.deletion import DeletedUser
from leaderboard.models.endpoint import Endpoint
from leaderboard.models.factor import Passkey, PasskeyChallenge, RecoveryCode
from leaderboard.models.quota import QuotaCharge
from leaderboard.models.role import SITE, Role
from leaderboard.models.submission import Submission
from leaderboard.models.team import ApiToken, Membership, ModelCard, Scope, Team, TeamRole, User
from leaderboard.notices.targets import make_target
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.people.addresses import change_address
from leaderboard.people.deletion import delete_account, read_fates
from leaderboard.people.departures import make_owner
from leaderboard.people.export import export_account
from leaderboard.rankings.read import read_ranking
from leaderboard.submissions.approvals import approve_team
from tests.accounts.device import SITE as PASSKEY_SITE
from tests.accounts.device import Device, add_to
from tests.factories import (
    PASSWORD,
    load_items,
    make_card,
    make_submission,
    make_team,
    make_user,
    score_submission,
)
from tests.notices.test_notices import NO_GRACE
from tests.package_files import make_items
from tests.people.test_departures import POLICY

NAME, ADDRESS = "Ada-Augusta Lovelace", "ada.private@example.org"
FILE_NAME = "predictions of ada.private.jsonl"
BOX = SecretBox(["s" * 40])
TERMS = SessionTerms(timedelta(days=1), timedelta(days=1))


def fill(session: Session) -> tuple[User, str]:
    """Somebody who has left a trace in as many tables as one can, and their submission."""
    load_items(session, make_items(1, 0, 0))
    ada = make_user(session, "ada.private")
    ada.name = NAME
    host = make_user(session, "hugo", role=Role.HOST)
    team = make_team(session, "ada-lovelace", ada)
    team.name = f"Team of {NAME}"
    card = make_model_card(
        session, team, {"slug": "model-a", "name": "Model A", "organisation": "Org"}, ada
    )
    key = make_submission(session, {"test-text-000": "B"}, card=card, file_name=FILE_NAME)
    make_token(session, ada, name="ada's laptop", scopes=[Scope.READ])
    begin_session(session, ada, TERMS, network="192.0.2.1", agent="Ada's browser")
    vault = KeyVault([Fernet.generate_key().decode()])
    values = {"name": "ours", "base_url": "https://1.1.1.1/v1", "model": "m", "settings": {}}
    make_endpoint(session, team, values, vault=vault, policy=POLICY, maker=ada)
    make_target(session, team, "email", ADDRESS, POLICY, sends_mail=True, maker=ada, grace=NO_GRACE)
    invite(session, team, ada, "bob@example.org")
    invite(session, make_team(session, "hugos", host), host, ADDRESS)
    grant_role(session, ada, Role.HOST, "tiny")
    add_audit(session, "hugo@example.org", "ban", f"user {ADDRESS}", f"{NAME} wrote to me.")
    add_audit(session, ADDRESS, "hide", f"submission {key}", "spam")
    session.flush()
    return ada, key


def get(session: Session, name: str) -> User:
    return session.scalars(select(User).where(User.name == name)).one()


def dump(session: Session) -> str:
    """Every value of every table as text."""
    rows: list[Any] = []
    for table in Base.metadata.sorted_tables:
        rows += [(table.name, *row) for row in session.execute(select(table))]
    return "\n".join(map(repr, rows)).lower()


def test_after_a_deletion_no_table_tells_who_it_was(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, key = fill(session)
        add_audit(session, "hugo@example.org", "approve", "team ada-lovelace on tiny 1.0.0 test")
        add_audit(session, "hugo@example.org", "ban", "team ada-lovelaces")
        before = dump(session)
        assert all(word in before for word in (NAME.lower(), ADDRESS, "ada's", "192.0.2.1"))
    score_submission(sessions, key)
    with sessions.write() as session:
        pseudonym = delete_account(session, session.merge(ada))
    with sessions.read() as session:
        after = dump(session)
        assert after.count("ada-lovelaces") == 1, "another team keeps its name"
        for word in ("ada-", "lovelace", "ada.private", "ada's", "192.0.2.1"):
            assert word not in after.replace("ada-lovelaces", ""), word
        # Every user of the tests has the same password.
        assert after.count(ada.password_hash.lower()) == before.count(ada.password_hash.lower()) - 1
        assert find_user(session, ADDRESS) is None
        with pytest.raises(NotSignedIn):
            authenticate(session, email=f"{pseudonym}@deleted.invalid", password=PASSWORD)
        for table in (ApiToken, Endpoint):
            assert session.scalars(select(table)).all() == []
        audit = [
            (one.actor, one.action, one.subject, one.note)
            for one in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        ]
        stands = f"{pseudonym}@deleted.invalid"
        closed = session.scalars(select(Team.slug).where(Team.slug.startswith("deleted-"))).one()
        assert audit == [
            ("hugo@example.org", "ban", f"user {stands}", f"{stands} wrote to me."),
            (stands, "hide", f"submission {key}", "spam"),
            ("hugo@example.org", "approve", f"team {closed} on tiny 1.0.0 test", ""),
            ("hugo@example.org", "ban", "team ada-lovelaces", ""),
            (stands, "delete account", f"user {stands}", ""),
        ]


def test_published_results_stay_with_their_cards_and_quota_stays_used(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, key = fill(session)
    score_submission(sessions, key)
    with sessions.write() as session:
        delete_account(session, session.merge(ada))
        split = get_split(get_benchmark(session, "tiny"), "test")
        rank_split(session, split.id)
    with sessions.read() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        assert [row.model.name for row in read_ranking(session, split).rows] == ["Model A"]
        row = session.get_one(DeletedUser, ada.id)
        team = session.scalars(select(ModelCard)).one().team
        assert team.name == team.slug == f"{row.pseudonym}-{team.id}"
        assert session.get(QuotaCharge, (key, ada.id)) is not None


def test_a_team_goes_to_whom_has_been_in_it_longest_and_others_go_on(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, bob, cleo = (make_user(session, name) for name in ("ada", "bob", "cleo"))
        alone = make_team(session, "alone", ada)
        owned = make_team(session, "owned", ada, cleo, bob)
        joined = make_team(session, "joined", bob, ada)
        fates = {fate.team.slug: fate for fate in read_fates(session, ada)}
        assert fates["alone"].is_closed
        assert not fates["alone"].is_public
        assert fates["owned"].heir is cleo
        assert (fates["joined"].heir, fates["joined"].is_closed) == (None, False)
        delete_account(session, ada)
        assert alone.memberships == []
        roles = {one.user.name: one.role for one in owned.memberships}
        assert roles == {"cleo": TeamRole.OWNER, "bob": TeamRole.MEMBER}
        assert [one.user.name for one in joined.memberships] == ["bob"]
        assert (owned.slug, joined.slug) == ("owned", "joined")


def test_of_two_owners_who_go_at_once_the_second_closes_the_team(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, bob = (make_user(session, name) for name in ("ada", "bob"))
        team = make_team(session, "team-a", ada, bob)
        make_owner(session, team, ada, bob.id)

    def delete_bob() -> None:
        with sessions.write() as session:
            delete_account(session, get(session, "bob"))

    second = threading.Thread(target=delete_bob)
    with sessions.write() as session:
        delete_account(session, get(session, "ada"))
        second.start()
        # It waits for this transaction; if it did not, it would be through in this time.
        second.join(1.0)
    second.join()
    with sessions.read() as session:
        left = session.scalars(select(Team)).one()
        assert left.memberships == []
        assert left.name.startswith("deleted-")


def test_a_deleted_account_leaves_no_passkey(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada = make_user(session, "ada")
        add_to(session, ada, Device())
        ask_use(session, PASSKEY_SITE, ada)
        delete_account(session, ada)
        for table in (Passkey, PasskeyChallenge, RecoveryCode):
            assert session.scalars(select(table)).all() == []


def test_the_last_administrator_and_a_deleted_account_are_not_deleted(sessions: Sessions) -> None:
    with sessions.write() as session:
        root = make_user(session, "root", role=Role.ADMIN)
        with pytest.raises(Conflict, match="last administrator"):
            delete_account(session, root)
        grant_role(session, make_user(session, "next"), Role.ADMIN, SITE)
        delete_account(session, root, "command line", "left")
        with pytest.raises(Conflict, match="is deleted"):
            delete_account(session, root)


def test_what_one_takes_away_is_ones_own_and_nobody_elses(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, key = fill(session)
        other = make_team(session, "others", make_user(session, "bob"), ada)
        card = make_card(session, other, "secret")
        theirs = make_submission(session, {"test-text-000": "C"}, card=card)
        session.get_one(Submission, theirs).user_id = get(session, "bob").id
        found = msgspec.json.decode(msgspec.json.encode(export_account(session, ada)))
    assert found["account"]["email"] == ADDRESS
    assert [one["slug"] for one in found["teams"]] == ["ada-lovelace", "others"]
    (card,) = found["model_cards"]
    assert card["slug"] == "model-a"
    assert {field.key for field in CARD_FIELDS} <= card.keys()
    assert [one["id"] for one in found["submissions"]] == [key]
    assert [one["name"] for one in found["endpoints"]] == ["ours"]
    assert [one["name"] for one in found["tokens"]] == ["ada's laptop"]
    assert [one["address"] for one in found["notices"]] == [ADDRESS]
    assert [(one["by"], one["about"]) for one in found["audit"]] == [
        ("a host", "you"),
        ("you", f"submission {key}"),
    ]
    text = str(found)
    for word in ("bob", "hugo", "secret", "password", ada.password_hash, "token_hash"):
        assert word not in text, word


EXPORTED = {
    "accepted_agreements": "agreements",
    "api_tokens": "tokens",
    "authenticators": "second_factor",
    "card_makers": "model_cards",
    "confirmations": "account",
    "endpoint_makers": "endpoints",
    "expert_raters": "ratings",
    "granted_roles": "roles",
    "letters": "letters",
    "memberships": "teams",
    "objections": "objections",
    "passkeys": "passkeys",
    "provider_links": "providers",
    "quota_charges": "quota",
    "recovery_codes": "second_factor",
    "reported_sources": "audit",
    "role_invitations": "role_invitations",
    "submissions": "submissions",
    "target_makers": "notices",
    "team_approvals": "approvals",
    "team_invitations": "invitations",
    "team_makers": "teams",
    "uploaded_packages": "audit",
    "web_sessions": "sessions",
}
"""What refers to a person, and where they read of it."""
LEFT_OUT = {
    "attention_refusals": "their account page says whether they get such letters",
    "told_concerns": "what letters told a host of is on the host's pages",
    "banned_users": "who is banned cannot sign in, and asks the host",
    "confirmation_graces": "when the site was updated, the same for everybody",
    "deleted_users": "there is nobody any more",
    "half_sign_ins": "ends within minutes",
    "passkey_challenges": "ends within minutes",
    "invitation_ends": "what they did to an invitation shows in roles and teams",
    "role_invitation_ends": "so do these",
    "turns": "when a worker last took up something of theirs",
}


def test_whatever_refers_to_a_person_is_in_what_they_take_away_or_left_out_for_a_reason(
    sessions: Sessions,
) -> None:
    users = User.__table__
    referring = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.column.table is users for key in table.foreign_keys)
    }
    assert referring == EXPORTED.keys() | LEFT_OUT.keys()
    with sessions.write() as session:
        ada, _ = fill(session)
        approve_team(session, ada.memberships[0].team, find_test_split(session))
        link(session, ada, Identity("https://idp.example", "7", "ada-at-idp", "Ada", None, False))
        invite_to_role(
            session, make_user(session, "alma", role=Role.ADMIN), ADDRESS, Role.EXPERT, "tiny"
        )
        add_to(session, ada, Device(), "Laptop")
        set_up = begin_set_up(ada, BOX)
        finish_set_up(session, ada, set_up, pyotp.TOTP(set_up.secret).now())
        found = msgspec.json.decode(msgspec.json.encode(export_account(session, ada)))
    assert set(EXPORTED.values()) <= found.keys()
    assert [one["handle"] for one in found["providers"]] == ["ada-at-idp"]
    assert found["second_factor"]["n_recovery_codes"] == N_RECOVERY_CODES
    assert [one["name"] for one in found["passkeys"]] == ["Laptop"]
    assert found["passkeys"][0].keys() == {"name", "site", "created_at", "used_at"}
    assert [one["role"] for one in found["role_invitations"]] == ["expert"]
    assert [(one["team"], one["split"]) for one in found["approvals"]] == [("ada-lovelace", "test")]
    assert "alma" not in str(found)
    assert set_up.secret not in str(found)


def find_test_split(session: Session) -> Split:
    return get_split(get_benchmark(session, "tiny"), "test")


def test_a_new_account_with_the_old_address_is_somebody_else(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, key = fill(session)
        delete_account(session, ada)
        again = make_user(session, "ada.private")
        assert again.id != ada.id
        assert session.scalars(select(Membership).where(Membership.user_id == again.id)).all() == []
        assert session.scalars(select(Team).where(Team.slug == "ada-lovelace")).all() == []
        assert export_account(session, again)["submissions"] == []
        assert session.get_one(Submission, key).user_id == ada.id


def test_what_hosts_wrote_about_others_stays_whatever_a_deleted_person_was_called(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        eve = make_user(session, "eve")
        eve.name = "tiny"
        add_audit(session, "hugo@example.org", "grant role", "user bob@example.org", "expert tiny")
        add_audit(session, "hugo@example.org", "ban", "user eve@example.org", "tiny sent spam")
        delete_account(session, eve)
        notes = session.scalars(select(AuditEntry.note).order_by(AuditEntry.id)).all()
    assert notes[0] == "expert tiny"
    assert notes[1].endswith("@deleted.invalid sent spam")


def test_an_address_that_one_had_before_goes_with_the_account(sessions: Sessions) -> None:
    with sessions.write() as session:
        ada, _ = fill(session)
        change_address(session, ada, "ada@example.net")
        delete_account(session, ada)
        assert ADDRESS not in dump(session)


def test_who_takes_over_an_old_address_takes_over_no_line_of_the_audit_trail(
    sessions: Sessions,
) -> None:
    with sessions.write() as session:
        ada, _ = fill(session)
        change_address(session, ada, "ada@example.net")
        bob = make_user(session, "ada.private")
        add_audit(session, ADDRESS, "hide", "submission of bob", "mine")
        own = [one["about"] for one in export_account(session, bob)["audit"]]
        assert own == ["submission of bob"]
        assert len(export_account(session, ada)["audit"]) == 3
        pseudonym = delete_account(session, ada)
        actors = session.scalars(select(AuditEntry.actor).order_by(AuditEntry.id)).all()
        gone = f"{pseudonym}@deleted.invalid"
        assert actors == ["hugo@example.org", gone, gone, ADDRESS, gone]
        assert find_user(session, ADDRESS) is bob
