"""Copies of the whole database in a folder, and bringing one back into an empty database.

PostgreSQL is copied by its own `pg_dump` and `pg_restore`, which must be as new as the server.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import URL, create_engine, inspect, make_url

from leaderboard.errors import Conflict, InvalidRequest, NotFound

STAMP = "%Y%m%dT%H%M%SZ"
KINDS = {"postgresql": "dump", "sqlite": "sqlite3"}
"""The ending of a backup's name by the kind of database."""
NAME = "spinebench-"


class Backup(NamedTuple):
    """One copy of the database: its file, when it was begun (UTC) and its size in bytes."""

    place: Path
    made_at: datetime
    n_bytes: int


def read_backups(folder: Path) -> list[Backup]:
    """The whole backups in `folder`, the newest first; none where there is no such folder."""
    found = []
    for kind in KINDS.values():
        for place in folder.glob(f"{NAME}*.{kind}"):
            try:
                made_at = datetime.strptime(place.stem.removeprefix(NAME), STAMP)
            except ValueError:
                continue
            found.append(Backup(place, made_at.replace(tzinfo=UTC), place.stat().st_size))
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def find_newest(folder: Path) -> Backup | None:
    """The newest backup in `folder`, if there is one."""
    return next(iter(read_backups(folder)), None)


def make_backup(url: str, folder: Path, keep: int) -> Backup:
    """Copy the database while it is used, and delete all backups in `folder` but the newest `keep`.

    A copy that fails leaves nothing that counts as a backup, and deletes none. Only the owner may
    read the file. Raises InvalidRequest where there is no such database or the copy fails.
    """
    parts = make_url(url)
    made_at = datetime.now(UTC).replace(microsecond=0)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / f"{NAME}{made_at:{STAMP}}.{_find_kind(parts)}"
    part = place.with_name(f"{place.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    try:
        if parts.get_backend_name() == "sqlite":
            _copy_sqlite(Path(str(parts.database)), part)
        else:
            _run(["pg_dump", "--format=custom", f"--file={part}"], parts)
        with part.open("rb") as copied:
            os.fsync(copied.fileno())
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
    for old in read_backups(folder)[keep:]:
        old.place.unlink()
    return Backup(place, made_at, place.stat().st_size)


def restore_backup(url: str, place: Path) -> None:
    """Bring a backup into the database at `url`, all of it or nothing.

    Raises NotFound without the file, Conflict for a database that has tables, InvalidRequest for a
    backup of the other kind of database or one that cannot be read.
    """
    parts = make_url(url)
    if not place.is_file():
        raise NotFound(f"There is no backup {place}.", "See `flask backup list`.")
    if place.suffix != f".{_find_kind(parts)}":
        raise InvalidRequest(
            f"{place.name} is not a backup of {parts.get_backend_name()}.",
            "A backup goes back into the kind of database that it is of.",
        )
    _require_empty(parts)
    if parts.get_backend_name() == "sqlite":
        _require_no_log(Path(str(parts.database)))
        _restore_sqlite(place, Path(str(parts.database)))
    else:
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        _run(["pg_restore", *options, str(place)], parts)


def _find_kind(parts: URL) -> str:
    name = parts.get_backend_name()
    if name not in KINDS or (name == "sqlite" and parts.database in {None, "", ":memory:"}):
        raise InvalidRequest(f"{name} is copied by its own means.", "See its manual.")
    return KINDS[name]


def _require_empty(parts: URL) -> None:
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).exists():
        return
    engine = create_engine(parts)
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables:
        raise Conflict(
            f"The database has {len(tables)} tables already: nothing was restored.",
            "Make an empty database, set DATABASE_URL to it, and restore into that.",
        )


def _copy_sqlite(database: Path, place: Path) -> None:
    if not database.is_file():
        raise InvalidRequest(f"There is no database {database}.", "Correct DATABASE_URL.")
    with (
        closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(place)) as copy,
    ):
        source.backup(copy)


def _require_no_log(database: Path) -> None:
    """SQLite would write what stands in the log of another database into the restored one."""
    left = [f"{database}{ending}" for ending in ("-wal", "-shm", "-journal")]
    if found := [name for name in left if Path(name).exists()]:
        raise Conflict(
            f"Files of another database stand there: {', '.join(found)}. Nothing was restored.",
            "Move them away with the database that they belong to.",
        )


def _restore_sqlite(place: Path, database: Path) -> None:
    """What is looked at is the copy: the backup may be where nothing can be written."""
    part = database.with_name(f"{database.name}.part")
    shutil.copyfile(place, part)
    part.chmod(0o600)
    try:
        answer = _check_sqlite(part)
        if answer != "ok":
            raise InvalidRequest(f"{place.name} is damaged: {answer}.", "Restore another backup.")
        part.replace(database)
    finally:
        part.unlink(missing_ok=True)


def _check_sqlite(place: Path) -> str:
    with closing(sqlite3.connect(f"file:{place}?mode=ro&immutable=1", uri=True)) as source:
        try:
            return str(source.execute("PRAGMA integrity_check").fetchone()[0])
        except sqlite3.DatabaseError as error:
            return str(error)


def _run(command: Sequence[str], parts: URL) -> None:
    """Run a program of PostgreSQL on the database; the password is in no list of processes."""
    address = parts.set(drivername="postgresql", password=None)
    environment: Mapping[str, str] = os.environ | (
        {"PGPASSWORD": parts.password} if parts.password else {}
    )
    where = f"--dbname={address.render_as_string(hide_password=False)}"
    try:
        subprocess.run(
            [*command, where], env=environment, check=True, capture_output=True, text=True
        )
    except FileNotFoundError:
        raise InvalidRequest(
            f"{command[0]} is not installed.", "Install the client programs of PostgreSQL."
        ) from None
    except subprocess.CalledProcessError as error:
        raise InvalidRequest(
            f"{command[0]} failed: {str(error.stderr).strip()[:500]}",
            "Nothing was changed. The programs must be as new as the server.",
        ) from None
