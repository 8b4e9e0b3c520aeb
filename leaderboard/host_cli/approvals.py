"""`flask approval`: which teams may submit to a split with hidden answers."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.hosting.act import Act
from leaderboard.hosting.approvals import approve, read_pending_teams, refuse, withdraw
from leaderboard.models.benchmark import Split
from leaderboard.packages.catalogue import get_benchmark, get_split


@click.group("approval", cls=HostGroup)
def approval_group() -> None:
    """Teams that may submit to splits with hidden answers."""


@approval_group.command("list")
@with_appcontext
def list_command() -> None:
    """The teams that wait, with their members; * is somebody without a host's yes."""
    with sessions().read() as session:
        for one in read_pending_teams(session):
            split = one.split
            place = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
            click.echo(f"{one.team.slug} on {place}: {len(one.submissions)} pending")
            for member in one.members:
                known = "confirmed" if member.confirmation else "not confirmed"
                mark = "*" if member.is_new else " "
                click.echo(f"  {mark} {member.user.email} ({member.user.name}), {known}")


@approval_group.command("approve")
@click.argument("team")
@click.argument("benchmark")
@click.option("--version", help="By default the newest.")
@click.option("--split", default="test", show_default=True)
@click.option("--member", "members", multiple=True, help="The address of each member, as listed.")
@click.option("--reason", default="", help="Why, for the audit trail.")
@with_appcontext
def approve_command(
    team: str,
    benchmark: str,
    version: str | None,
    split: str,
    members: tuple[str, ...],
    reason: str,
) -> None:
    """Let TEAM submit to a split, with the members that are named."""
    with sessions().write() as session:
        found = get_split(get_benchmark(session, benchmark, version), split)
        done = approve(session, found, team, COMMAND_LINE, reason, members)
    finish(done)


def _make_command(
    name: str, act: Callable[[Session, Split, str, str, str], Act], words: str
) -> click.Command:
    """A command that does `act` to a team on a split."""

    @click.command(name, help=words)
    @click.argument("team")
    @click.argument("benchmark")
    @click.option("--version", help="By default the newest.")
    @click.option("--split", default="test", show_default=True)
    @click.option("--reason", required=True, help="Why; the audit trail keeps it.")
    @with_appcontext
    def command(team: str, benchmark: str, version: str | None, split: str, reason: str) -> None:
        with sessions().write() as session:
            found = get_split(get_benchmark(session, benchmark, version), split)
            done = act(session, found, team, COMMAND_LINE, reason)
        finish(done)

    return command


for _command in (
    _make_command("refuse", refuse, "Fail what TEAM has pending; it reads the reason."),
    _make_command("withdraw", withdraw, "End the approval of TEAM."),
):
    approval_group.add_command(_command)
