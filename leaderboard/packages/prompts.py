"""What a model is asked for an item: the benchmark's prompt of its track, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaderboard.models.benchmark import Item


def fill_prompt(template: str, question: str, options: Mapping[str, str]) -> str:
    """`template` with the question, and with the options a line each, such as `A. L4/L5`."""
    # The options first: a question may hold braces, a template's own places are known.
    before, _, after = template.partition("{question}")
    lines = "\n".join(f"{letter}. {text}" for letter, text in options.items())
    parts = (part.replace("{options}", lines) for part in (before, after))
    return question.join(parts) if "{question}" in template else next(parts)


def make_prompt(
    manifest: Mapping[str, Any],
    item: Item,
    options: Mapping[str, str] | None = None,
    question: str | None = None,
) -> str:
    """The prompt of an item of the benchmark with this manifest.

    `options` and `question` stand in place of the item's own. The benchmark's canary is its last
    line: it travels with every item that leaves the server.
    """
    shown = item.options if options is None else options
    asked = item.question if question is None else question
    return add_canary(manifest, fill_prompt(manifest["prompts"][item.track.value], asked, shown))


def add_canary(manifest: Mapping[str, Any], text: str) -> str:
    """The text with the benchmark's canary as its last line; as it is where there is none."""
    canary = manifest.get("canary")
    return f"{text}\n\n{make_canary_line(canary)}" if canary else text


def make_canary_line(canary: str) -> str:
    """The line that marks a text as part of a benchmark."""
    return f"[Benchmark data, not for training. Canary {canary}]"
