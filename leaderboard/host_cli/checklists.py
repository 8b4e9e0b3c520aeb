"""`flask checklist`: the checks by which reports are rated, and corrections of them."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.lens.checks import get_item
from leaderboard.lens.corrected_checks import (
    CheckEdit,
    correct_check,
    describe_check,
    drop_check,
    read_report_checks,
    withdraw_check,
)
from leaderboard.models.benchmark import Item
from leaderboard.packages.catalogue import get_benchmark, get_split

_split = click.option("--split", default="test", show_default=True)
_reason = click.option("--reason", default="", help="Why; kept in the audit trail.")


@click.group("checklist", cls=HostGroup)
def checklist_group() -> None:
    """Checks of reports: what each asks, and their corrections for the next version."""


@checklist_group.command("list")
@click.argument("benchmark")
@click.argument("item")
@_split
@with_appcontext
def list_command(benchmark: str, item: str, split: str) -> None:
    """The checks of the report ITEM, and what the next version will ask instead."""
    with sessions().read() as session:
        found = _get_item(session, benchmark, item, split)
        checks = read_report_checks(session, found)
        for one in checks:
            dimensions = ", ".join(one.check.dimensions)
            click.echo(f"{one.check.key}: {describe_check(one.check)}; for {dimensions}")
            if one.correction is not None:
                after = describe_check(one.after) if one.after else "dropped"
                click.echo(f"  next version: {after}: {one.correction.reason}")
        if not checks:
            click.echo(f"{found.key} is a question: it has no checks.")


@checklist_group.command("correct")
@click.argument("benchmark")
@click.argument("item")
@click.argument("check")
@click.option("--term", "terms", multiple=True, help="Words that it looks for; once for each.")
@click.option("--expected", help="Levels with commas, a side, present or absent, or 20 ± 2.")
@click.option("--weight", help="Its weight among the checks of a dimension.")
@_reason
@_split
@with_appcontext
def correct_command(
    benchmark: str,
    item: str,
    check: str,
    terms: tuple[str, ...],
    expected: str | None,
    weight: str | None,
    reason: str,
    split: str,
) -> None:
    """Have the next version of BENCHMARK ask something else by CHECK of the report ITEM.

    What is left out stays as it is. `flask benchmark correct` makes that version.
    """
    edit = CheckEdit("\n".join(terms) if terms else None, expected, weight)
    with sessions().write() as session:
        found = _get_item(session, benchmark, item, split)
        done = correct_check(session, found, check, edit, reason, COMMAND_LINE)
    finish(done)


@checklist_group.command("drop")
@click.argument("benchmark")
@click.argument("item")
@click.argument("check")
@_reason
@_split
@with_appcontext
def drop_command(benchmark: str, item: str, check: str, reason: str, split: str) -> None:
    """Have the next version of BENCHMARK leave CHECK of the report ITEM out."""
    with sessions().write() as session:
        found = _get_item(session, benchmark, item, split)
        done = drop_check(session, found, check, reason, COMMAND_LINE)
    finish(done)


@checklist_group.command("withdraw")
@click.argument("benchmark")
@click.argument("item")
@click.argument("check")
@_split
@with_appcontext
def withdraw_command(benchmark: str, item: str, check: str, split: str) -> None:
    """Leave CHECK of the report ITEM as it is."""
    with sessions().write() as session:
        found = _get_item(session, benchmark, item, split)
        done = withdraw_check(session, found, check, COMMAND_LINE)
    finish(done)


def _get_item(session: Session, benchmark: str, item: str, split: str) -> Item:
    return get_item(session, get_split(get_benchmark(session, benchmark), split), item)
