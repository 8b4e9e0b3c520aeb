"""The servers that other tests stand on."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import redis
import sqlalchemy as sa

from tests.demo.waiting import wait_until
from tests.servers import EmbeddedPostgres, find_chromium, start_postgres


def count_tables(url: str) -> int:
    """How many tables a database holds, after making one more."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE one (id INTEGER)"))
        n_tables = len(sa.inspect(connection).get_table_names())
    engine.dispose()
    return n_tables


@pytest.mark.parametrize("turn", [1, 2])
def test_every_test_gets_an_empty_database(database_url: str, turn: int) -> None:
    assert count_tables(database_url) == 1


def test_the_database_is_of_the_kind_that_was_asked_for(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    assert engine.dialect.name in database_url
    engine.dispose()


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
