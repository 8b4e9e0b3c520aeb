"""`flask judge`: what LLM judges did, and how judges order pairs of reports."""

from __future__ import annotations

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import COMMAND_LINE
from leaderboard.host_cli.group import HostGroup, finish, sessions
from leaderboard.hosting.judges import ask_order
from leaderboard.judges.order_runs import JudgeOrder, read_order, read_results
from leaderboard.judges.runs import N_RECENT, find_awaited, read_call_figures, read_runs
from leaderboard.models.judging import JudgeRun
from leaderboard.models.rating import Rater, RaterKind


@click.group("judge", cls=HostGroup)
def judge_group() -> None:
    """Judges of reports."""


@judge_group.command("runs")
@click.option("--limit", default=N_RECENT, show_default=True)
@with_appcontext
def runs_command(limit: int) -> None:
    """The newest runs; why one is void, or why its judge cannot be asked and what follows."""
    with sessions().read() as session:
        for run in read_runs(session, limit):
            start = f"{run.started_at:%Y-%m-%d %H:%M}"
            line = f"{start} {run.submission_id} {run.rater.name} {run.rater.version}"
            click.echo(f"{line} {run.state.value} {run.reason}{_write_wait(run)}".rstrip())


def _write_wait(run: JudgeRun) -> str:
    awaited = find_awaited(run)
    if awaited is None:
        return ""
    if awaited.again_at is None:
        return "; held until it is requeued"
    return f"; asked again after {awaited.again_at:%Y-%m-%d %H:%M} UTC"


@judge_group.command("calls")
@with_appcontext
def calls_command() -> None:
    """Each judge's calls: failures, tokens and the estimate of their cost."""
    with sessions().read() as session:
        for row in read_call_figures(session):
            cost = f"{row.cost:.4f}" if row.n_unpriced == 0 else "cost not known for all calls"
            click.echo(
                f"{row.name} {row.version}: {row.n_answers:,} answers, "
                f"{row.n_bad_output:,} not readable, {row.n_refused:,} refused, "
                f"{row.n_rejected + row.n_errors:,} failed; "
                f"{row.input_tokens:,} tokens in, {row.output_tokens:,} out; {cost}"
            )


@judge_group.command("order")
@click.argument("name", required=False)
@with_appcontext
def order_command(name: str | None) -> None:
    """Run the judge NAME on the order suite; without a name, say how each judge did."""
    if name is not None:
        with sessions().write() as session:
            done = ask_order(session, name, COMMAND_LINE)
        finish(done)
        return
    with sessions().read() as session:
        query = select(Rater).where(Rater.kind == RaterKind.JUDGE).order_by(Rater.name, Rater.id)
        for rater in session.scalars(query):
            _show_order(session, rater)


def _show_order(session: Session, rater: Rater) -> None:
    order, head = read_order(session, rater.id), f"{rater.name} {rater.version}"
    if order.newest is None:
        return
    if order.finished is None:
        click.echo(f"{head}: {order.newest.state.value} {order.newest.reason}".rstrip())
        return
    share = order.total.share
    verdict = "may decide ranks" if order.may_rank else "decides no rank"
    click.echo(
        f"{head}: suite {order.finished.suite}, {order.total.n_right} of {order.total.n} pairs "
        f"ordered right ({100 * share.value:.1f} %){_show_unseen(order)}, {verdict}"
    )
    for kind, one in order.counts.items():
        click.echo(f"  {kind.label}: {one.n_right} of {one.n}")
    for row in read_results(session, order.finished.id):
        if not row.is_right:
            click.echo(f"  wrong: {row.pair} ({_show_score(row.first)}, {_show_score(row.second)})")


def _show_unseen(order: JudgeOrder) -> str:
    unseen = order.total_unseen
    return "" if unseen is None else f", {unseen.n_right} of {unseen.n} unseen ones"


def _show_score(value: float | None) -> str:
    return "unscored" if value is None else f"{value:.1f}"
