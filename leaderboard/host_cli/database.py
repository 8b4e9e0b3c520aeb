"""`flask db`: the schema."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.host_cli.group import HostGroup, config
from leaderboard.migrate import downgrade, upgrade


@click.group("db", cls=HostGroup)
def db_group() -> None:
    """The database's schema."""


@db_group.command("upgrade")
@click.option("--revision", default="head", show_default=True)
@with_appcontext
def upgrade_command(revision: str) -> None:
    """Migrate the database up."""
    upgrade(config().database_url, revision)
    click.echo("The database is up to date.")


@db_group.command("downgrade")
@click.argument("revision")
@with_appcontext
def downgrade_command(revision: str) -> None:
    """Migrate the database down to REVISION ("base": to nothing). Data of later tables is lost."""
    downgrade(config().database_url, revision)
    click.echo(f"The database is at {revision}.")
