"""The servers that other tests stand on."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import redis
import sqlalchemy as sa

from leaderboard.db import Sessions
from leaderboard.models.team import User
from tests.databases import SharedPostgres
from tests.factories import make_team, make_user
from tests.servers import EmbeddedPostgres, find_chromium, start_postgres
from tests.waiting import wait_until


def count_tables(url: str) -> int:
    """How many tables a database holds, after making one more."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE one (id INTEGER)"))
        n_tables = len(sa.inspect(connection).get_table_names())
    engine.dispose()
    return n_tables


@pytest.mark.parametrize("turn", [1, 2])
def test_a_bare_database_has_no_table(bare_database_url: str, turn: int) -> None:
    assert count_tables(bare_database_url) == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_tables_without_a_row_and_counts_from_one(
    sessions: Sessions, database_url: str, turn: int
) -> None:
    assert sessions.engine.dialect.name in database_url
    with sessions.write() as session:
        user = make_user(session, "ada")
        assert (user.id, make_team(session, "team", user).id) == (1, 1)


def test_a_shared_database_is_emptied_while_a_connection_holds_its_rows(
    shared_postgres: SharedPostgres,
) -> None:
    shared_postgres.empty()
    sessions = shared_postgres.sessions
    with sessions.write() as session:
        make_user(session, "ada")
    with sessions.open(writes=True) as holder:
        make_user(holder, "bob")
        shared_postgres.empty()
        with pytest.raises(sa.exc.OperationalError):
            holder.execute(sa.text("SELECT 1"))
    with sessions.read() as session:
        assert session.scalars(sa.select(User)).all() == []


def test_a_database_is_dropped_while_a_connection_is_open(postgres: EmbeddedPostgres) -> None:
    url = postgres.make_database()
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        postgres.drop_database(url)
        with pytest.raises(sa.exc.OperationalError):
            connection.execute(sa.text("SELECT 1"))
    engine.dispose()


def test_a_stopped_postgres_leaves_no_file() -> None:
    server = start_postgres()
    server.stop()
    server.stop()
    assert not server.folder.exists()
    with pytest.raises(psycopg.OperationalError):
        server.make_database()


@pytest.mark.parametrize("turn", [1, 2])
def test_an_empty_redis_is_empty(empty_redis_url: str, turn: int) -> None:
    with redis.Redis.from_url(empty_redis_url) as client:
        wait_until(lambda: client.dbsize() == 0)
        client.set("key", turn)


def test_the_named_chromium_comes_first(tmp_path: Path) -> None:
    assert find_chromium({"CHROMIUM": "somewhere/chrome"}) == "somewhere/chrome"
