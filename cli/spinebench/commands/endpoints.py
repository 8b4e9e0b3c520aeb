"""Model endpoints: addresses that the server asks instead of reading a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from click.exceptions import Exit

from spinebench.api import Api
from spinebench.choices import choose_benchmark, choose_model, choose_team
from spinebench.commands.models import ModelGroup
from spinebench.commands.predictions import name_run, run_options, show_receipt
from spinebench.commands.watching import stay
from spinebench.errors import ExitCode, UnreachableError, UsageError
from spinebench.invocation import Invocation
from spinebench.options import Command, benchmark_option, pass_invocation, slug, split_option
from spinebench.reading import read_answer
from spinebench.shapes.endpoints import EndpointList, EndpointRecord
from spinebench.shapes.submissions import SubmissionRecord
from spinebench.tables import endpoints_table, tried_table

KEY_VARIABLE = "SPINEBENCH_ENDPOINT_KEY"
POLL_SECONDS = 1.0
MOST_POLLS = 240


@click.group(cls=ModelGroup, invoke_without_command=True)
@click.pass_context
def endpoints(ctx: click.Context) -> None:
    """Register, test and submit model endpoints; without a command: list them."""
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Invocation))


@endpoints.command("list", cls=Command)
@pass_invocation
def list_endpoints(invocation: Invocation) -> None:
    """List your teams' endpoints."""
    _list(invocation)


def _list(invocation: Invocation) -> None:
    terminal = invocation.terminal
    with invocation.api() as api:
        raw = api.get_endpoints()
    if terminal.as_json:
        terminal.show_json(raw)
    elif found := read_answer(EndpointList, raw).endpoints:
        terminal.show_table(endpoints_table(found))
    else:
        terminal.show("You have no endpoints yet.")
        terminal.say("Register one: spinebench endpoints add --help")


@endpoints.command(cls=Command)
@click.option("--name", required=True, help="Only your team sees it.")
@click.option("--base-url", required=True, help="Such as https://models.example.org/v1.")
@click.option("--model", required=True, help="The model's name as the server knows it.")
@click.option("--accepts-images", is_flag=True, help="The model accepts images.")
@click.option("--concurrency", type=click.IntRange(1, 256), help="Requests in flight. [8]")
@click.option(
    "--max-tokens", type=click.IntRange(1, 100_000), help="Token limit per item, in any track."
)
@click.option("--team", type=slug, help="The team it belongs to. [your only one]")
@click.option("--no-key", is_flag=True, help="The server needs no key.")
@click.option("--key-stdin", is_flag=True, help="Read the key from standard input.")
@click.option(
    "--key-header",
    type=click.Choice(["authorization", "api-key"]),
    help="How the key is sent; Azure OpenAI expects api-key. [authorization]",
)
@click.option(
    "--settings",
    "settings_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON object with further settings.",
)
@pass_invocation
def add(
    invocation: Invocation,
    name: str,
    base_url: str,
    model: str,
    accepts_images: bool,
    concurrency: int | None,
    max_tokens: int | None,
    team: str | None,
    no_key: bool,
    key_stdin: bool,
    key_header: str | None,
    settings_file: Path | None,
) -> None:
    """Register an endpoint.

    Its key is asked for, or read from standard input or SPINEBENCH_ENDPOINT_KEY: on the command
    line others could see it.
    """
    terminal = invocation.terminal
    settings = _read_settings(settings_file)
    if accepts_images:
        settings["accepts_images"] = True
    if concurrency is not None:
        settings["concurrency"] = concurrency
    if key_header is not None:
        settings["key_header"] = key_header
    if max_tokens is not None:
        settings["max_tokens"] = dict.fromkeys(("text", "image", "report"), max_tokens)
    endpoint: dict[str, Any] = {"name": name, "base_url": base_url, "model": model}
    endpoint["settings"] = settings
    if not no_key:
        endpoint["key"] = _read_key(invocation, from_stdin=key_stdin)
    with invocation.api() as api:
        endpoint["team"] = choose_team(api, terminal, team)
        raw = api.create_endpoint(endpoint)
    if terminal.as_json:
        terminal.show_json(raw)
        return
    made = read_answer(EndpointRecord, raw)
    terminal.show(f"Registered {made.name} as {made.id}.")
    terminal.say(f"Test it: spinebench endpoints test {made.id}")


@endpoints.command(cls=Command)
@click.argument("endpoint")
@pass_invocation
def test(invocation: Invocation, endpoint: str) -> None:
    """Have a worker ask ENDPOINT up to three practice questions, and show how they were read.

    ENDPOINT is its number or its name. The exit status is 6 if the test shows problems.
    """
    terminal = invocation.terminal
    with invocation.api() as api:
        found = _find(api, endpoint)
        raw = api.test_endpoint(found.id)
        for _ in range(MOST_POLLS):
            shown = read_answer(EndpointRecord, raw).test
            if shown is not None and shown.state in ("ended", "lost"):
                break
            invocation.sleep(POLL_SECONDS)
            raw = api.get_endpoint(found.id)
    if shown is None or shown.state != "ended":
        raise UnreachableError(
            "No worker took the test.", remedy="Try again; if it keeps happening, tell the host."
        )
    if terminal.as_json:
        terminal.show_json(raw)
    else:
        terminal.show(shown.verdict)
        for line in (*shown.warnings, *shown.remedies):
            terminal.show(line)
        if shown.items:
            terminal.show_table(tried_table(shown))
    if not shown.is_good:
        raise Exit(ExitCode.NOT_SCORED)


@endpoints.command(cls=Command)
@click.argument("endpoint")
@benchmark_option
@split_option
@click.option("-m", "--model", type=slug, help="Short name of the model card. Required.")
@click.option(
    "--track",
    "tracks",
    multiple=True,
    type=click.Choice(["text", "image", "report"]),
    help="Only this track; may be repeated. [all that the endpoint can take part in]",
)
@click.option("--wipe-key", is_flag=True, help="Delete the endpoint's key when the run has ended.")
@click.option(
    "--runs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Have it asked so many times, one run after the other: their mean stands.",
)
@run_options
@click.option("-w", "--watch", is_flag=True, help="Watch until it is scored, the last of its runs.")
@pass_invocation
def submit(
    invocation: Invocation,
    endpoint: str,
    benchmark: str | None,
    split: str,
    model: str | None,
    tracks: tuple[str, ...],
    wipe_key: bool,
    runs: int,
    run_of: str | None,
    run_label: str | None,
    watch: bool,
) -> None:
    """Have ENDPOINT (its number or name) asked every item and scored."""
    terminal = invocation.terminal
    with invocation.api() as api:
        benchmark = choose_benchmark(api, terminal, benchmark)
        fields = [("benchmark", benchmark), ("split", split)]
        fields.append(("model", choose_model(api, model)))
        fields.append(("endpoint", _find(api, endpoint).id))
        fields += [("track", track) for track in tracks]
        fields += [("wipe_key", "1")] if wipe_key else []
        fields += name_run(run_of, run_label).items()
        fields += [("runs", str(runs))] if runs > 1 else []
        raw = api.submit_endpoint(fields)
        submission = read_answer(SubmissionRecord, raw)
        if not terminal.as_json:
            show_receipt(terminal, submission, watch=watch)
            if runs > 1 and not terminal.quiet:
                terminal.show(f"Runs, one after the other: {' '.join(submission.runs)}")
        if watch:
            stay(invocation, api, submission.runs[-1] if runs > 1 else submission.id)
        elif terminal.as_json:
            terminal.show_json(raw)


@endpoints.command(cls=Command)
@click.argument("endpoint")
@pass_invocation
def remove(invocation: Invocation, endpoint: str) -> None:
    """Delete ENDPOINT (its number or name) and its key; submissions stay."""
    terminal = invocation.terminal
    with invocation.api() as api:
        found = _find(api, endpoint)
        raw = api.delete_endpoint(found.id)
    if terminal.as_json:
        terminal.show_json(raw)
    else:
        terminal.show(f"Deleted {found.name}.")


def _find(api: Api, text: str) -> EndpointRecord:
    """The endpoint of this number or name. Raises UsageError that lists what there is."""
    every = read_answer(EndpointList, api.get_endpoints()).endpoints
    found = [one for one in every if text in (one.id, one.name)]
    if len(found) == 1:
        return found[0]
    if found:
        numbers = ", ".join(f"{one.id} ({one.team})" for one in found)
        raise UsageError(f"Several endpoints are called {text!r}.", remedy=f"Name one: {numbers}.")
    known = ", ".join(f"{one.id} ({one.name})" for one in every)
    raise UsageError(
        f"Your teams have no endpoint {text!r}.",
        remedy=f"There are: {known}." if known else "Register one: spinebench endpoints add",
    )


def _read_settings(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        settings = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}.") from error
    if not isinstance(settings, dict):
        raise UsageError(f"{path} must hold one JSON object.")
    return settings


def _read_key(invocation: Invocation, *, from_stdin: bool) -> str:
    given = sys.stdin.readline() if from_stdin else invocation.environ.get(KEY_VARIABLE, "")
    if not given.strip() and not from_stdin:
        if not sys.stdin.isatty():
            raise UsageError(
                "There is no terminal to ask for the key.",
                remedy=f"Use --key-stdin, {KEY_VARIABLE}, or --no-key.",
            )
        given = click.prompt("Key of the endpoint (not shown)", hide_input=True, err=True)
    if not given.strip():
        raise UsageError("The key is empty.", remedy="Enter one, or use --no-key.")
    return str(given).strip()
