"""What may be left unsaid: the only benchmark, the only team."""

from __future__ import annotations

from spinebench.api import Api
from spinebench.errors import UsageError
from spinebench.reading import read_answer
from spinebench.shapes.account import Me
from spinebench.shapes.benchmarks import BenchmarkList
from spinebench.shapes.models import ModelList
from spinebench.terminal import Terminal


def choose_benchmark(api: Api, terminal: Terminal, given: str | None) -> str:
    """The given short name, else that of the server's only benchmark, saying so."""
    if given is not None:
        return given
    slugs = [one.slug for one in read_answer(BenchmarkList, api.get_benchmarks()).benchmarks]
    if len(slugs) == 1:
        terminal.say(f"Benchmark: {slugs[0]} (the only one)")
        return slugs[0]
    if not slugs:
        raise UsageError(f"{api.url} has no benchmark yet.", remedy="Ask its host.")
    raise UsageError("Which benchmark?", remedy=f"Name one of: {', '.join(slugs)}.")


def choose_model(api: Api, given: str | None) -> str:
    """The given short name. Raises UsageError that lists the team's models: never a guess."""
    if given is not None:
        return given
    slugs = [model.slug for model in read_answer(ModelList, api.get_models()).models]
    if slugs:
        raise UsageError("Which model made them?", remedy=f"Add --model: {', '.join(slugs)}.")
    raise UsageError(
        "Which model made them? Your team has no model card yet.",
        remedy="Create one with `spinebench models create`.",
    )


def choose_team(api: Api, terminal: Terminal, given: str | None) -> str:
    """The given short name, else that of the caller's only team, saying so."""
    if given is not None:
        return given
    slugs = [team.slug for team in read_answer(Me, api.get_me()).teams]
    if len(slugs) == 1:
        terminal.say(f"Team: {slugs[0]} (your only one)")
        return slugs[0]
    if not slugs:
        raise UsageError(
            "You are not in a team.", remedy=f"Create or join one at {api.url}/account"
        )
    raise UsageError("Which team?", remedy=f"Add --team: {', '.join(slugs)}.")
