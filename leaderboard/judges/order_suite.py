"""The order suite: pairs of reports on one case whose order is beyond doubt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from statistics import fmean

import msgspec

from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.judges.protocol import DimensionRating, JudgeIdentity, ReportCase
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
    """Two reports on one case; `why` says what is wrong with the second, or that nothing is.

    `unseen_by` is the newest version of the checklist judge that was finished before its makers
    saw the pair; None where they had it in sight.
    """

    key: str
    case: str
    kind: OrderKind
    unseen_by: int | None
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
    def good(self) -> dict[str, str]:
        """A good report on each case: that of its first pair."""
        return {pair.case: pair.first for pair in reversed(self.pairs)}

    @property
    def reports(self) -> list[tuple[str, str]]:
        """Every case with each of its reports once, in the order of the pairs."""
        given = [(pair.case, text) for pair in self.pairs for text in (pair.first, pair.second)]
        return list(dict.fromkeys(given))

    def name_firsts(self) -> dict[str, str]:
        """By pair what its first report is called among the scores, once for each text.

        The case for the first one of a case; any other is named after the pair that brings it.
        """
        names: dict[tuple[str, str], str] = {}
        cases: set[str] = set()
        for pair in self.pairs:
            name = f"{pair.key}.first" if pair.case in cases else pair.case
            names.setdefault((pair.case, pair.first), name)
            cases.add(pair.case)
        return {pair.key: names[pair.case, pair.first] for pair in self.pairs}

    def find_unseen(self, judge: JudgeIdentity) -> frozenset[str] | None:
        """The pairs that a judge was made without sight of; None for one that has no rules of ours.

        A pair is seen by every version that comes after the one it was unseen by.
        """
        if judge.name != ChecklistJudge.identity.name:
            return None
        version = int(judge.version)
        return frozenset(
            pair.key
            for pair in self.pairs
            if pair.unseen_by is not None and version <= pair.unseen_by
        )


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
