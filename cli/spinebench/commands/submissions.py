"""Submissions: how they stand, what came out, ending them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from spinebench.api import Api
from spinebench.commands.items import item_options, show_items
from spinebench.commands.watching import show_feedback, stay
from spinebench.errors import UsageError
from spinebench.following import describe_step
from spinebench.invocation import Invocation
from spinebench.options import Command, pass_invocation, slug
from spinebench.reading import read_answer
from spinebench.shapes.results import Results
from spinebench.shapes.submissions import SubmissionList, SubmissionRecord
from spinebench.tables import moment, results_table, submissions_table
from spinebench.terminal import Terminal

N_LATEST = 20


@click.command(cls=Command)
@click.argument("id", required=False, type=slug)
@click.option("-w", "--watch", is_flag=True, help="Watch until it has finished. [ID: the latest]")
@pass_invocation
def status(invocation: Invocation, id: str | None, watch: bool) -> None:
    """Show the state of a submission, or list the latest ones."""
    terminal = invocation.terminal
    with invocation.api() as api:
        if watch:
            stay(invocation, api, id or _get_latest_id(terminal, api))
        elif id is None:
            _show_list(terminal, api.get_submissions(N_LATEST))
        else:
            _show_one(terminal, api.get_submission(id))


def _get_latest_id(terminal: Terminal, api: Api) -> str:
    latest = read_answer(SubmissionList, api.get_submissions(1)).submissions
    if not latest:
        raise UsageError("There is no submission to watch yet.")
    terminal.say(f"Submission: {latest[0].id} (the latest)")
    return latest[0].id


def _show_list(terminal: Terminal, raw: Any) -> None:
    if terminal.as_json:
        terminal.show_json(raw)
    elif found := read_answer(SubmissionList, raw).submissions:
        terminal.show_table(submissions_table(found))
    else:
        terminal.show("You have no submissions yet.")


def _show_one(terminal: Terminal, raw: Any) -> None:
    if terminal.as_json:
        terminal.show_json(raw)
        return
    submission = read_answer(SubmissionRecord, raw)
    for line in _describe(submission):
        terminal.show(line)
    if submission.status == "scored":
        terminal.say(f"Scores: spinebench results {submission.id}")
    elif not submission.is_finished:
        terminal.say(f"Follow it: spinebench status {submission.id} --watch")


def _describe(submission: SubmissionRecord) -> list[str]:
    tracks, run = ", ".join(submission.tracks), submission.endpoint
    lines = [
        f"Submission  {submission.id}",
        f"Status      {_state(submission)}",
        f"Model       {submission.model}",
        f"Benchmark   {submission.benchmark}, split {submission.split}",
        f"{'Endpoint  ' if run else 'File      '}  "
        f"{run.name if run else submission.file_name or '-'}: "
        f"{submission.n_predictions:,} predictions ({tracks})",
        f"Sent        {moment(submission.created_at)} UTC",
    ]
    if submission.run_of:
        label = f" ({submission.run_label})" if submission.run_label else ""
        lines.append(f"Run         another run of {submission.run_of}{label}")
    if submission.runs:
        lines.append(f"Runs        {', '.join(submission.runs)}: their mean stands")
    if run and run.saw_hidden_items:
        lines.append("Note        saw hidden items")
    if submission.finished_at:
        lines.append(f"Finished    {moment(submission.finished_at)} UTC")
    lines.append(f"Page        {submission.url}")
    if submission.failure is not None:
        failure = submission.failure
        lines += ["", *(line for line in (failure.message, failure.remedy) if line)]
    if submission.events:
        lines += ["", "Events (UTC)"]
        lines += [f"  {event.at:%Y-%m-%d %H:%M:%S}  {event.message}" for event in submission.events]
    return lines


def _state(submission: SubmissionRecord) -> str:
    if submission.is_finished:
        return submission.status
    step = describe_step(submission).lower()
    done = submission.progress
    count = f", {done.n_done:,}/{done.n_total:,}" if done.n_total else ""
    return f"{submission.status}: {step}{count}"


@click.command(cls=Command)
@click.argument("id", type=slug)
@click.option("--items", "by_item", is_flag=True, help="Item by item: what was read of each text.")
@item_options
@pass_invocation
def results(
    invocation: Invocation, /, id: str, by_item: bool, csv: Path | None, **filters: str | None
) -> None:
    """Show a scored submission's scores, slice by slice, or its items one by one."""
    chosen = {name: value for name, value in filters.items() if value}
    if by_item:
        show_items(invocation, id, chosen, csv)
        return
    if chosen or csv is not None:
        raise UsageError("These options choose items.", remedy="Add --items.")
    terminal = invocation.terminal
    with invocation.api() as api:
        raw = api.get_results(id)
    if terminal.as_json:
        terminal.show_json(raw)
        return
    found = read_answer(Results, raw)
    show_feedback(terminal, found)
    if found.scores:
        terminal.show_table(results_table(found))
    terminal.show(_describe_counts(found.counts))


def _describe_counts(counts: Mapping[str, int]) -> str:
    """How the multiple-choice predictions were read."""
    return "Choices read: " + ", ".join(f"{n:,} {kind}" for kind, n in counts.items()) + "."


@click.command(cls=Command)
@click.argument("id", type=slug)
@pass_invocation
def cancel(invocation: Invocation, id: str) -> None:
    """Cancel a submission that has not finished."""
    with invocation.api() as api:
        raw = api.cancel(id)
    _show_act(
        invocation.terminal,
        raw,
        lambda submission: f"Submission {submission.id}: {submission.status}.",
    )


@click.command(cls=Command)
@click.argument("id", type=slug)
@pass_invocation
def choose(invocation: Invocation, id: str) -> None:
    """Have its model stand by a scored submission.

    At once, or, where results wait for a release, at the next one.
    """
    with invocation.api() as api:
        raw = api.choose(id)
    _show_act(
        invocation.terminal,
        raw,
        lambda chosen: (
            f"{chosen.model} stands by submission {chosen.id}: from the next release on where "
            f"results wait for one, otherwise as soon as the split is ranked again."
        ),
    )


def _show_act(terminal: Terminal, raw: Any, describe: Callable[[SubmissionRecord], str]) -> None:
    """The submission after an act on it: whole as JSON, or in a sentence."""
    if terminal.as_json:
        terminal.show_json(raw)
    else:
        terminal.show(describe(read_answer(SubmissionRecord, raw)))
