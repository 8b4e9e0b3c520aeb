"""Short reports with their right reading, written down before any program read them.

`tests/data/report-readings.jsonl`: `present` findings with their levels and side, `denied` ones,
`open` ones (neither said nor denied), and places where a present finding is not (`not_at`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from leaderboard.scoring.checklist import rate_checks
from leaderboard.scoring.levels import ALL_DISCS, ALL_VERTEBRAE, place_of
from tests.scoring.checklists import make_checks

PATH = Path(__file__).parents[1] / "data" / "report-readings.jsonl"
OTHER_SIDE = {"left": "right", "right": "left", "bilateral": "left", "central": "left"}


class Placed(msgspec.Struct, forbid_unknown_fields=True):
    """Where a report puts a finding; no levels or side if it does not say."""

    levels: list[str] = []
    side: str | None = None


class LabelledReport(msgspec.Struct, forbid_unknown_fields=True):
    """A report and what a careful reader takes from it."""

    kind: str
    report: str
    present: dict[str, Placed] = {}
    denied: list[str] = []
    open: list[str] = []
    not_at: dict[str, list[str]] = {}


def read_labelled_reports() -> list[LabelledReport]:
    """All of them, in the order of the file."""
    lines = PATH.read_text(encoding="utf-8").splitlines()
    return [msgspec.json.decode(line, type=LabelledReport) for line in lines]


def find_misreadings(case: LabelledReport) -> list[str]:
    """What the checklist judge reads otherwise; [] for a report that it reads right."""
    return [
        f"{name}: {state}, not {' or '.join(states)}"
        for name, checks, states in _make_questions(case)
        if (state := rate_checks(make_checks(checks), case.report)[-1].state.value) not in states
    ]


Question = tuple[str, list[dict[str, Any]], tuple[str, ...]]


def _make_questions(case: LabelledReport) -> Iterator[Question]:
    """What to ask: a name, checks of which the last counts, and the states that are right."""
    for term, placed in case.present.items():
        yield f"finding {term}", [_term("finding", term)], ("met",)
        yield f"absent {term}", [_term("absent", term)], ("contradicted", "unmet")
        yield from _ask_places(term, placed)
    for term in case.denied:
        yield f"finding {term}", [_term("finding", term)], ("contradicted",)
        yield f"absent {term}", [_term("absent", term)], ("met",)
    for term in case.open:
        yield f"finding {term}", [_term("finding", term)], ("unmet",)
        yield f"absent {term}", [_term("absent", term)], ("unmet",)
    for term, levels in case.not_at.items():
        for level in levels:
            yield f"not {term} at {level}", _level(term, [level]), ("contradicted", "unmet")


def _ask_places(term: str, placed: Placed) -> Iterator[Question]:
    if placed.levels:
        yield f"{term} at {placed.levels}", _level(term, placed.levels), ("met",)
        wrong = _move(placed.levels)
        yield f"{term} at {wrong}", _level(term, wrong), ("contradicted", "unmet")
    if placed.side:
        yield f"{term} {placed.side}", _side(term, placed.side), ("met",)
        other = OTHER_SIDE[placed.side]
        yield f"{term} {other}", _side(term, other), ("contradicted", "unmet")


def _move(levels: list[str]) -> list[str]:
    """A level that is none of these, of the same kind."""
    names = ALL_DISCS if "/" in levels[0] else ALL_VERTEBRAE
    ordered = sorted(names, key=place_of)
    place = ordered.index(levels[0])
    return [next(name for name in ordered[place:] + ordered[:place] if name not in levels)]


def _term(kind: str, term: str) -> dict[str, Any]:
    return {"kind": kind, "key": "f", "dimensions": ["d"], "any_of": [term]}


def _level(term: str, levels: list[str]) -> list[dict[str, Any]]:
    check = {"kind": "level", "key": "level", "dimensions": ["d"], "of": "f", "levels": levels}
    return [_term("finding", term), check]


def _side(term: str, side: str) -> list[dict[str, Any]]:
    check = {"kind": "side", "key": "side", "dimensions": ["d"], "of": "f", "side": side}
    return [_term("finding", term), check]
