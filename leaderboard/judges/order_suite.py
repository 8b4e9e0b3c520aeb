"""The order suite: pairs of reports on one case whose order is beyond doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from statistics import fmean

import msgspec

from leaderboard.judges.protocol import DimensionRating, ReportCase
from leaderboard.scoring.checklist import Check
from leaderboard.scoring.order import OrderKind
from leaderboard.scoring.rubric import Rubric

FILE = Path(__file__).resolve().parents[2] / "content" / "order" / "suite.json"
POINTS_PER_STEP = 20.0


class OrderCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case of the suite."""

    id: str
    question: str
    reference_report: str
    checklist: list[Check]


class OrderPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two reports on one case; `why` says what is wrong with the second, or that nothing is."""

    key: str
    case: str
    kind: OrderKind
    why: str
    first: str
    second: str


class OrderSuite(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The bundled suite; `sections` are the dimensions by section that its checklists are for."""

    version: str
    sections: dict[str, list[str]]
    cases: list[OrderCase]
    pairs: list[OrderPair]

    def make_cases(self) -> dict[str, ReportCase]:
        """The cases as judges get them, by id."""
        dimensions = tuple(key for keys in self.sections.values() for key in keys)
        return {
            one.id: ReportCase(
                one.id, one.question, one.reference_report, tuple(one.checklist), dimensions
            )
            for one in self.cases
        }

    @property
    def reports(self) -> list[tuple[str, str]]:
        """Every case with each of its reports once, in the order of the pairs."""
        given = [(pair.case, text) for pair in self.pairs for text in (pair.first, pair.second)]
        return list(dict.fromkeys(given))


@lru_cache(maxsize=1)
def read_suite() -> OrderSuite:
    """The bundled suite."""
    return msgspec.json.decode(FILE.read_bytes(), type=OrderSuite)


def list_sections(rubric: Rubric) -> dict[str, list[str]]:
    """The dimensions of a rubric by section."""
    return {section.key: [d.key for d in section.dimensions] for section in rubric.sections}


def score_report(
    ratings: Sequence[DimensionRating], sections: Mapping[str, Sequence[str]]
) -> float | None:
    """The report score (20..100) of one report; None where a dimension is unscored."""
    values = {rating.dimension: rating.value for rating in ratings}
    means = []
    for keys in sections.values():
        known = [value for key in keys if (value := values.get(key)) is not None]
        if len(known) < len(keys):
            return None
        means.append(fmean(known))
    return POINTS_PER_STEP * fmean(means)
