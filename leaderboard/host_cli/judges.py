"""`flask judge`: what LLM judges did."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from leaderboard.host_cli.group import HostGroup, sessions
from leaderboard.judges.runs import N_RECENT, find_awaited, read_call_figures, read_runs
from leaderboard.models.judging import JudgeRun


@click.group("judge", cls=HostGroup)
def judge_group() -> None:
    """LLM judges of reports."""


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
