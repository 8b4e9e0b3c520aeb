"""A team's endpoints and their keys: encrypted, rotated, never to be seen again."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text

from config import Config, ConfigError
from leaderboard.accounts.teams import make_team
from leaderboard.db import Sessions
from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.registry.endpoints import (
    change_endpoint,
    delete_endpoint,
    get_own_endpoint,
    make_endpoint,
    open_endpoint,
    read_endpoints,
    read_settings,
    rotate_keys,
)
from leaderboard.endpoints.registry.vault import KeyVault
from leaderboard.errors import AddressRefused, Conflict, InvalidRequest, NotFound, PermanentError
from leaderboard.models.endpoint import Endpoint, EndpointKey
from leaderboard.models.team import Team, User
from tests.factories import make_user

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
SECRET = "sk-a-secret-of-the-team"
POLICY = read_policy(["127.0.0.1:9000", "127.0.0.1:9001"], allow_http=False)
VALUES = {"name": "Mine", "base_url": "http://127.0.0.1:9000/v1/", "model": "m", "key": SECRET}


@pytest.fixture
def endpoint_id(sessions: Sessions) -> str:
    with sessions.write() as session:
        user = make_user(session, "a")
        team = make_team(session, user, slug="team", name="Team")
        vault = KeyVault([OLD])
        return make_endpoint(session, team, VALUES, vault=vault, policy=POLICY).id


def read_key(sessions: Sessions, endpoint_id: str, vault: KeyVault) -> str | None:
    with sessions.read() as session:
        row = session.get_one(Endpoint, endpoint_id)
        return open_endpoint(row, read_settings(row), vault).key


def test_a_key_is_in_the_database_encrypted_alone(sessions: Sessions, endpoint_id: str) -> None:
    with sessions.read() as session:
        row = session.scalars(select(EndpointKey)).one()
        assert SECRET not in row.ciphertext
        everything = [
            str(line)
            for table in ("endpoints", "endpoint_keys", "audit_entries")
            for line in session.execute(text(f"SELECT * FROM {table}")).all()
        ]
    assert all(SECRET not in line for line in everything)
    if sessions.engine.dialect.name == "sqlite":
        place = Path(str(sessions.engine.url.database))
        files = [file.read_bytes() for file in place.parent.glob(f"{place.name}*")]
        assert any(row.ciphertext.encode() in file for file in files)
        assert not any(SECRET.encode() in file for file in files)
    assert read_key(sessions, endpoint_id, KeyVault([OLD])) == SECRET


def test_nothing_that_holds_a_key_shows_it(sessions: Sessions, endpoint_id: str) -> None:
    vault = KeyVault([OLD])
    with sessions.read() as session:
        row = session.get_one(Endpoint, endpoint_id)
        opened = open_endpoint(row, read_settings(row), vault)
        shown = f"{opened!r} {vault!r} {row!r} {row.key!r}"
    assert SECRET not in shown
    assert OLD not in shown
    config = Config.from_env(
        {
            "DATABASE_URL": "sqlite://",
            "REDIS_URL": "redis://r",
            "SECRET_KEY": "k" * 40,
            "ENDPOINT_KEYS": OLD,
        }
    )
    assert OLD not in repr(config)


def test_rotation_encrypts_again_and_the_old_key_can_go(
    sessions: Sessions, endpoint_id: str
) -> None:
    with pytest.raises(PermanentError), sessions.write() as session:
        rotate_keys(session, KeyVault([NEW]))
    assert read_key(sessions, endpoint_id, KeyVault([OLD])) == SECRET
    with sessions.write() as session:
        assert rotate_keys(session, KeyVault([NEW, OLD])) == (1, 1)
        assert rotate_keys(session, KeyVault([NEW, OLD])) == (0, 1)
    assert read_key(sessions, endpoint_id, KeyVault([NEW])) == SECRET
    with pytest.raises(PermanentError, match="decrypted"):
        read_key(sessions, endpoint_id, KeyVault([OLD]))


def test_a_new_address_does_not_get_the_old_key(sessions: Sessions, endpoint_id: str) -> None:
    vault = KeyVault([OLD])
    with sessions.write() as session:
        row = session.get_one(Endpoint, endpoint_id)
        change_endpoint(session, row, {"name": "Renamed"}, vault=vault, policy=POLICY)
    assert read_key(sessions, endpoint_id, vault) == SECRET
    elsewhere = {"base_url": "http://127.0.0.1:9001/v1"}
    with sessions.write() as session:
        row = session.get_one(Endpoint, endpoint_id)
        change_endpoint(session, row, elsewhere, vault=vault, policy=POLICY)
        assert (row.name, row.base_url) == ("Renamed", "http://127.0.0.1:9001/v1")
    assert read_key(sessions, endpoint_id, vault) is None
    with sessions.write() as session:
        row = session.get_one(Endpoint, endpoint_id)
        change_endpoint(session, row, {"key": "sk-2"}, vault=vault, policy=POLICY)
    assert read_key(sessions, endpoint_id, vault) == "sk-2"


def test_without_host_keys_endpoints_are_off_with_a_clear_message(
    sessions: Sessions, endpoint_id: str
) -> None:
    with sessions.write() as session:
        team = session.scalars(select(Team)).one()
        with pytest.raises(Conflict, match="off on this server") as refused:
            make_endpoint(session, team, VALUES, vault=KeyVault([]), policy=POLICY)
    assert "ENDPOINT_KEYS" in refused.value.remedy


def test_an_endpoint_is_found_by_its_team_alone_and_deleted_with_its_key(
    sessions: Sessions, endpoint_id: str
) -> None:
    with sessions.write() as session:
        other = make_user(session, "b")
        make_team(session, other, slug="other", name="Other")
        owner = session.scalars(select(User).where(User.email == "a@example.org")).one()
        assert [row.id for row in read_endpoints(session, owner)] == [endpoint_id]
        assert read_endpoints(session, other) == []
        assert get_own_endpoint(session, owner, endpoint_id).name == "Mine"
        with pytest.raises(NotFound):
            get_own_endpoint(session, other, endpoint_id)
        delete_endpoint(session, session.get_one(Endpoint, endpoint_id))
        assert session.scalars(select(EndpointKey)).all() == []


UNUSABLE: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"name": ""}, InvalidRequest),
    ({"name": "Mine"}, Conflict),
    ({"model": ""}, InvalidRequest),
    ({"base_url": "http://127.0.0.1:9002/v1"}, AddressRefused),
    ({"base_url": "http://169.254.169.254/v1"}, AddressRefused),
    ({"key": "two words"}, InvalidRequest),
    ({"settings": {"temperature": 3}}, InvalidRequest),
    ({"settings": {"concurrency": 0}}, InvalidRequest),
    ({"settings": {"extra": {"tools": []}}}, InvalidRequest),
    ({"settings": {"max_tokens": {"text": 0}}}, InvalidRequest),
    ({"settings": {"unknown": 1}}, InvalidRequest),
]


def test_unusable_values_are_refused(sessions: Sessions, endpoint_id: str) -> None:
    with sessions.write() as session:
        team = session.scalars(select(Team)).one()
        for changes, error in UNUSABLE:
            values = {**VALUES, "name": "Another", **changes}
            with pytest.raises(error):
                make_endpoint(session, team, values, vault=KeyVault([OLD]), policy=POLICY)
        assert len(session.scalars(select(Endpoint.id)).all()) == 1


def test_a_setting_that_is_no_key_is_said_at_the_start() -> None:
    with pytest.raises(ConfigError, match="make-key"):
        Config.from_env(
            {
                "DATABASE_URL": "sqlite://",
                "REDIS_URL": "redis://r",
                "SECRET_KEY": "k" * 40,
                "ENDPOINT_KEYS": f"{NEW} something",
            }
        )
