"""`flask benchmark phase` and `phases`: when a split takes submissions."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import finish, sessions
from leaderboard.hosting.phases import plan_phase, take_phase_back
from leaderboard.moments import say_moment
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.packages.phases import view_phases


@click.command("phase")
@click.argument("slug")
@click.argument("version")
@click.argument("split")
@click.argument("name")
@click.option("--opens", default="", help='Such as "2027-01-31 12:00", in UTC.')
@click.option("--closes", default="", help="In UTC.")
@click.option("--submissions", "units", default="", help="How many a team may send in it.")
@click.option("--final", "is_final", is_flag=True, help="The ranking at its end stays as it is.")
@click.option("--take-back", is_flag=True, help="Take it back; it must have received nothing.")
@with_appcontext
def phase_command(
    slug: str,
    version: str,
    split: str,
    name: str,
    opens: str,
    closes: str,
    units: str,
    is_final: bool,
    take_back: bool,
) -> None:
    """Make a phase NAME of SPLIT, or change it: submissions are taken in phases alone then."""
    with sessions().write() as session:
        found = get_split(get_benchmark(session, slug, version), split)
        if take_back:
            done = take_phase_back(session, found, name, COMMAND_LINE)
        else:
            done = plan_phase(
                session, found, name, opens, closes, units, COMMAND_LINE, is_final=is_final
            )
    finish(done)


@click.command("phases")
@click.argument("slug")
@click.argument("version")
@click.argument("split")
@with_appcontext
def phases_command(slug: str, version: str, split: str) -> None:
    """The phases of SPLIT as they stand now."""
    with sessions().read() as session:
        found = get_split(get_benchmark(session, slug, version), split)
        for one in view_phases(session, found.id):
            final = f"  final: release {one.release}" if one.release else ""
            click.echo(
                f"{one.name}  {say_moment(one.opens_at)} to {say_moment(one.closes_at)}  "
                f"{one.state.value}{final}"
            )
