"""`flask item`: what answers and raters say of single items."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.host_cli.group import HostGroup, sessions
from leaderboard.lens.read import LensItem, read_lens
from leaderboard.lens.sign import Sign
from leaderboard.models.benchmark import Track
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.scoring.statistics.intervals import Estimate


@click.group("item", cls=HostGroup)
def item_group() -> None:
    """Single items: how models do on them, and what may be wrong with them."""


@item_group.command("list")
@click.argument("benchmark")
@click.option("--version", help="By default the newest.")
@click.option("--split", default="test", show_default=True)
@click.option("--track", type=click.Choice([one.value for one in Track]))
@click.option("--subcondition", default="", help="The key of one subcondition.")
@click.option("--sign", type=click.Choice([one.value for one in Sign]))
@with_appcontext
def list_command(
    benchmark: str,
    version: str | None,
    split: str,
    track: str | None,
    subcondition: str,
    sign: str | None,
) -> None:
    """The items of a split, most suspicious first, with their keys."""
    with sessions().read() as session:
        lens = read_lens(session, get_split(get_benchmark(session, benchmark, version), split))
        rows = lens.choose(
            Track(track) if track else None, subcondition, Sign(sign) if sign else None
        )
        for one in rows:
            _echo(one)
        models = f"{lens.n_models:,} model{'' if lens.n_models == 1 else 's'}"
        click.echo(f"{len(rows):,} of {len(lens.items):,} items, by the answers of {models}.")


def _echo(one: LensItem) -> None:
    """An item's own line, then its figures, then its signs."""
    item, figures = one.item, one.figures
    key = f"key {one.key}" if one.key else "report"
    click.echo(f"{item.key} ({item.track.value}, {item.subcondition}, {key})")
    right = f"{figures.n_right} of {figures.n} right, " if figures.n_right is not None else ""
    click.echo(f"  {right}difficulty {_write(figures.difficulty, 2, f'of {figures.n} models')}")
    words = figures.no_discrimination or ""
    click.echo(f"  discrimination {_write(figures.discrimination, 2, words)}")
    if (same := figures.same_wrong) is not None:
        click.echo(
            f"  {same.n} of {same.n_good} good models choose {same.option}, {same.n_key} the key"
        )
    for name, apart in (("judges", one.judges), ("experts", one.experts)):
        if apart is not None:
            click.echo(f"  {name} {_write(apart, 1, '')} points apart")
    for sign in one.signs:
        click.echo(f"  ! {sign.label}: {sign.meaning}")


def _write(estimate: Estimate | None, digits: int, missing: str) -> str:
    """A figure with its interval; without one, why there is none."""
    if estimate is None:
        return f"unknown: {missing}"
    ends = estimate.low, estimate.high
    if ends[0] is None or ends[1] is None:
        return f"{estimate.value:.{digits}f} (no interval)"
    return f"{estimate.value:.{digits}f} ({ends[0]:.{digits}f} to {ends[1]:.{digits}f})"
