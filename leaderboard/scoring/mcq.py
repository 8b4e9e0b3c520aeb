"""How a parsed answer compares with the right letters."""

from __future__ import annotations

from typing import NamedTuple

from leaderboard.scoring.answers import ParsedAnswer


class McqOutcome(NamedTuple):
    """Whether the letters are exactly the right ones, and their precision and recall (0..1).

    Precision is None where no letter was given: there is nothing to be precise about.
    """

    is_correct: bool
    precision: float | None
    recall: float


def score_mcq(parsed: ParsedAnswer, right: frozenset[str]) -> McqOutcome:
    """Compare the letters with `right`, which has at least one."""
    given = frozenset(parsed.letters)
    hits = len(given & right)
    return McqOutcome(given == right, hits / len(given) if given else None, hits / len(right))
