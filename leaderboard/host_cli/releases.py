"""`flask release`: releases of a split."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE
from leaderboard.disclosure import is_protected
from leaderboard.evaluation.publish import read_candidates
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.hosting.apart import rank_together, set_apart
from leaderboard.hosting.releases import open_next
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.rankings.releases import read_releases


@click.group("release", cls=HostGroup)
def release_group() -> None:
    """Releases: rankings whose scores compare, older ones kept as they were."""


@release_group.command("list")
@click.argument("benchmark")
@click.option("--version", help="By default the newest.")
@click.option("--split", default="test", show_default=True)
@with_appcontext
def list_command(benchmark: str, version: str | None, split: str) -> None:
    """The releases of a split, newest first."""
    with sessions().read() as session:
        found = get_split(get_benchmark(session, benchmark, version), split)
        for one in read_releases(session, found.id):
            state = f"closed {one.closed_at:%Y-%m-%d}" if one.closed_at else "open"
            opened = f"{one.release.opened_at:%Y-%m-%d}"
            click.echo(
                f"{one.release.number}: opened {opened}, {state}, {one.n_models:,} models. "
                f"{one.release.note}"
            )


@release_group.command("open")
@click.argument("benchmark")
@click.option("--version", help="By default the newest.")
@click.option("--split", default="test", show_default=True)
@click.option("--reason", default="", help="Why; shown on the Releases page.")
@click.option("--yes", is_flag=True, help="Publish what there is to publish, without asking.")
@with_appcontext
def open_command(benchmark: str, version: str | None, split: str, reason: str, yes: bool) -> None:
    """Close the open release and go on in the next, which publishes what waits for it."""
    with sessions().read() as session:
        found = get_split(get_benchmark(session, benchmark, version), split)
        candidates = read_candidates(session, found) if is_protected(found) else []
        for one in candidates:
            runs = f", {len(one.runs)} runs as one" if len(one.runs) > 1 else ""
            model = one.submission.model_card.slug
            click.echo(f"{one.submission.id} {model}: {one.standing}{runs}")
        seen = [run.id for one in candidates if one.is_published for run in one.runs]
    if seen and not yes:
        n = sum(one.is_published for one in candidates)
        click.confirm(f"Publish {n} of these?", abort=True)
    with sessions().write() as session:
        found = get_split(get_benchmark(session, benchmark, version), split)
        done = open_next(session, found, COMMAND_LINE, reason, seen)
    finish(done)


@release_group.command("trained")
@click.argument("benchmark")
@click.option("--version", help="By default the newest.")
@click.option("--split", default="test", show_default=True)
@click.option(
    "--apart/--together", required=True, help="Without a rank, or ranked with all others."
)
@click.option("--reason", required=True, help="Why; the audit trail keeps it.")
@with_appcontext
def trained_command(
    benchmark: str, version: str | None, split: str, apart: bool, reason: str
) -> None:
    """Say where models stand that were trained on the questions."""
    act = set_apart if apart else rank_together
    with sessions().write() as session:
        found = get_split(get_benchmark(session, benchmark, version), split)
        done = act(session, found, COMMAND_LINE, reason)
    finish(done)
