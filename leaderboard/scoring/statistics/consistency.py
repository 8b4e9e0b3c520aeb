"""Robustness to the order of options: circular shifts, and whether a choice survives them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from leaderboard.scoring.statistics.intervals import Estimate, accuracy

ANSWERED = "answered"
ANOTHER_OPTION = "another option"


def rotate_options(options: Mapping[str, str], rotation: int) -> dict[str, str]:
    """The options with each text moved circularly: letter i shows what letter i + rotation did."""
    letters, texts = list(options), list(options.values())
    return {letter: texts[(place + rotation) % len(texts)] for place, letter in enumerate(letters)}


def restore_letter(letters: Sequence[str], shown: str, rotation: int) -> str:
    """The item's own letter of the option that stood under `shown` after that rotation."""
    return letters[(letters.index(shown) + rotation) % len(letters)]


def allocate(sizes: Mapping[str, int], n: int) -> dict[str, int]:
    """How many of `n` to draw from each stratum, in proportion to its size.

    Largest remainders, ties to the first; never more than a stratum has, so all of them where
    `n` reaches the sum of sizes.
    """
    total = sum(sizes.values())
    n = min(n, total)
    if n == 0:
        return dict.fromkeys(sizes, 0)
    quotas = {name: divmod(n * size, total) for name, size in sizes.items()}
    parts = {name: whole for name, (whole, _) in quotas.items()}
    by_remainder = sorted(quotas, key=lambda name: -quotas[name][1])
    for name in by_remainder[: n - sum(parts.values())]:
        parts[name] += 1
    return parts


class Reading(NamedTuple):
    """What the parser read: its outcome, the item's own letter (or None), whether it is right."""

    outcome: str
    letter: str | None
    is_correct: bool


class AuditedItem(NamedTuple):
    """One item as submitted and as answered under each of its shifts (at least one)."""

    case_key: str
    submitted: Reading
    shifted: Sequence[Reading]


class Consistency(NamedTuple):
    """Shares on 0..1 over `n_items`, with 95 % Wilson intervals; items of a case count together.

    `as_submitted` and `shifted` are accuracies, of items and of all askings under a shift.
    `consistency` is the share of items with the same option in every asking, `surviving` that of
    items right every time. `reasons` says why the others are not consistent, one each.
    """

    n_items: int
    n_askings: int
    as_submitted: Estimate
    shifted: Estimate
    consistency: Estimate
    surviving: Estimate
    reasons: dict[str, int]


def measure_consistency(items: Sequence[AuditedItem]) -> Consistency | None:
    """The shares over `items`; None where there are none."""
    if not items:
        return None
    _, cases = np.unique([item.case_key for item in items], return_inverse=True)
    per_item = np.array([len(item.shifted) for item in items])
    reasons = [find_inconsistency(item) for item in items]
    submitted = np.array([item.submitted.is_correct for item in items])
    shifted = np.array([one.is_correct for item in items for one in item.shifted])
    survives = [
        item.submitted.is_correct and all(one.is_correct for one in item.shifted) for item in items
    ]
    return Consistency(
        n_items=len(items),
        n_askings=len(shifted),
        as_submitted=accuracy(submitted, cases),
        shifted=accuracy(shifted, np.repeat(cases, per_item)),
        consistency=accuracy(np.array([reason is None for reason in reasons]), cases),
        surviving=accuracy(np.array(survives), cases),
        reasons=dict(Counter(reason for reason in reasons if reason is not None).most_common()),
    )


def find_inconsistency(item: AuditedItem) -> str | None:
    """Why the item is not consistent: the first outcome without a letter, else another option."""
    for reading in (item.submitted, *item.shifted):
        if reading.outcome != ANSWERED:
            return reading.outcome
    same = all(reading.letter == item.submitted.letter for reading in item.shifted)
    return None if same else ANOTHER_OPTION
