"""`flask approval`: which teams may submit to a split with hidden answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.hosting.act import Act
from leaderboard.hosting.approvals import approve, read_pending_teams, refuse, withdraw
from leaderboard.packages.catalogue import get_benchmark, get_split


@click.group("approval", cls=HostGroup)
def approval_group() -> None:
    """Teams that may submit to splits with hidden answers."""


@approval_group.command("list")
@with_appcontext
def list_command() -> None:
    """The teams that wait, with their members; * marks those whom no host has approved."""
    with sessions().read() as session:
        for one in read_pending_teams(session):
            split = one.split
            place = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
            click.echo(f"{one.team.slug} on {place}: {len(one.submissions)} pending")
            for member in one.members:
                known = "confirmed" if member.confirmation else "not confirmed"
                mark = "*" if member.is_new else " "
                click.echo(f"  {mark} {member.user.email} ({member.user.name}), {known}")


def _make_command(
    name: str, act: Callable[..., Act], words: str, *options: Callable[[Any], Any]
) -> click.Command:
    """A command that does `act` to a team on a split, with the values of `options`."""

    @with_appcontext
    def command(team: str, benchmark: str, version: str | None, split: str, **values: Any) -> None:
        with sessions().write() as session:
            found = get_split(get_benchmark(session, benchmark, version), split)
            done = act(session, found, team, COMMAND_LINE, **values)
        finish(done)

    for add in reversed((*PLACE, *options)):
        command = add(command)
    return click.command(name, help=words)(command)


PLACE = (
    click.argument("team"),
    click.argument("benchmark"),
    click.option("--version", help="By default the newest."),
    click.option("--split", default="test", show_default=True),
)
MEMBERS = click.option(
    "--member", "seen", multiple=True, help="The address of each member, as listed."
)
NOTE = click.option("--reason", default="", help="Why, for the audit trail.")
REASON = click.option("--reason", required=True, help="Why; the audit trail keeps it.")

for _command in (
    _make_command(
        "approve",
        approve,
        "Let TEAM submit to a split, with the members that are named.",
        MEMBERS,
        NOTE,
    ),
    _make_command("refuse", refuse, "Fail what TEAM has pending; it reads the reason.", REASON),
    _make_command("withdraw", withdraw, "End the approval of TEAM.", REASON),
):
    approval_group.add_command(_command)
