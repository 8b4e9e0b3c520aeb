"""`flask evidence`: signs that somebody reads out a hidden split."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.evidence.read import get_hidden_split, read_evidence
from leaderboard.evidence.sign import Sign
from leaderboard.host_cli.group import HostGroup, sessions
from leaderboard.packages.catalogue import get_benchmark


@click.group("evidence", cls=HostGroup)
def evidence_group() -> None:
    """Signs that somebody reads out hidden answers; they decide nothing."""


@evidence_group.command("list")
@click.argument("benchmark")
@click.option("--version", help="By default the newest.")
@click.option("--split", default="test", show_default=True)
@with_appcontext
def list_command(benchmark: str, version: str | None, split: str) -> None:
    """The signs of a hidden split, newest first."""
    with sessions().read() as session:
        found = get_hidden_split(get_benchmark(session, benchmark, version), split)
        evidence = read_evidence(session, found)
        for sign in evidence.signs:
            _echo(sign)
        n, compared = len(evidence.signs), evidence.n_sheets
        click.echo(f"{n} sign{'' if n == 1 else 's'} in {compared:,} scored submissions.")


def _echo(sign: Sign) -> None:
    click.echo(f"{sign.at:%Y-%m-%d %H:%M} {sign.kind.label}: {sign.sentence}")
    figures = (f"{one.name} {one.value} {one.interval}".strip() for one in sign.figures)
    click.echo(f"  {'; '.join(figures)}")
    click.echo(f"  submissions {', '.join(one.id for one in sign.submissions)}")
    click.echo(f"  {sign.kind.shows} {sign.kind.shows_not}")
