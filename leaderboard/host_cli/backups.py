"""`flask backup`: copies of the database."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from leaderboard.errors import InvalidRequest
from leaderboard.host_cli.group import HostGroup, config
from leaderboard.hosting.backups import make_backup, read_backups, restore_backup


@click.group("backup", cls=HostGroup)
def backup_group() -> None:
    """Copies of the database: all there is, with hidden answers and password hashes."""


@backup_group.command("make")
@click.option("--keep", type=click.IntRange(min=1), default=14, show_default=True)
@with_appcontext
def make_command(keep: int) -> None:
    """Copy the database into BACKUP_FOLDER while the site runs, and keep the newest ones."""
    made = make_backup(config().database_url, _get_folder(), keep)
    click.echo(f"{made.place}: {made.n_bytes} bytes.")


@backup_group.command("list")
@with_appcontext
def list_command() -> None:
    """The backups, the newest first."""
    for one in read_backups(_get_folder()):
        click.echo(f"{one.place}  {one.made_at:%Y-%m-%d %H:%M} UTC  {one.n_bytes} bytes")


@backup_group.command("restore")
@click.argument("place", metavar="FILE", type=click.Path(path_type=Path))
@with_appcontext
def restore_command(place: Path) -> None:
    """Bring the backup FILE into the database, which must be empty."""
    restore_backup(config().database_url, place)
    click.echo("Restored. Run `flask db upgrade` before you start the site.")


def _get_folder() -> Path:
    """Raises InvalidRequest where there is none."""
    if not config().backup_folder:
        raise InvalidRequest("BACKUP_FOLDER is not set.", "Set it to a folder for backups.")
    return Path(config().backup_folder)
