"""`flask storage`: pictures in an object store."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.errors import Conflict
from leaderboard.host_cli.group import HostGroup, sessions
from leaderboard.packages.stored import move_pictures
from leaderboard.storage import STORAGE


@click.group("storage", cls=HostGroup)
def storage_group() -> None:
    """Pictures in an object store, see STORAGE_URL."""


@storage_group.command("move")
@click.option("--back", is_flag=True, help="Into the database, from the store.")
@with_appcontext
def move_command(*, back: bool) -> None:
    """Move every picture that is not there yet; it can be ended and begun again at any time."""
    found = sessions()
    if not STORAGE.is_on:
        raise Conflict("There is no object store.", "Set STORAGE_URL.")
    n = move_pictures(found, back=back)
    place = "the database" if back else "the object store"
    click.echo(f"{n} picture{'' if n == 1 else 's'} moved into {place}.")
