"""What may be wrong with an item, in the order of how much it says of its key."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any

from leaderboard.models.benchmark import ItemKind
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.statistics.items import LEAST_MODELS, ItemFigures

FAR_APART = 20.0
"""Points of a report score by which raters of a case disagree: a whole step of every rating."""


class Sign(enum.StrEnum):
    """A sign at an item, gravest first: `label` is its name, `meaning` says when it is shown."""

    label: str
    meaning: str

    def __new__(cls, key: str, *facts: Any) -> Sign:
        sign = str.__new__(cls, key)
        sign._value_ = key
        sign.label, sign.meaning = facts
        return sign

    SAME_WRONG = (
        "same-wrong",
        "one wrong option",
        "At least half of the good models choose the same wrong option, and fewer choose the key: "
        "the strongest sign of a wrong key.",
    )
    NEGATIVE = (
        "negative",
        "negative discrimination",
        "Models that have it right are worse on the other items; the 95 % interval is below 0. Of "
        "100 sound items that tell nothing, about two or three show this by chance.",
    )
    NOBODY = (
        "nobody",
        "nobody right",
        f"None of at least {LEAST_MODELS} models has it right.",
    )
    EXPERTS = (
        "experts",
        "experts disagree",
        f"Experts' scores of the same reports lie {FAR_APART:.0f} points or more apart on average.",
    )
    JUDGES = (
        "judges",
        "judges disagree",
        f"Judges' scores of the same reports lie {FAR_APART:.0f} points or more apart on average.",
    )
    EVERYBODY = (
        "everybody",
        "everybody right",
        f"Each of at least {LEAST_MODELS} models has it right: it tells no model from another.",
    )


def find_signs(
    kind: ItemKind, figures: ItemFigures, judges: Estimate | None, experts: Estimate | None
) -> Iterator[Sign]:
    """The signs at an item, gravest first."""
    if figures.same_wrong is not None and figures.same_wrong.outvotes_key:
        yield Sign.SAME_WRONG
    if figures.discrimination is not None and _is_negative(figures.discrimination):
        yield Sign.NEGATIVE
    is_told = kind is ItemKind.MCQ and figures.n >= LEAST_MODELS
    if is_told and figures.n_right == 0:
        yield Sign.NOBODY
    if experts is not None and experts.value >= FAR_APART:
        yield Sign.EXPERTS
    if judges is not None and judges.value >= FAR_APART:
        yield Sign.JUDGES
    if is_told and figures.n_right == figures.n:
        yield Sign.EVERYBODY


def _is_negative(discrimination: Estimate) -> bool:
    """Whether it is below 0 beyond chance; one of -1 has no interval."""
    high = discrimination.value if discrimination.high is None else discrimination.high
    return high < 0
