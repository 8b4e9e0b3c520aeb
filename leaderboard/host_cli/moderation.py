"""Commands that are acts of a host on a name, and `flask announcement`."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.hosting.act import Act
from leaderboard.hosting.announcements import announce, end_announcement, read_announcements
from leaderboard.models.role import SITE
from leaderboard.packages.catalogue import get_benchmark


def make_act_command(
    name: str, act: Callable[[Session, str, str, str], Act], words: str
) -> click.Command:
    """A command that does `act` to its argument, with a reason for the audit trail."""

    @click.command(name, help=words)
    @click.argument("key", metavar="NAME")
    @click.option("--reason", default="", help="Why, for the audit trail.")
    @with_appcontext
    def command(key: str, reason: str) -> None:
        with sessions().write() as session:
            done = act(session, key, COMMAND_LINE, reason)
        finish(done)

    return command


@click.group("announcement", cls=HostGroup)
def announcement_group() -> None:
    """Texts above every page."""


@announcement_group.command("add")
@click.argument("text")
@click.option("--until", required=True, help="The last day, as 2026-12-31, in UTC.")
@click.option("--benchmark", default=SITE, help="Above its pages alone.")
@with_appcontext
def add_announcement_command(text: str, until: str, benchmark: str) -> None:
    """Show TEXT above every page."""
    with sessions().write() as session:
        if benchmark != SITE:
            get_benchmark(session, benchmark)
        done = announce(session, text, until, COMMAND_LINE, benchmark)
    finish(done)


@announcement_group.command("list")
@with_appcontext
def list_announcements_command() -> None:
    """What stands above the pages now, with its number."""
    with sessions().read() as session:
        for one in read_announcements(session):
            where = f" on {one.benchmark}" if one.benchmark else ""
            click.echo(f"{one.id}: until {one.until_at:%Y-%m-%d %H:%M} UTC{where}: {one.text}")


@announcement_group.command("end")
@click.argument("number", type=int)
@with_appcontext
def end_announcement_command(number: int) -> None:
    """Take the announcement of this NUMBER down."""
    with sessions().write() as session:
        done = end_announcement(session, number, COMMAND_LINE)
    finish(done)
