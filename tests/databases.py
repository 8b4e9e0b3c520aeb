"""Fixtures: a real database for each test, as the migrations make it.

An SQLite database is a copied file. PostgreSQL has one database for all tests of a process, which
is emptied before each: whatever a test commits is committed, on as many connections as it likes.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from leaderboard.db import Sessions, make_sessions
from leaderboard.migrate import upgrade
from tests.servers import EmbeddedPostgres, start_postgres

OWN = "own_database"
"""The mark of a test that changes the tables themselves, whose database no other test may share."""


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{OWN}: changes the tables of its database")


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server of our own."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a new SQLite database in a file, without any table."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
def postgres_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a new PostgreSQL database without any table."""
    url = postgres.make_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new database without any table; the test runs once with each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database that the migrations made, once for all tests."""
    place = tmp_path_factory.mktemp("template") / "template.sqlite3"
    upgrade(f"sqlite:///{place}")
    return place


@pytest.fixture(scope="session")
def postgres_template(postgres: EmbeddedPostgres) -> str:
    """The URL of a PostgreSQL database that the migrations made, once for all tests."""
    url = postgres.make_database()
    upgrade(url)
    return url


@pytest.fixture(scope="session")
def shared_postgres(postgres: EmbeddedPostgres, postgres_template: str) -> SharedPostgres:
    """The PostgreSQL database that tests use one after the other."""
    return SharedPostgres(postgres.copy_database(postgres_template))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database without any row; the test runs once with each kind."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_url")
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copyfile(template, url.removeprefix("sqlite:///"))
        yield url
    elif request.node.get_closest_marker(OWN):
        postgres: EmbeddedPostgres = request.getfixturevalue("postgres")
        url = postgres.copy_database(request.getfixturevalue("postgres_template"))
        yield url
        postgres.drop_database(url)
    else:
        shared: SharedPostgres = request.getfixturevalue("shared_postgres")
        shared.empty()
        yield shared.url


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """Sessions on a migrated database without any row, of each kind."""
    made = make_sessions(database_url)
    yield made
    made.engine.dispose()


class SharedPostgres:
    """A migrated database that is emptied instead of made anew, which takes a tenth of a second."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._address = url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(self._address) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables "
                "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).fetchall()
        # Nothing is checked while every row goes: the order of the tables does not matter.
        self._emptying = "SET session_replication_role = replica;" + "".join(
            f"DELETE FROM {table};" for (table,) in tables
        )

    def empty(self) -> None:
        """End what a test left connected, remove every row and count from 1 again."""
        with psycopg.connect(self._address) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            connection.execute(self._emptying.encode())
            connection.execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) "
                "FROM pg_sequences WHERE last_value IS NOT NULL"
            )
