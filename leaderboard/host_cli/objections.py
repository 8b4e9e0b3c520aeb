"""`flask objection`: what people object to, and answers."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.accounts.roles import EVERYWHERE
from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.hosting.objections import answer_objection
from leaderboard.models.objection import Effect
from leaderboard.names import show_line
from leaderboard.objections.read import read_objections


@click.group("objection", cls=HostGroup)
def objection_group() -> None:
    """What people report of items, and contest of results."""


@objection_group.command("list")
@click.option("--all", "with_answered", is_flag=True, help="Answered ones too.")
@with_appcontext
def list_command(*, with_answered: bool) -> None:
    """Open objections, newest first."""
    with sessions().read() as session:
        rows = read_objections(session, EVERYWHERE, is_open=None if with_answered else True)
        for one in rows:
            made, benchmark = one.objection, one.split.benchmark
            of = f" of submission {made.submission_id}" if made.submission_id else ""
            click.echo(
                f"{made.id} {made.at:%Y-%m-%d} {made.kind.value}{of}, {one.item.key} of "
                f"{benchmark.slug} {benchmark.version}, by {made.user.email}: {one.state}"
            )
            click.echo(f"  {show_line(made.text)}")
            if one.answer is not None:
                click.echo(f"  {one.answer.effect.value}: {show_line(one.answer.text)}")
        if not rows:
            click.echo("No objection waits for an answer.")


@objection_group.command("answer")
@click.argument("number", type=int)
@click.argument("effect", type=click.Choice([one.value for one in Effect]))
@click.option("--text", required=True, help="What the person who objected reads.")
@with_appcontext
def answer_command(number: int, effect: str, text: str) -> None:
    """Answer the objection of this NUMBER, once."""
    with sessions().write() as session:
        done = answer_objection(session, number, text, effect, COMMAND_LINE)
    finish(done)
