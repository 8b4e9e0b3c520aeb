"""`flask benchmark third-parties`: where a benchmark's items may go."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import finish, sessions
from leaderboard.hosting.terms import say_third_parties, set_third_parties
from leaderboard.packages.catalogue import get_benchmark
from leaderboard.third_parties import ThirdParties, read_third_parties


@click.command("third-parties")
@click.argument("slug")
@click.option("--judges/--no-judges", default=None, help="Language models that rate or read.")
@click.option("--endpoints/--no-endpoints", default=None, help="Model endpoints of teams.")
@with_appcontext
def third_parties_command(slug: str, judges: bool | None, endpoints: bool | None) -> None:
    """Whether items of SLUG may go to servers outside your network; says it without an option."""
    with sessions().write() as session:
        found = get_benchmark(session, slug)
        before = read_third_parties(session, slug)
        choice = ThirdParties(
            before.judges if judges is None else judges,
            before.endpoints if endpoints is None else endpoints,
        )
        if judges is None and endpoints is None:
            click.echo(say_third_parties(before))
            return
        done = set_third_parties(session, found, choice, COMMAND_LINE)
    finish(done)
