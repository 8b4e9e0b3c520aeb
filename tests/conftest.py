"""Fixtures for every test: real servers, each started when asked, once a pytest process."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from demo.redis_server import EmbeddedRedis, start_redis
from leaderboard.db import Sessions, make_sessions
from leaderboard.migrate import upgrade
from tests.loaded import load, submit_texts  # noqa: F401  fixtures of every test
from tests.servers import EmbeddedPostgres, find_chromium, start_postgres
from tests.site import site  # noqa: F401  a fixture of every test


def pytest_configure() -> None:
    """Let Ctrl-C reach what tests start, also where a shell's background job ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """A Redis-compatible server of our own."""
    with start_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(redis_server: EmbeddedRedis) -> str:
    """The URL of a real server, shared by the tests of this process: it may hold keys."""
    return redis_server.url


@pytest.fixture
def empty_redis_url(redis_url: str) -> str:
    """The URL of a real server that holds nothing."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server of our own."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a new empty SQLite database in a file."""
    return f"sqlite:///{tmp_path / 'test.sqlite3'}"


@pytest.fixture
def postgres_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a new empty PostgreSQL database."""
    url = postgres.make_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new empty database; the test runs once with each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A browser's program. Without one the test is skipped, or fails where one is required."""
    found = find_chromium(os.environ)
    if found is None:
        reason = "No Chromium or Chrome was found: install one or set CHROMIUM to its program."
        if os.environ.get("SPINEBENCH_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


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


@pytest.fixture
def migrated_url(database_url: str, request: pytest.FixtureRequest) -> str:
    """The URL of a new database as the migrations make it: a copy, for they take seconds."""
    if database_url.startswith("sqlite"):
        place = database_url.removeprefix("sqlite:///")
        shutil.copyfile(request.getfixturevalue("sqlite_template"), place)
    else:
        postgres: EmbeddedPostgres = request.getfixturevalue("postgres")
        postgres.replace_database(database_url, request.getfixturevalue("postgres_template"))
    return database_url


@pytest.fixture
def sessions(migrated_url: str) -> Iterator[Sessions]:
    """Sessions on a new database that the migrations made, of each kind."""
    made = make_sessions(migrated_url)
    yield made
    made.engine.dispose()
