"""`flask benchmark third-parties`, `agreement`, `acceptances`: on which terms items leave."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from leaderboard.agreements import find_agreement
from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import finish, sessions
from leaderboard.hosting.terms import (
    ask_agreement,
    say_third_parties,
    set_third_parties,
    stop_asking,
    write_acceptances,
)
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


@click.command("agreement")
@click.argument("slug")
@click.option(
    "--text",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The file of the text, in Markdown.",
)
@click.option("--as", "version", default="", help="Its version, such as 1 or 2027-01.")
@click.option("--covers-pages", is_flag=True, help="Pages that show items need it too.")
@click.option("--end", is_flag=True, help="Ask nobody from now on.")
@with_appcontext
def agreement_command(
    slug: str, text: Path | None, version: str, covers_pages: bool, end: bool
) -> None:
    """Have teams accept a text before they download items of SLUG or submit to it.

    Without an option it says which version is in force.
    """
    if end and text is not None:
        raise click.UsageError("Give --text or --end.")
    with sessions().write() as session:
        found = get_benchmark(session, slug)
        if end:
            done = stop_asking(session, found, COMMAND_LINE)
        elif text is not None:
            content = text.read_text(encoding="utf-8")
            done = ask_agreement(
                session, found, version, content, COMMAND_LINE, covers_pages=covers_pages
            )
        else:
            current = find_agreement(session, slug)
            click.echo(f"Version {current.version}." if current else "No agreement is asked for.")
            return
    finish(done)


@click.command("acceptances")
@click.argument("slug")
@with_appcontext
def acceptances_command(slug: str) -> None:
    """Print who accepted which agreement of SLUG for which team and when, as CSV."""
    with sessions().read() as session:
        click.echo(write_acceptances(session, get_benchmark(session, slug).slug), nl=False)
