"""`flask key`: the random check of keys by clinicians, and corrections of keys."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.lens.checks import (
    TRACKS,
    KeyCheck,
    count_questions,
    draw_keys,
    get_item,
    read_checks,
    record_verdict,
)
from leaderboard.lens.corrections import correct_key, withdraw_correction
from leaderboard.models.benchmark import Split
from leaderboard.models.key_check import Verdict
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.scoring.statistics.key_bound import plan_check

_version = click.option("--version", help="By default the newest.")
_split = click.option("--split", default="test", show_default=True)
_track = click.option(
    "--track", type=click.Choice([one for one in TRACKS if one]), help="By default all questions."
)


@click.group("key", cls=HostGroup)
def key_group() -> None:
    """Right answers: how many of them can be wrong, by a random check, and their corrections."""


@key_group.command("plan")
@click.argument("benchmark")
@_version
@_split
@_track
@click.option("--share", default=2.0, show_default=True, help="At most so many % wrong, at 95 %.")
@click.option("--wrong", default=0, show_default=True, help="If so many turn out to be wrong.")
@with_appcontext
def plan_command(
    benchmark: str, version: str | None, split: str, track: str | None, share: float, wrong: int
) -> None:
    """How many keys to draw for a bound."""
    with sessions().read() as session:
        found = _get_split(session, benchmark, version, split)
        n_items = count_questions(session, found, track or "")
        n = plan_check(n_items, share / 100, wrong)
        if n is None:
            click.echo(f"No number will do: {wrong} of {n_items:,} are more than {share:g} %.")
        else:
            click.echo(f"Draw {n:,} of {n_items:,} keys.")


@key_group.command("draw")
@click.argument("benchmark")
@click.argument("n", type=int)
@_version
@_split
@_track
@with_appcontext
def draw_command(
    benchmark: str, n: int, version: str | None, split: str, track: str | None
) -> None:
    """Draw keys at random until N are drawn in all, with those drawn before."""
    with sessions().write() as session:
        found = _get_split(session, benchmark, version, split)
        done = draw_keys(session, found, n, track or "", COMMAND_LINE)
    finish(done)


@key_group.command("list")
@click.argument("benchmark")
@_version
@_split
@with_appcontext
def list_command(benchmark: str, version: str | None, split: str) -> None:
    """The drawn keys in the order in which to check them, with their verdicts and the bound."""
    with sessions().read() as session:
        found = _get_split(session, benchmark, version, split)
        checks = read_checks(session, found)
        for check in checks:
            _echo(check)
        if not checks:
            click.echo("No key is drawn.")


@key_group.command("check")
@click.argument("benchmark")
@click.argument("item")
@click.argument("verdict", type=click.Choice([one.value for one in Verdict]))
@click.option("--by", "checked_by", required=True, help="The clinician, for hosts alone.")
@click.option("--note", default="")
@_version
@_split
@with_appcontext
def check_command(
    benchmark: str,
    item: str,
    verdict: str,
    checked_by: str,
    note: str,
    version: str | None,
    split: str,
) -> None:
    """Keep what a clinician says of the key of a drawn ITEM: the newest verdict counts."""
    with sessions().write() as session:
        found = get_item(session, _get_split(session, benchmark, version, split), item)
        done = record_verdict(session, found, verdict, checked_by, note, COMMAND_LINE)
    finish(done)


@key_group.command("correct")
@click.argument("benchmark")
@click.argument("item")
@click.argument("answer")
@click.option("--reason", default="", help="Why; kept in the audit trail.")
@_split
@with_appcontext
def correct_command(benchmark: str, item: str, answer: str, reason: str, split: str) -> None:
    """Have the next version of BENCHMARK say ANSWER, such as B or A,C, for ITEM.

    `flask benchmark correct` makes that version.
    """
    with sessions().write() as session:
        found = get_item(session, _get_split(session, benchmark, None, split), item)
        done = correct_key(session, found, answer, reason, COMMAND_LINE)
    finish(done)


@key_group.command("withdraw")
@click.argument("benchmark")
@click.argument("item")
@_split
@with_appcontext
def withdraw_command(benchmark: str, item: str, split: str) -> None:
    """Leave the key of ITEM as it is."""
    with sessions().write() as session:
        found = get_item(session, _get_split(session, benchmark, None, split), item)
        done = withdraw_correction(session, found, COMMAND_LINE)
    finish(done)


def _get_split(session: Session, benchmark: str, version: str | None, split: str) -> Split:
    return get_split(get_benchmark(session, benchmark, version), split)


def _echo(check: KeyCheck) -> None:
    click.echo(f"{check.draw.track or 'all'} questions")
    for place, (item, verdict) in enumerate(check.keys, 1):
        said = "not checked yet"
        if verdict is not None:
            said = f"{verdict.verdict.value}, by {verdict.checked_by}, {verdict.at:%Y-%m-%d}"
        click.echo(f"  {place} {item.key}: {said}")
    bound = check.bound
    click.echo(
        f"  {bound.n_checked:,} of {bound.n_items:,} keys checked, {bound.n_wrong:,} wrong or "
        f"unsure; at most {100 * bound.most / bound.n_items:.1f} % are wrong (95 %)."
    )
    if check.n_waiting:
        click.echo(f"  {check.n_waiting:,} verdicts wait for a key before them.")
