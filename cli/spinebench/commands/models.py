"""Model cards: what a submission's model is."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from spinebench.choices import choose_team
from spinebench.errors import UsageError
from spinebench.invocation import Invocation
from spinebench.options import Command, Group, pass_invocation, slug
from spinebench.reading import read_answer
from spinebench.shapes.models import ModelList, ModelRecord, NewModel
from spinebench.tables import models_table


class ModelGroup(Group):
    """A group whose help needs no exit codes: the main help has them."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        click.Command.format_epilog(self, ctx, formatter)


@click.group(cls=ModelGroup, invoke_without_command=True)
@click.pass_context
def models(ctx: click.Context) -> None:
    """List your teams' model cards, create one, or change one."""
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Invocation))


def _list(invocation: Invocation) -> None:
    terminal = invocation.terminal
    with invocation.api() as api:
        raw = api.get_models()
    if terminal.as_json:
        terminal.show_json(raw)
    elif found := read_answer(ModelList, raw).models:
        terminal.show_table(models_table(found))
    else:
        terminal.show("You have no model cards yet.")
        terminal.say("Create one: spinebench models create --help")


FACT = "fact_"
"""Begins the names of these options' values: others may be called as a fact is."""
NOT_FACTS = ("team", "slug")
SPELLINGS = {"open_weights": "--open-weights/--closed-weights", "url": "--link"}
"""The options that are not called as their facts are."""


def fact_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that hold the facts of a card, those of NewModel."""
    for fact in reversed(NewModel.describe()):
        if fact.name not in NOT_FACTS:
            spelling = SPELLINGS.get(fact.name, f"--{fact.name.replace('_', '-')}")
            kind = float if fact.kind is float else None
            option = click.option(
                spelling, FACT + fact.name, default=None, type=kind, help=fact.meaning
            )
            command = option(command)
    return command


@models.command(cls=Command)
@fact_options
@click.option("--slug", type=slug, help="Short name for --model. [made from the name]")
@click.option("--team", type=slug, help="The team that submits it. [your only one]")
@click.option(
    "--file",
    "card_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON object with these facts; options take precedence.",
)
@pass_invocation
def create(invocation: Invocation, /, card_file: Path | None, **facts: str | float | None) -> None:
    """Create a model card: needed once, before a model's first submission.

    Needed: --name, --organisation and --open-weights or --closed-weights.
    """
    terminal = invocation.terminal
    card: dict[str, Any] = _read_card(card_file) if card_file is not None else {}
    card.update(_read_given(facts))
    _check_card(card)
    card.setdefault("slug", _slug_from(card["name"]))
    with invocation.api() as api:
        card["team"] = choose_team(api, terminal, card.get("team"))
        raw = api.create_model(card)
    if terminal.as_json:
        terminal.show_json(raw)
        return
    model = read_answer(ModelRecord, raw)
    terminal.show(f"Created the model card of {model.name}.")
    terminal.say(f"Submit for it: spinebench submit predictions.jsonl --model {model.slug} --watch")


@models.command(cls=Command)
@click.argument("slug", type=slug)
@fact_options
@pass_invocation
def change(invocation: Invocation, /, slug: str, **facts: str | float | None) -> None:
    """Change facts of a model card; an empty one, such as --base "", takes it away."""
    given = _read_given(facts)
    if not given:
        raise UsageError(
            "There is nothing to change.", remedy="Give at least one option, such as --base."
        )
    with invocation.api() as api:
        raw = api.change_model(
            slug, {key: fact if fact != "" else None for key, fact in given.items()}
        )
    if invocation.terminal.as_json:
        invocation.terminal.show_json(raw)
        return
    invocation.terminal.show(f"Changed the model card of {read_answer(ModelRecord, raw).name}.")


def _read_given(options: Mapping[str, str | float | None]) -> dict[str, str | float]:
    given = {name.removeprefix(FACT): value for name, value in options.items()}
    return {name: value for name, value in given.items() if value is not None}


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card = json.loads(path.read_text(encoding="utf-8-sig"))
    except ValueError as error:
        raise UsageError(f"{path} is not JSON: {error}.") from error
    if not isinstance(card, dict):
        raise UsageError(f"{path} must hold one JSON object.")
    return card


def _check_card(card: dict[str, Any]) -> None:
    missing = [f"--{key}" for key in ("name", "organisation") if not card.get(key)]
    if card.get("open_weights") is None:
        missing.append("--open-weights or --closed-weights")
    if missing:
        raise UsageError(f"The card still needs {', '.join(missing)}.")


def _slug_from(name: object) -> str:
    """`Naïve VLM 7B` gives `naive-vlm-7b`. Raises UsageError where no letter is left."""
    letters = unicodedata.normalize("NFKD", str(name)).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
    if not slug:
        raise UsageError("No short name can be made from the name.", remedy="Add --slug.")
    return slug
