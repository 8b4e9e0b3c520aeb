"""What every judge is: an identity, stated limits, and ratings of a report on each dimension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from leaderboard.scoring.checklist import Check


class JudgeIdentity(NamedTuple):
    """Who rated: ratings of one identity are comparable, those of two versions are not."""

    name: str
    version: str


@dataclass(frozen=True)
class ReportCase:
    """What a judge may know of a case; `dimensions` are the rubric's keys, in its order."""

    item_id: str
    question: str
    reference_report: str
    checklist: tuple[Check, ...]
    dimensions: tuple[str, ...]


@dataclass(frozen=True)
class DimensionRating:
    """A value on 1..5, or None for unscored; always with the reason and its evidence."""

    dimension: str
    value: float | None
    reason: str
    evidence: tuple[Any, ...] = ()


class Judge(Protocol):
    """Rates reports; the same report of the same case always by the same rules."""

    @property
    def identity(self) -> JudgeIdentity:
        """Name and version, stored with every rating."""
        ...

    @property
    def kind(self) -> str:
        """The kind of judge: checklist, llm or panel."""
        ...

    @property
    def at_once(self) -> int:
        """How many reports it rates before its ratings are written and the claim is renewed.

        One where a rating costs more than a transaction: what was not written is rated again.
        """
        ...

    @property
    def limits(self) -> str:
        """What this judge cannot see, in one paragraph for the page."""
        ...

    def rate(self, case: ReportCase, report: str) -> Sequence[DimensionRating]:
        """One rating for each of the case's dimensions, in their order."""
        ...
