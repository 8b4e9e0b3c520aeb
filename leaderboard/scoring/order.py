"""Whether a judge puts two reports of one case into the order that is beyond doubt."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from typing import NamedTuple

from leaderboard.scoring.statistics.intervals import Estimate, wilson_interval

TOLERANCE = 5.0
"""Points of 100 by which two reports that say the same may differ: a quarter of a rating step."""
LEAST_SHARE = 0.95
"""The least share of pairs that a judge must order right to decide ranks.

It is asked of the share itself: with 64 pairs the interval's lower end is below .95 even where all
are right. Each kind is more than 5 % of the suite, so none can be missed as a whole.
"""


class OrderKind(enum.StrEnum):
    """How the second report of a pair differs from the first."""

    WRONG_LEVEL = "wrong_level"
    WRONG_SIDE = "wrong_side"
    WRONG_FINDING = "wrong_finding"
    WRONG_GRADE = "wrong_grade"
    MISSED_RED_FLAG = "missed_red_flag"
    UNSAFE_PLAN = "unsafe_plan"
    OTHER_PATIENT = "other_patient"
    SAME_WORDS = "same_words"
    LONGER = "longer"
    HEDGED = "hedged"

    @property
    def label(self) -> str:
        """The kind in words."""
        return {
            OrderKind.WRONG_LEVEL: "Wrong level",
            OrderKind.WRONG_SIDE: "Wrong side",
            OrderKind.WRONG_FINDING: "Wrong finding",
            OrderKind.WRONG_GRADE: "Wrong grade",
            OrderKind.MISSED_RED_FLAG: "Missed red flag",
            OrderKind.UNSAFE_PLAN: "Unsafe plan",
            OrderKind.OTHER_PATIENT: "Another patient's good report",
            OrderKind.SAME_WORDS: "The same in other words",
            OrderKind.LONGER: "Longer without content",
            OrderKind.HEDGED: "Hedged to nothing",
        }[self]

    @property
    def rule(self) -> str:
        """When a pair of this kind is ordered right."""
        if self is OrderKind.SAME_WORDS:
            return f"at most {TOLERANCE:g} points apart"
        if self is OrderKind.LONGER:
            return f"the longer one at most {TOLERANCE:g} points ahead"
        return "the right report ahead"


def is_ordered(kind: OrderKind, first: float | None, second: float | None) -> bool:
    """Whether the report scores (20..100) of a pair are in order; a missing one never is."""
    if first is None or second is None:
        return False
    if kind is OrderKind.SAME_WORDS:
        return abs(first - second) <= TOLERANCE
    if kind is OrderKind.LONGER:
        return second - first <= TOLERANCE
    return first > second


class Ordered(NamedTuple):
    """How many of `n` pairs are ordered right."""

    n_right: int
    n: int

    @property
    def share(self) -> Estimate:
        """The share on 0..1 with its Wilson interval. Raises ValueError without a pair."""
        return wilson_interval(self.n_right, self.n)

    @property
    def may_rank(self) -> bool:
        """Whether the judge may decide ranks; not without a pair."""
        return self.n > 0 and self.n_right >= LEAST_SHARE * self.n


def count_ordered(results: Iterable[tuple[OrderKind, bool]]) -> dict[OrderKind, Ordered]:
    """Pairs ordered right by kind, in the kinds' order, of those kinds that there are."""
    found = list(results)
    counts = {
        kind: Ordered(
            sum(is_right for of, is_right in found if of is kind),
            sum(of is kind for of, _ in found),
        )
        for kind in OrderKind
    }
    return {kind: one for kind, one in counts.items() if one.n}


def sum_ordered(parts: Iterable[Ordered]) -> Ordered:
    """All kinds together."""
    every = list(parts)
    return Ordered(sum(one.n_right for one in every), sum(one.n for one in every))
