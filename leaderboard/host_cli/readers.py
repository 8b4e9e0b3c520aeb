"""`flask reader`: what the second reader of answers did, and how far it agrees with people."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from leaderboard.host_cli.group import HostGroup, sessions
from leaderboard.readers.agreement import measure_agreement, read_human_readings
from leaderboard.readers.calls import read_reader_figures
from leaderboard.scoring.statistics.intervals import Estimate


@click.group("reader", cls=HostGroup)
def reader_group() -> None:
    """The second reader of answers: a language model."""


@reader_group.command("calls")
@with_appcontext
def calls_command() -> None:
    """Each reader's calls: what was read, what was not taken, failures and tokens."""
    with sessions().read() as session:
        for row in read_reader_figures(session):
            failure = f", last {row.last_failure}" if row.last_failure else ""
            click.echo(
                f"{row.name} {row.version}: {row.n_answered:,} read, {row.n_no_answer:,} without "
                f"an answer, {row.n_invalid:,} not taken, {row.n_bad_output:,} not readable, "
                f"{row.n_refused:,} refused, {row.n_failed:,} failed{failure}; "
                f"{row.input_tokens:,} tokens in, {row.output_tokens:,} out"
            )


@reader_group.command("agreement")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@with_appcontext
def agreement_command(file: Path) -> None:
    """Compare each reader with people's readings: a CSV file of submission, item, letters."""
    with sessions().read() as session:
        people = read_human_readings(session, file.read_bytes())
        found = measure_agreement(session, people)
    for row in found:
        left_out = f"; {row.n_unasked:,} more it was not asked about" if row.n_unasked else ""
        click.echo(
            f"{row.name} {row.version}: {row.n:,} read by both, {_write(row.n_equal, row.equal)} "
            f"alike, {_write(row.n_wrong, row.wrong)} other letters{left_out}"
        )
    if not found:
        click.echo("No language model was asked about any of them.")


def _write(n: int, share: Estimate) -> str:
    low, high = share.low or 0.0, share.high or 0.0
    return f"{n:,} ({100 * share.value:.1f} %, {100 * low:.1f} to {100 * high:.1f})"
