"""Checklists: what a report of a case must say, and how far one says it.

A check is met, unmet or contradicted. A dimension's rating is 1 + 4 x (weight met - weight
contradicted, at least 0) / weight of its checks. Checks of errors only cost: their weight counts
where they are contradicted, and nowhere else.
"""

from __future__ import annotations

import enum
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, UnsetType

from leaderboard.scoring.checklist.measures import Unit, find_amounts
from leaderboard.scoring.checklist.places import Side
from leaderboard.scoring.checklist.plans import is_recommended
from leaderboard.scoring.checklist.predicates import Stance
from leaderboard.scoring.checklist.reading import Reading, read_report
from leaderboard.scoring.checklist.terms import read_term
from leaderboard.scoring.checklist.ties import judge_levels, judge_sides, tie_levels, tie_sides
from leaderboard.scoring.harm import Harm
from leaderboard.scoring.levels import ALL_DISCS, ALL_VERTEBRAE
from leaderboard.scoring.rubric import HIGHEST, LOWEST

RULES_VERSION = "4"
"""Raise it with every change of a rule: ratings of two versions are not comparable."""
MAX_EXTRA_LEVELS = 2
"""A report may give a finding so many levels beyond the right ones."""
EVIDENCE_CHARACTERS = 300

Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Term = Annotated[str, Meta(min_length=2, max_length=200)]
Terms = Annotated[list[Term], Meta(min_length=1)]


class _Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: Key
    dimensions: Annotated[list[Key], Meta(min_length=1)]
    weight: Annotated[float, Meta(gt=0)] = 1.0
    harm: Harm | UnsetType = UNSET


class FindingCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="finding"):
    """Met when one of the terms is asserted; contradicted when it is only denied."""

    any_of: Terms


class AbsentCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="absent"):
    """Met when one of the terms is denied; contradicted when one is asserted."""

    any_of: Terms


class LevelCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="level"):
    """Met when the finding `of` stands at every one of `levels`; contradicted when elsewhere."""

    of: Key
    levels: Annotated[list[str], Meta(min_length=1)]


class SideCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="side"):
    """Met when the finding `of` stands on `side`; contradicted when on another one only."""

    of: Key
    side: Literal["left", "right", "bilateral", "central"]


class MentionCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="mention"):
    """Met when one of the terms stands in the report and is not denied."""

    any_of: Terms


class ForbiddenCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="forbidden"):
    """Contradicted when one of the terms is recommended; met otherwise, and earns nothing."""

    any_of: Terms


class MeasureCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="measure"):
    """Contradicted when every amount stated of the terms is off by more than the tolerance.

    Met when one is within it; earns nothing.
    """

    any_of: Terms
    unit: Unit
    value: Annotated[float, Meta(ge=0)]
    tolerance: Annotated[float, Meta(ge=0)]


class DisclaimerCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="disclaimer"):
    """A mention that every report owes, such as that a clinician must review it."""

    any_of: Terms


TermCheck = FindingCheck | AbsentCheck | MentionCheck | DisclaimerCheck
PlaceCheck = LevelCheck | SideCheck
ErrorCheck = ForbiddenCheck | MeasureCheck
"""Checks that only cost: what they ask for is no merit, for silence meets it as well."""
Check = TermCheck | PlaceCheck | ErrorCheck


class CheckState(enum.StrEnum):
    """How a report stands to a check."""

    MET = "met"
    UNMET = "unmet"
    CONTRADICTED = "contradicted"


class CheckResult(NamedTuple):
    """A check's state and the sentence that decided it (empty if none)."""

    key: str
    state: CheckState
    evidence: str


def rate_checks(
    checks: Sequence[Check], report: str, question: str = ""
) -> tuple[CheckResult, ...]:
    """The state of every check in `report`, in their order.

    Sentences that stand word for word in `question`, repetitions, headings and bare lists of
    terms count for nothing, and a report that names none of the case's findings earns nothing.
    Reads the first 20,000 characters, in time linear in them.
    """
    terms = {check.key: check.any_of for check in checks if not isinstance(check, PlaceCheck)}
    absent = {check.key for check in checks if isinstance(check, AbsentCheck | ErrorCheck)}
    findings = {check.key for check in checks if isinstance(check, FindingCheck)}
    meanings = {check.key for check in checks if isinstance(check, FindingCheck | MentionCheck)}
    reading = read_report(report, question, terms, absent, meanings)
    results = tuple(_rate_check(check, reading, findings) for check in checks)
    if findings and not any(_is_named(reading, key) for key in findings):
        return tuple(
            CheckResult(result.key, CheckState.UNMET, "")
            if result.state is CheckState.MET
            else result
            for result in results
        )
    return results


def _is_named(reading: Reading, key: str) -> bool:
    stances = {occurrence.stance for occurrence in reading.occurrences[key]}
    return Stance.ASSERTED in stances or Stance.OPEN in stances


def _rate_check(check: Check, reading: Reading, findings: set[str]) -> CheckResult:
    if isinstance(check, PlaceCheck):
        return _rate_place(check, reading, findings)
    if isinstance(check, ForbiddenCheck):
        return _rate_forbidden(check, reading)
    if isinstance(check, MeasureCheck):
        return _rate_measure(check, reading)
    return _rate_term(check, reading)


def _rate_forbidden(check: ForbiddenCheck, reading: Reading) -> CheckResult:
    for one in reading.occurrences[check.key]:
        sentence = reading.sentences[one.at]
        if one.is_aside or sentence.is_about_risks or sentence.is_history:
            continue
        if is_recommended(sentence.words, one.start, one.end, in_plan=sentence.is_plan):
            return _result(check, CheckState.CONTRADICTED, reading, one.at)
    return _result(check, CheckState.MET, reading, None)


def _rate_measure(check: MeasureCheck, reading: Reading) -> CheckResult:
    wrong: int | None = None
    low, high = check.value - check.tolerance, check.value + check.tolerance
    for one in reading.occurrences[check.key]:
        if one.stance is not Stance.ASSERTED or one.is_aside:
            continue
        words = reading.sentences[one.at].words
        for amount in find_amounts(words, one.start, one.end, check.unit):
            if amount.low <= high and amount.high >= low:
                return _result(check, CheckState.MET, reading, one.at)
            wrong = one.at if wrong is None else wrong
    state = CheckState.UNMET if wrong is None else CheckState.CONTRADICTED
    return _result(check, state, reading, wrong)


def _rate_term(check: TermCheck, reading: Reading) -> CheckResult:
    first: dict[Stance, int] = {}
    for occurrence in reading.occurrences[check.key]:
        first.setdefault(occurrence.stance, occurrence.at)
    asserted = first.get(Stance.ASSERTED)
    denied = first.get(Stance.DENIED, first.get(Stance.DOUBTED))
    if isinstance(check, MentionCheck | DisclaimerCheck):
        present = [at for stance, at in first.items() if stance is not Stance.DENIED]
        state = CheckState.MET if present else CheckState.UNMET
        return _result(check, state, reading, min(present, default=denied))
    decisive = denied if asserted is None else asserted
    if decisive is None:
        state = CheckState.UNMET
    elif isinstance(check, FindingCheck):
        state = CheckState.CONTRADICTED if asserted is None else CheckState.MET
    elif asserted is None:
        state = CheckState.MET
    else:
        state = CheckState.CONTRADICTED if denied is None else CheckState.UNMET
    return _result(check, state, reading, decisive)


def _rate_place(check: PlaceCheck, reading: Reading, findings: set[str]) -> CheckResult:
    if check.of not in findings:
        return _result(check, CheckState.UNMET, reading, None)
    if isinstance(check, LevelCheck):
        ties = tie_levels(reading, check.of, findings)
        verdict = judge_levels(ties, frozenset(check.levels), MAX_EXTRA_LEVELS)
        right = set(check.levels)
    else:
        ties = tie_sides(reading, check.of, findings)
        verdict = judge_sides(ties, Side(check.side))
        right = {check.side}
    state = {True: CheckState.MET, False: CheckState.CONTRADICTED, None: CheckState.UNMET}[verdict]
    shown = [tie for tie in ties if tie.names & right] or ties
    return _result(check, state, reading, shown[0].at if shown else None)


def _result(check: Check, state: CheckState, reading: Reading, at: int | None) -> CheckResult:
    evidence = "" if at is None else reading.sentences[at].shown[:EVIDENCE_CHARACTERS]
    return CheckResult(check.key, state, evidence)


_SIGNS = {CheckState.MET: 1, CheckState.UNMET: 0, CheckState.CONTRADICTED: -1}


def points_of(check: Check, state: CheckState) -> int:
    """1 where a check earns its weight in this state, -1 where it costs it, or else 0."""
    return min(0, _SIGNS[state]) if isinstance(check, ErrorCheck) else _SIGNS[state]


def _sum_weights(checks: Iterable[Check]) -> float:
    """What can be earned."""
    return sum(check.weight for check in checks if not isinstance(check, ErrorCheck))


def weigh_checks(
    checks: Sequence[Check], states: Mapping[str, CheckState], dimension: str
) -> dict[str, float]:
    """The points that each check with a state gives to a dimension's rating, by its key.

    Their sum is the rating less the lowest one, but that a rating never falls below it.
    """
    own = [check for check in checks if dimension in check.dimensions]
    total = _sum_weights(own)
    if not total:
        return {}
    return {
        check.key: (HIGHEST - LOWEST) * check.weight * points_of(check, states[check.key]) / total
        for check in own
        if check.key in states
    }


def rate_dimensions(
    checks: Sequence[Check], results: Sequence[CheckResult], dimensions: Iterable[str]
) -> dict[str, float | None]:
    """Each dimension's rating on 1..5; None for one in which no check can earn anything."""
    ratings: dict[str, float | None] = {}
    for dimension in dimensions:
        own = [
            (check, result)
            for check, result in zip(checks, results, strict=True)
            if dimension in check.dimensions
        ]
        total = _sum_weights(check for check, _ in own)
        earned = sum(check.weight * points_of(check, result.state) for check, result in own)
        ratings[dimension] = (
            LOWEST + (HIGHEST - LOWEST) * max(0.0, earned) / total if total else None
        )
    return ratings


def checklist_problems(checks: Sequence[Check], dimensions: Sequence[str]) -> list[str]:
    """What is wrong with a checklist beyond its schema, each with what to do."""
    findings = {check.key for check in checks if isinstance(check, FindingCheck)}
    rated = {
        dimension
        for check in checks
        if not isinstance(check, ErrorCheck)
        for dimension in check.dimensions
    }
    counts = Counter(check.key for check in checks)
    return [
        *(
            f"The check {key!r} stands {count} times: give each its own key."
            for key, count in counts.items()
            if count > 1
        ),
        *(problem for check in checks for problem in _check_problems(check, dimensions)),
        *(
            problem
            for check in checks
            for problem in (
                _place_problems(check, findings)
                if isinstance(check, PlaceCheck)
                else _term_problems(check)
            )
        ),
        *(
            f"No check is for {dimension!r}: add one, or the dimension stays unscored."
            for dimension in dimensions
            if dimension not in rated
        ),
    ]


def _check_problems(check: Check, dimensions: Sequence[str]) -> Iterator[str]:
    name = f"The check {check.key!r}"
    for dimension in check.dimensions:
        if dimension not in dimensions:
            yield (
                f"{name} is for {dimension!r}, which the rubric lacks: "
                f"use one of {', '.join(dimensions)}."
            )
    if not check.dimensions or len(set(check.dimensions)) < len(check.dimensions):
        yield f"{name} names no dimension, or one twice: name each that it is for once."
    if not (check.weight > 0 and math.isfinite(check.weight)):
        yield f"{name} has the weight {check.weight}: give it a number above 0."


def _term_problems(check: TermCheck | ErrorCheck) -> Iterator[str]:
    if not check.any_of:
        yield f"The check {check.key!r} has no term: list the words that meet it."
    for term in check.any_of:
        parts = read_term(term)
        if not parts or parts[0].is_any or parts[-1].is_any:
            yield (
                f"The check {check.key!r} has the term {term!r}: begin and end it with a word; "
                "a * alone stands for one word between others."
            )


def _place_problems(check: PlaceCheck, findings: Collection[str]) -> Iterator[str]:
    name = f"The check {check.key!r}"
    if check.of not in findings:
        yield (
            f"{name} is of {check.of!r}, which is no finding of the case: "
            "name a check of the kind finding."
        )
    if isinstance(check, SideCheck):
        return
    for level in check.levels:
        if level not in ALL_VERTEBRAE and level not in ALL_DISCS:
            yield f"{name} has the level {level!r}: write a disc such as L4/L5 or a vertebra: T12."
    if len({"/" in level for level in check.levels}) != 1:
        yield f"{name} must name discs alone or vertebrae alone: make two checks of it."
