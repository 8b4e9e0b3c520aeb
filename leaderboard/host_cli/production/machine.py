"""What the files and disks of this machine show, as far as whoever asks may see them."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url

from config import Config
from leaderboard.host_cli.production.finding import Finding, problem
from leaderboard.host_cli.production.settings import is_sqlite
from leaderboard.hosting.backups import find_newest

FORM_BYTES = 64 * 1024
"""What an upload takes beside the file, as MAX_CONTENT_LENGTH of the web process has it."""
OLDEST_BACKUP = timedelta(hours=50)
LEAST_FREE_SHARE = 0.1
LEAST_FREE_BYTES = 2 * 1024**3
LIMIT = re.compile(r"\b(?:client_max_body_size|max_size)\s+(\d+)\s*([kmg]?)(i?)(b?)", re.IGNORECASE)
POWERS = {"": 0, "k": 1, "m": 2, "g": 3}


def check_machine(
    config: Config, environment_file: Path, proxy_files: Sequence[Path]
) -> Iterator[Finding]:
    """What others may read, what the proxy takes, how much room is left, and the last backup."""
    yield from _check_files(config)
    database = _find_file(config)
    for name, place in (("environment file", environment_file), ("database file", database)):
        if place is not None:
            yield from _check_mode(name, place)
    for place in proxy_files:
        yield from _check_proxy(config, place)
    folders = {Path("/")} | ({database.parent} if database else set())
    if config.backup_folder:
        folders.add(Path(config.backup_folder))
    for folder in sorted(folders):
        yield from _check_room(folder)
    yield from _check_backup(config)


def _find_file(config: Config) -> Path | None:
    name = make_url(config.database_url).database
    return Path(name) if is_sqlite(config) and name and name != ":memory:" else None


def _check_files(config: Config) -> Iterator[Finding]:
    for name, place in (
        ("PROVIDERS_FILE", config.providers_file),
        ("JUDGES_FILE", config.judges_file),
        ("READER_FILE", config.reader_file),
    ):
        if place and not (Path(place).is_file() and os.access(place, os.R_OK)):
            yield problem(
                name,
                "It names a file that is not there, or that may not be read.",
                "Correct the path, or let the site's user read the file.",
            )


def _check_mode(name: str, place: Path) -> Iterator[Finding]:
    try:
        mode = place.stat().st_mode
    except OSError:
        return
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        yield problem(
            name,
            f"Everybody on this machine may read or write {place}.",
            f"Run `chmod o= {place}`.",
        )


def _check_proxy(config: Config, place: Path) -> Iterator[Finding]:
    try:
        text = place.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return
    if str(urlsplit(config.base_url).hostname) not in text:
        return
    wanted = config.max_upload_bytes + FORM_BYTES
    for amount, unit, binary, byte in LIMIT.findall(text):
        # nginx's `65m` is binary; Caddy's `68MB` is not, `65MiB` is.
        base = 1000 if byte and not binary else 1024
        taken = int(amount) * base ** POWERS[unit.lower()]
        if 0 < taken < wanted:
            yield problem(
                "MAX_UPLOAD_BYTES",
                f"{place} takes uploads of {taken} bytes, the site {wanted}, form included.",
                "Raise the limit there, or lower MAX_UPLOAD_BYTES.",
            )


def _check_room(folder: Path) -> Iterator[Finding]:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return
    if usage.free < LEAST_FREE_BYTES or usage.free < LEAST_FREE_SHARE * usage.total:
        yield problem(
            "disk",
            f"{usage.free / 1024**3:.1f} GiB of {usage.total / 1024**3:.1f} are free below "
            f"{folder}.",
            "Make room: a full disk stops the database.",
        )


def _check_backup(config: Config) -> Iterator[Finding]:
    if not config.backup_folder:
        yield problem(
            "BACKUP_FOLDER",
            "It is not set: it is not known whether there is a backup.",
            "Set it, and have `flask backup make` run every night.",
        )
        return
    newest = find_newest(Path(config.backup_folder))
    if newest is None or datetime.now(UTC) - newest.made_at > OLDEST_BACKUP:
        said = "There is no backup" if newest is None else f"The newest is of {newest.made_at:%F}"
        yield problem(
            "backup",
            f"{said} in {config.backup_folder}.",
            "Run `flask backup make`, and see that its timer runs.",
        )
