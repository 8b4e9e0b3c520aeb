"""Prediction files: trying them and submitting them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from spinebench.api import Api
from spinebench.choices import choose_benchmark, choose_model
from spinebench.commands.converting import files_argument, prepared
from spinebench.commands.watching import stay
from spinebench.errors import (
    ApiError,
    InterruptedByUserError,
    LostConnectionError,
    UsageError,
)
from spinebench.invocation import Invocation
from spinebench.options import (
    Command,
    benchmark_option,
    pass_invocation,
    slug,
    split_option,
    version_option,
)
from spinebench.reading import read_answer
from spinebench.shapes.submissions import SubmissionRecord, Validation
from spinebench.terminal import Terminal

# Above this, a connection that ends early is likely a size limit somewhere on the way.
LARGE_BYTES = 1024**2

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def run_options(command: Decorated) -> Decorated:
    """--run-of and --label: that this is another run of an earlier submission."""
    label = click.option(
        "--label", "run_label", help="With --run-of: what is different about it, such as its seed."
    )
    of = click.option(
        "--run-of",
        type=slug,
        metavar="ID",
        help="It repeats this submission with another seed or on another day: their mean stands.",
    )
    return of(label(command))


def name_run(run_of: str | None, run_label: str | None) -> dict[str, str]:
    """The fields that say so. Raises UsageError for a label of no run."""
    if run_label and not run_of:
        raise UsageError("--label says what is different about a run.", remedy="Add --run-of ID.")
    return _fill(run_of=run_of, run_label=run_label)


Send = Callable[[Mapping[str, str], Path, Callable[[int], None]], Any]


@click.command(cls=Command)
@files_argument
@benchmark_option
@split_option
@version_option
@click.option(
    "-m", "--model", type=slug, help="Model card, to hear what a file of some tracks does to it."
)
@run_options
@pass_invocation
def validate(
    invocation: Invocation,
    files: tuple[Path, ...],
    benchmark: str | None,
    split: str,
    version: str | None,
    model: str | None,
    run_of: str | None,
    run_label: str | None,
) -> None:
    """Check a prediction file: all problems at once. Uses no quota, keeps nothing.

    FILE holds the id and the prediction of each item: JSONL, CSV, Excel, Parquet or the log of an
    evaluation tool; .gz too. Several are those of one run.
    """
    terminal = invocation.terminal
    with invocation.api() as api, prepared(terminal, files) as file:
        benchmark = choose_benchmark(api, terminal, benchmark)
        fields = _fill(benchmark=benchmark, split=split, version=version, model=model)
        fields |= name_run(run_of, run_label)
        raw = _check(terminal, api, fields, file)
    if terminal.as_json:
        terminal.show_json(raw)
        return
    verdict = read_answer(Validation, raw)
    terminal.show(f"Valid: {verdict.n_predictions:,} predictions ({', '.join(verdict.tracks)}).")
    if verdict.recognised and verdict.recognised.said:
        terminal.show(verdict.recognised.said)
    if verdict.missing or verdict.effect:
        terminal.show(verdict.missing_words)
    terminal.say(
        f"Submit it: spinebench submit {' '.join(map(str, files))} -b {benchmark} -s {split} "
        f"--model {model or 'MODEL'}" + (f" --run-of {run_of}" if run_of else "")
    )


@click.command(cls=Command)
@files_argument
@benchmark_option
@split_option
@version_option
@click.option("-m", "--model", type=slug, help="Short name of the model card. Required.")
@run_options
@click.option("-y", "--yes", is_flag=True, help="Send a file of some tracks without asking.")
@click.option("-w", "--watch", is_flag=True, help="Watch until it is scored.")
@pass_invocation
def submit(
    invocation: Invocation,
    files: tuple[Path, ...],
    benchmark: str | None,
    split: str,
    version: str | None,
    model: str | None,
    run_of: str | None,
    run_label: str | None,
    yes: bool,
    watch: bool,
) -> None:
    """Submit a prediction file to be scored.

    FILE holds the id and the prediction of each item: JSONL, CSV, Excel, Parquet or the log of an
    evaluation tool; .gz too. Several are those of one run.
    In a terminal you are told first what a file of some tracks will do, and asked whether to send
    it. With -q only the submission's id is printed.
    """
    terminal = invocation.terminal
    with invocation.api() as api, prepared(terminal, files) as file:
        benchmark = choose_benchmark(api, terminal, benchmark)
        model = choose_model(api, model)
        fields = _fill(benchmark=benchmark, split=split, version=version, model=model)
        fields |= name_run(run_of, run_label)
        if terminal.asks and not yes:
            _ask_about_part(terminal, api, fields, file)
        raw = _submit(terminal, api, fields, file)
        submission = read_answer(SubmissionRecord, raw)
        if not terminal.as_json:
            show_receipt(terminal, submission, watch=watch)
        if watch:
            stay(invocation, api, submission.id)
        elif terminal.as_json:
            terminal.show_json(raw)


def _fill(**fields: str | None) -> dict[str, str]:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value}


def _ask_about_part(terminal: Terminal, api: Api, fields: Mapping[str, str], file: Path) -> None:
    """Say what a file will do, and send one that leaves tracks out only if that is meant."""
    verdict = read_answer(Validation, _check(terminal, api, fields, file))
    if verdict.recognised and verdict.recognised.said:
        terminal.say(verdict.recognised.said)
    if verdict.missing_words:
        terminal.say(verdict.missing_words)
    if verdict.missing and not click.confirm("Send it?", err=True):
        raise InterruptedByUserError(
            "Nothing was submitted.", remedy="Add the predictions of the other tracks to the file."
        )


def _check(terminal: Terminal, api: Api, fields: Mapping[str, str], file: Path) -> Any:
    try:
        return _send(terminal, api.validate, fields, file, then="The server is reading it")
    except KeyboardInterrupt as error:
        raise InterruptedByUserError(
            "Interrupted while the file was being checked.",
            remedy="Nothing was submitted: simply run it again.",
        ) from error


def _submit(terminal: Terminal, api: Api, fields: Mapping[str, str], file: Path) -> Any:
    try:
        return _send(terminal, api.submit, fields, file, then="The server is taking it")
    except KeyboardInterrupt as error:
        raise InterruptedByUserError(
            "Interrupted while the file was being sent.",
            remedy="`spinebench status` shows whether a submission arrived.",
        ) from error


def _send(terminal: Terminal, send: Send, fields: Mapping[str, str], file: Path, then: str) -> Any:
    n_total = file.stat().st_size
    size = f"{file.name} has {n_total / 1e6:,.1f} MB."
    try:
        with terminal.transfer(f"Sending {file.name}", then) as moved:
            n_done = 0

            def on_sent(n_bytes: int) -> None:
                nonlocal n_done
                n_done += n_bytes
                moved(n_done, n_total)

            return send(fields, file, on_sent)
    except ApiError as error:
        if error.code == "too_large":
            error.message += f" {size}"
        raise
    except LostConnectionError as error:
        if n_total > LARGE_BYTES:
            error.message += f" {size} That may be more than the server accepts."
        raise


def show_receipt(terminal: Terminal, submission: SubmissionRecord, *, watch: bool) -> None:
    """What was submitted, and how to follow it; the number alone where that is asked for."""
    if terminal.quiet:
        terminal.show(submission.id)
        return
    terminal.show(
        f"Submitted as {submission.id}: {submission.progress.n_total:,} predictions of "
        f"{submission.model} on {submission.benchmark} {submission.split}."
    )
    for words in (submission.read_as, submission.effect):
        if words:
            terminal.show(words)
    terminal.show(submission.url)
    if not watch:
        terminal.say(f"Follow it: spinebench status {submission.id} --watch")
