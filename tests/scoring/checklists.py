"""A small case whose ratings can be worked by hand: a left disc herniation at L4/L5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from leaderboard.scoring.checklist import Check, CheckResult, CheckState, rate_checks

CASE: list[dict[str, Any]] = [
    {
        "kind": "finding",
        "key": "herniation",
        "dimensions": ["imaging", "diagnosis"],
        "any_of": ["disc herniation", "herniated disc", "extrusion"],
        "weight": 2,
    },
    {
        "kind": "level",
        "key": "level",
        "dimensions": ["imaging", "diagnosis"],
        "of": "herniation",
        "levels": ["L4/L5"],
    },
    {
        "kind": "side",
        "key": "side",
        "dimensions": ["imaging", "diagnosis"],
        "of": "herniation",
        "side": "left",
    },
    {"kind": "absent", "key": "no_fracture", "dimensions": ["imaging"], "any_of": ["fracture"]},
    {
        "kind": "mention",
        "key": "surgery",
        "dimensions": ["plan"],
        "any_of": ["microdiscectomy", "decompress*"],
        "weight": 3,
    },
    {
        "kind": "disclaimer",
        "key": "disclaimer",
        "dimensions": ["plan"],
        "any_of": ["must be reviewed by a", "does not replace"],
    },
]
DIMENSIONS = ["imaging", "diagnosis", "plan", "unasked"]


def make_checks(checks: Sequence[dict[str, Any]] = CASE) -> list[Check]:
    """Checks as the package reader makes them."""
    return msgspec.convert(checks, list[Check])


def find_states(report: str, question: str = "", checks: Sequence[Check] = ()) -> dict[str, str]:
    """Each check's state by key, of the small case unless told otherwise."""
    results = rate_checks(checks or make_checks(), report, question)
    return {result.key: result.state.value for result in results}


def find_met(results: Sequence[CheckResult]) -> set[str]:
    """The keys of the checks that are met."""
    return {result.key for result in results if result.state is CheckState.MET}
