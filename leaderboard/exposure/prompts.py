"""What a model is asked in an exposure audit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaderboard.models.benchmark import Item
from leaderboard.packages.prompts import add_canary, make_prompt
from leaderboard.scoring.statistics.exposure import Halves

LEFT_OUT = "[The question is left out. Choose the option that is most likely to be right.]"


def ask_for_option(manifest: Mapping[str, Any], item: Item) -> str:
    """The prompt of the item's track with its options alone."""
    return make_prompt(manifest, item, question=LEFT_OUT)


def ask_for_rest(manifest: Mapping[str, Any], halves: Halves, split: str) -> str:
    """The first half of a question, and whose rest it is that is wanted; without its options."""
    return add_canary(
        manifest,
        f"Below is the first part of a question of the benchmark {manifest['name']} "
        f"(version {manifest['version']}, split {split}). Continue it exactly as it stands in the "
        "benchmark, word for word, to its end. Do not answer it. Write nothing but the missing "
        f"second part.\n\nFirst part: {halves.shown}\n\nSecond part:",
    )


def ask_for_canary(manifest: Mapping[str, Any], halves: Halves) -> str:
    """The first half of the canary; the one text that leaves without the whole canary below it."""
    return (
        f"The data of the benchmark {manifest['name']} are marked by a canary string. Below is its "
        "first half. Complete it, character by character. Write nothing but the missing second "
        f"half.\n\nFirst half: {halves.shown}\n\nSecond half:"
    )
