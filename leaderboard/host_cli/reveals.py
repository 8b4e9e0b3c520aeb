"""`flask benchmark reveal` and `reveal-at`: hidden answers become public, now or at a date."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import finish, sessions
from leaderboard.hosting.reveals import (
    REVEAL_WARNING,
    date_reveal,
    reveal_items,
    reveal_version,
)
from leaderboard.packages.catalogue import get_benchmark, get_split


@click.command("reveal")
@click.argument("slug")
@click.argument("version")
@click.option("--item", "items", multiple=True, help="The id of a retired item; may be repeated.")
@click.option("--all", "is_whole", is_flag=True, help="Every hidden item of the version.")
@click.option("--reason", default="", help="Why; shown beside the answers.")
@click.option(
    "--also-live",
    is_flag=True,
    help="Even if another version asks the same and hides the answers.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_appcontext
def reveal_command(
    slug: str,
    version: str,
    items: tuple[str, ...],
    is_whole: bool,
    reason: str,
    also_live: bool,
    yes: bool,
) -> None:
    """Make hidden answers of SLUG in VERSION public for good, by --item or --all.

    With them go their salts, and which ranked models had these items right.
    """
    if bool(items) == is_whole:
        raise click.UsageError("Name items with --item, or all of them with --all.")
    if not yes:
        what = "every hidden item" if is_whole else ", ".join(items)
        click.confirm(f"{REVEAL_WARNING} Reveal {what} of {slug} {version}?", abort=True)
    with sessions().write() as session:
        found = get_benchmark(session, slug, version)
        if is_whole:
            done = reveal_version(session, found, COMMAND_LINE, reason, also_live=also_live)
        else:
            done = reveal_items(session, found, items, COMMAND_LINE, reason, also_live=also_live)
    finish(done)


@click.command("reveal-at")
@click.argument("slug")
@click.argument("version")
@click.argument("split")
@click.argument("date", default="")
@click.option("--never", is_flag=True, help="Take the date back.")
@click.option(
    "--also-live",
    is_flag=True,
    help="Even if another version asks the same and hides the answers.",
)
@with_appcontext
def reveal_at_command(
    slug: str, version: str, split: str, date: str, never: bool, also_live: bool
) -> None:
    """Have the answers of SPLIT become public for good at DATE, such as "2027-01-31 12:00" in UTC.

    The reconciler makes the reveal then. Everybody is told the date.
    """
    if bool(date.strip()) == never:
        raise click.UsageError("Give a date, or --never to take it back.")
    with sessions().write() as session:
        found = get_split(get_benchmark(session, slug, version), split)
        done = date_reveal(session, found, date, COMMAND_LINE, also_live=also_live)
    finish(done)
