"""Objections to items, and to what was read or counted of your own predictions."""

from __future__ import annotations

from pathlib import Path

import click

from spinebench.choices import choose_benchmark
from spinebench.commands.models import ModelGroup
from spinebench.errors import UsageError
from spinebench.invocation import Invocation
from spinebench.options import Command, benchmark_option, pass_invocation, slug
from spinebench.reading import read_answer
from spinebench.shapes.objections import ObjectionList, ObjectionRecord
from spinebench.tables import objections_table
from spinebench.terminal import Terminal

EFFECTS = {
    "none": "nothing",
    "correction": "a correction, in the next version",
    "campaign": "a campaign, which scores everything again",
}


@click.group(cls=ModelGroup, invoke_without_command=True)
@click.pass_context
def objection(ctx: click.Context) -> None:
    """Object to an item or a reading, and read the answer; without a command: list yours."""
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Invocation))


@objection.command("list", cls=Command)
@pass_invocation
def list_objections(invocation: Invocation) -> None:
    """List your objections."""
    _list(invocation)


def _list(invocation: Invocation) -> None:
    terminal = invocation.terminal
    with invocation.api() as api:
        raw = api.get_objections()
    if terminal.as_json:
        terminal.show_json(raw)
    elif found := read_answer(ObjectionList, raw).objections:
        terminal.show_table(objections_table(found))
        terminal.say("Read one with its answer: spinebench objection show NUMBER")
    else:
        terminal.show("You have not objected to anything.")


@objection.command(cls=Command)
@click.argument("number", type=slug)
@pass_invocation
def show(invocation: Invocation, number: str) -> None:
    """Show one of your objections with its answer."""
    terminal = invocation.terminal
    with invocation.api() as api:
        raw = api.get_objection(number)
    if terminal.as_json:
        terminal.show_json(raw)
    else:
        _show(terminal, read_answer(ObjectionRecord, raw))


@objection.command(cls=Command)
@click.argument("item")
@benchmark_option
@click.option("--version", type=slug, help="The benchmark's version. [the newest]")
@click.option("--text", help="What is wrong, and how you know; no data of patients.")
@click.option(
    "--text-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Read the text from a file.",
)
@click.option(
    "--kind",
    type=click.Choice(["item", "reading", "verdict"]),
    default="item",
    show_default=True,
    help="What is wrong: the item, what was read of your text, or whether it counts as right.",
)
@click.option(
    "--submission", type=slug, metavar="ID", help="Of a reading or verdict: your submission."
)
@pass_invocation
def send(
    invocation: Invocation,
    item: str,
    benchmark: str | None,
    version: str | None,
    text: str | None,
    text_file: Path | None,
    kind: str,
    submission: str | None,
) -> None:
    """Object to ITEM, by its id. A host of the benchmark answers."""
    terminal = invocation.terminal
    if (text is None) == (text_file is None):
        raise UsageError("What is wrong?", remedy="Give --text or --text-file, and one of them.")
    said = text if text_file is None else text_file.read_text(encoding="utf-8-sig")
    with invocation.api() as api:
        fields = {"benchmark": choose_benchmark(api, terminal, benchmark), "item": item}
        fields |= {"text": said or "", "kind": kind}
        given = {"submission": submission, "version": version}
        fields |= {name: value for name, value in given.items() if value}
        raw = api.create_objection(fields)
    if terminal.as_json:
        terminal.show_json(raw)
        return
    sent = read_answer(ObjectionRecord, raw)
    if terminal.quiet:
        terminal.show(sent.id)
        return
    terminal.show(f"Sent as objection {sent.id}, to {sent.item} of {sent.benchmark}.")
    terminal.say(f"Read the answer: spinebench objection show {sent.id}")


def _show(terminal: Terminal, one: ObjectionRecord) -> None:
    of = f" of submission {one.submission}" if one.submission else ""
    at = f"{one.benchmark} {one.version} {one.split}"
    terminal.show(f"Objection {one.id} to {one.item} of {at}, {one.kind}{of}: {one.state}")
    terminal.show(one.text)
    if one.answer is not None:
        terminal.show("Answer:")
        terminal.show(one.answer)
        if one.effect:
            terminal.show(f"What follows: {EFFECTS.get(one.effect, one.effect)}")
