"""Fixtures: a real database for each test, as the migrations make it.

There is one database of each kind for all tests of a process, and each test finds it without any
row: what a test commits is committed, on as many connections as it likes. The engine is the same
for all of them, since it keeps the statements that it compiled, which costs more than running them.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Hashable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from leaderboard.db import Sessions, make_sessions
from leaderboard.migrate import upgrade
from tests.servers import EmbeddedPostgres, start_postgres

Prepare = Callable[[Hashable, Callable[[], Any]], Any]
OWN = "own_database"
"""The mark of a test that changes the tables themselves, whose database no other test may share."""


ONE = "one_database"
"""The mark of a test that no difference between databases can touch: it runs on SQLite alone."""
KINDS = ["sqlite", "postgresql"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{OWN}: changes the tables of its database")
    config.addinivalue_line("markers", f"{ONE}: runs on SQLite alone")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test of a database once with each kind."""
    marks = list(metafunc.definition.iter_markers())
    is_chosen = any(one.name == "parametrize" and one.args[0] == "database_url" for one in marks)
    if "database_url" in metafunc.fixturenames and not is_chosen:
        kinds = KINDS[:1] if any(one.name == ONE for one in marks) else KINDS
        metafunc.parametrize("database_url", kinds, indirect=True)


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


@pytest.fixture(params=KINDS)
def bare_database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a new database without any table; the test runs once with each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of a run share, for what one of them makes for all."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def make_once(place: Path, make: Callable[[Path], None]) -> Path:
    """A file as `make` made it, by whichever process of the run came first."""
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            begun = place.with_suffix(".begun")
            make(begun)
            begun.replace(place)
    return place


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    """An SQLite database that the migrations made, once for all tests."""
    return make_once(run_folder / "migrated.sqlite3", lambda place: upgrade(f"sqlite:///{place}"))


@pytest.fixture(scope="session")
def postgres_template(postgres: EmbeddedPostgres) -> str:
    """The URL of a PostgreSQL database that the migrations made, once for all tests."""
    url = postgres.make_database()
    upgrade(url)
    return url


@pytest.fixture(scope="session")
def shared_sqlite(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedSqlite]:
    """The SQLite database that tests use one after the other."""
    shared = SharedSqlite(tmp_path_factory.mktemp("shared") / "shared.sqlite3", sqlite_template)
    yield shared
    shared.sessions.engine.dispose()


@pytest.fixture(scope="session")
def shared_postgres(postgres: EmbeddedPostgres, postgres_template: str) -> Iterator[SharedPostgres]:
    """The PostgreSQL database that tests use one after the other."""
    shared = SharedPostgres(postgres.copy_database(postgres_template))
    yield shared
    shared.close()


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a migrated database without any row, of each kind."""
    is_sqlite = request.param == "sqlite"
    if request.node.get_closest_marker(OWN) is None:
        name = "shared_sqlite" if is_sqlite else "shared_postgres"
        shared: SharedSqlite | SharedPostgres = request.getfixturevalue(name)
        shared.empty()
        yield shared.url
    elif is_sqlite:
        url: str = request.getfixturevalue("sqlite_url")
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copyfile(template, url.removeprefix("sqlite:///"))
        yield url
    else:
        postgres: EmbeddedPostgres = request.getfixturevalue("postgres")
        url = postgres.copy_database(request.getfixturevalue("postgres_template"))
        yield url
        postgres.drop_database(url)


@pytest.fixture
def sessions(database_url: str, request: pytest.FixtureRequest) -> Iterator[Sessions]:
    """Sessions on a migrated database without any row, of each kind."""
    if request.node.get_closest_marker(OWN) is None:
        name = "shared_sqlite" if database_url.startswith("sqlite") else "shared_postgres"
        shared: SharedSqlite | SharedPostgres = request.getfixturevalue(name)
        made = shared.sessions
    else:
        made = make_sessions(database_url)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """SQLite databases that tests begin with."""
    return Kept(tmp_path_factory.mktemp("kept"))


@pytest.fixture
def prepare(sessions: Sessions, database_url: str, request: pytest.FixtureRequest) -> Prepare:
    """Fill the test's database by a function, which runs once a process for each kind.

    The key says what the function makes of the database; what it returns is the same each time.
    """

    def fill(key: Hashable, make: Callable[[], Any]) -> Any:
        if request.node.get_closest_marker(OWN) is not None:
            return make()
        if not database_url.startswith("sqlite"):
            on_postgres: SharedPostgres = request.getfixturevalue("shared_postgres")
            return on_postgres.fill(key, make)
        shared: SharedSqlite = request.getfixturevalue("shared_sqlite")
        kept: Kept = request.getfixturevalue("kept")
        return kept.fill(shared, key, make)

    return fill


class Kept:
    """Databases by what was made of them, with what the makers returned."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[Hashable, tuple[Path, Any]] = {}

    def fill(self, shared: SharedSqlite, key: Hashable, make: Callable[[], Any]) -> Any:
        """Let `shared` be as `make` makes it of what it is now; what that returned.

        A database that the test wrote to already is made by `make`.
        """
        if not shared.is_untouched():
            return make()
        key = (shared.made_by, key)
        if key in self._made:
            place, result = self._made[key]
        else:
            place, result = self._folder / f"{len(self._made)}.sqlite3", make()
            shared.copy_to(place)
            self._made[key] = (place, result)
        shared.become(place, key)
        return result


class SharedSqlite:
    """A migrated database in a file that another takes the place of."""

    def __init__(self, place: Path, template: Path) -> None:
        self.url = f"sqlite:///{place}"
        self.sessions = make_sessions(self.url)
        self.made_by: Hashable = None
        self._place, self._template, self._stamp = place, template, 0

    def empty(self) -> None:
        """Begin anew with the template, whoever still has the old file open."""
        self.become(self._template, None)

    def become(self, other: Path, made_by: Hashable) -> None:
        """Begin anew with a copy of another database that nobody is using."""
        self.sessions.engine.dispose()
        for ending in ("", "-wal", "-shm"):
            Path(f"{self._place}{ending}").unlink(missing_ok=True)
        shutil.copyfile(other, self._place)
        self.made_by, self._stamp = made_by, self._place.stat().st_mtime_ns

    def is_untouched(self) -> bool:
        """Whether nothing was written since it became what it is."""
        log = Path(f"{self._place}-wal")
        is_logged = log.exists() and log.stat().st_size > 0
        return not is_logged and self._place.stat().st_mtime_ns == self._stamp

    def copy_to(self, place: Path) -> None:
        """Copy the whole database to another file."""
        with closing(sqlite3.connect(self._place)) as source, closing(sqlite3.connect(place)) as to:
            source.backup(to)


class SharedPostgres:
    """A migrated database that is emptied instead of made anew, which takes a tenth of a second."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sessions = make_sessions(url)
        # Kept open: a new connection reads again what every table is.
        self._own = psycopg.connect(
            url.replace("postgresql+psycopg", "postgresql"), autocommit=True
        )
        tables = self._own.execute(
            "SELECT tablename FROM pg_tables "
            "WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        ).fetchall()
        self._find_filled = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for (table,) in tables
        )
        self._kept: dict[Hashable, tuple[list[tuple[str, bytes]], list[tuple[str, int]], Any]] = {}
        # Nothing is checked while every row goes: the order of the tables does not matter.
        self._emptying = "SET LOCAL session_replication_role = replica;" + "".join(
            f"DELETE FROM {table};" for (table,) in tables
        )

    def empty(self) -> None:
        """End what a test left connected, remove every row and count from 1 again."""
        self.sessions.engine.dispose()
        with self._own.transaction():
            self._own.execute(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND backend_type = 'client backend'"
            )
            self._own.execute(self._emptying.encode())
            self._own.execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) "
                "FROM pg_sequences WHERE last_value IS NOT NULL"
            )

    def fill(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Let the database hold what `make` puts into an empty one; what that returned.

        A database that the test wrote to already is filled by `make`.
        """
        if self._read_filled():
            return make()
        if key not in self._kept:
            result = make()
            self._kept[key] = ([*map(self._copy, self._read_filled())], self._count(), result)
            return result
        rows, counts, result = self._kept[key]
        with self._own.transaction(), self._own.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table, content in rows:
                with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)".encode()) as copy:
                    copy.write(content)
            for sequence, last in counts:
                cursor.execute("SELECT setval(%s::regclass, %s)", (sequence, last))
        return result

    def _read_filled(self) -> list[str]:
        return [table for (table,) in self._own.execute(self._find_filled.encode())]

    def _copy(self, table: str) -> tuple[str, bytes]:
        statement = f"COPY {table} TO STDOUT (FORMAT BINARY)".encode()
        with self._own.cursor() as cursor, cursor.copy(statement) as copy:
            return table, b"".join(map(bytes, copy))

    def _count(self) -> list[tuple[str, int]]:
        """How far each sequence has counted."""
        return self._own.execute(
            "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences "
            "WHERE last_value IS NOT NULL"
        ).fetchall()

    def close(self) -> None:
        """Let go of the database."""
        self.sessions.engine.dispose()
        self._own.close()
