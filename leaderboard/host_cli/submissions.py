"""`flask submission`: evaluate and rank again."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.audit import COMMAND_LINE
from leaderboard.evaluation.accept_by_hand import accept_submission
from leaderboard.evaluation.claim import (
    POSTPONED_TOO,
    SUBMISSIONS,
    requeue_held,
    requeue_submission,
)
from leaderboard.host_cli.group import HostGroup, config, sessions
from leaderboard.host_cli.moderation import make_act_command
from leaderboard.hosting.submissions import hide, show
from leaderboard.leases import nudge
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.queue import RANK, make_queue, send_nudges


@click.group("submission", cls=HostGroup)
def submission_group() -> None:
    """Submissions and rankings."""


@submission_group.command("requeue")
@click.argument("key", required=False)
@click.option("--all-held", is_flag=True, help="Everything held or waiting for a judge.")
@with_appcontext
def requeue_command(key: str | None, all_held: bool) -> None:
    """Evaluate a failed or held submission again; what was parsed and rated is kept.

    Takes a submission's number, or --all-held once you have fixed what held them.
    """
    if bool(key) is all_held:
        raise click.UsageError("Give the number of one submission, or --all-held.")
    with sessions().write() as session:
        nudges = [requeue_submission(session, key)] if key else requeue_held(session)
    send_nudges(make_queue(config().redis_url, config().queue_name), nudges)
    for one in nudges:
        click.echo(f"{one.key} is in the queue.")
    if not nudges:
        click.echo("No submissions are held or waiting.")


@submission_group.command("accept")
@click.argument("key")
@click.option("--note", default="", help="Why, for the audit trail and the team.")
@with_appcontext
def accept_command(key: str, note: str) -> None:
    """Have the next release publish a scored result, such as a reference model's."""
    with sessions().write() as session:
        accept_submission(session, key, COMMAND_LINE, note)
    click.echo(f"{key} is accepted for the next release.")


@submission_group.command("nudge")
@with_appcontext
def nudge_command() -> None:
    """Enqueue every waiting submission now, as the reconciler does in time.

    Those that wait for a judge that is out of service are enqueued too.
    """
    queue = make_queue(config().redis_url, config().queue_name)
    with sessions().write() as session:
        waiting = nudge(session, SUBMISSIONS, POSTPONED_TOO)
    send_nudges(queue, waiting)
    click.echo(f"{len(waiting)} enqueued.")


@submission_group.command("rank")
@click.argument("benchmark")
@click.option("--split", "name", default="test", show_default=True)
@with_appcontext
def rank_command(benchmark: str, name: str) -> None:
    """Have a worker rank the scored submissions of a split again."""
    with sessions().read() as session:
        split = get_split(get_benchmark(session, benchmark), name)
    make_queue(config().redis_url, config().queue_name).enqueue(RANK, split.id)
    click.echo(f"A worker will rank {benchmark} {name} again.")


submission_group.add_command(
    make_act_command("hide", hide, "Hide a submission: only its team still sees its results.")
)
submission_group.add_command(make_act_command("show", show, "Show a hidden submission again."))
