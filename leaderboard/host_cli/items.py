"""`flask item`: what answers and raters say of single items."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.lens.irt.read import Irt, read_irt
from leaderboard.lens.irt.request import ask_irt
from leaderboard.lens.read import LensItem, read_lens
from leaderboard.lens.sheets import read_sheets
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
@click.option("--track", help="The key of one track.")
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
        irt = read_irt(session, lens.sheets)
        rows = lens.choose(
            Track(track) if track else None, subcondition, Sign(sign) if sign else None
        )
        for one in rows:
            _echo(one, irt)
        models = f"{lens.n_models:,} model{'' if lens.n_models == 1 else 's'}"
        click.echo(f"{len(rows):,} of {len(lens.items):,} items, by the answers of {models}.")


@item_group.command("irt")
@click.argument("benchmark")
@click.option("--version", help="By default the newest.")
@click.option("--split", default="test", show_default=True)
@click.option("--show", is_flag=True, help="Say how the newest run stands, and begin none.")
@with_appcontext
def irt_command(benchmark: str, version: str | None, split: str, *, show: bool) -> None:
    """Fit item response theory to the questions of a split; `item list` has its figures."""
    if show:
        with sessions().read() as session:
            found = get_split(get_benchmark(session, benchmark, version), split)
            click.echo(_write_state(read_irt(session, read_sheets(session, found))))
        return
    with sessions().write() as session:
        found = get_split(get_benchmark(session, benchmark, version), split)
        done = ask_irt(session, found, COMMAND_LINE)
    finish(done)


def _write_state(irt: Irt) -> str:
    """How the newest run and the newest fit stand, a line each."""
    run, fit, lines = irt.newest, irt.fit, []
    if run is not None and (fit is None or run.id != fit.irt_run_id):
        lines.append(f"{run.state.value}, {run.n_rounds:,} rounds. {run.reason}".rstrip())
    if fit is not None:
        how = "converged" if fit.is_converged else "not converged, so without figures"
        stale = ", out of date" if irt.is_stale else ""
        lines.append(
            f"{fit.library} {fit.library_version}, {fit.fitted_at:%Y-%m-%d %H:%M} UTC: "
            f"{fit.n_models:,} models, {fit.n_items:,} questions, {fit.run.n_rounds:,} rounds, "
            f"{how}{stale}."
        )
    return "\n".join(lines or [irt.sheet.why_not or "Nothing was fitted yet."])


def _echo(one: LensItem, irt: Irt) -> None:
    """An item's own line, then its figures, then its signs."""
    item, figures = one.item, one.figures
    key = f"key {one.key}" if one.key else "report"
    place = ", ".join(filter(None, (item.track.value, item.subcondition)))
    click.echo(f"{item.key} ({place}, {key})")
    right = f"{figures.n_right} of {figures.n} right, " if figures.n_right is not None else ""
    click.echo(f"  {right}difficulty {_write(figures.difficulty, 2, f'of {figures.n} models')}")
    words = figures.no_discrimination or ""
    click.echo(f"  discrimination {_write(figures.discrimination, 2, words)}")
    if (own := irt.figures.get(item.id)) is not None:
        click.echo(
            f"  IRT difficulty {own.difficulty:.2f} (se {own.difficulty_error:.2f}), "
            f"discrimination {own.discrimination:.2f} (se {own.discrimination_error:.2f})"
        )
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
