"""Checklists: what a report of a case must say, and how far one says it.

A check is met, unmet or contradicted. A dimension's rating is 1 + 4 x (weight met - weight
contradicted, at least 0) / weight of its checks.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from leaderboard.scoring.report_text import LEVEL, Sentence, Side, read_sentences
from leaderboard.scoring.rubric import HIGHEST, LOWEST
from leaderboard.scoring.terms import Stance, find_stance, make_pattern

RULES_VERSION = "1"
MAX_EXTRA_LEVELS = 2
LISTED_CHECKS = 4
WORDS_PER_TERM = 4
EVIDENCE_CHARACTERS = 300

Key = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
Term = Annotated[str, Meta(min_length=2, max_length=200)]
Terms = Annotated[list[Term], Meta(min_length=1)]


class _Check(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: Key
    dimensions: Annotated[list[Key], Meta(min_length=1)]
    weight: Annotated[float, Meta(gt=0)] = 1.0


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


class DisclaimerCheck(_Check, frozen=True, kw_only=True, tag_field="kind", tag="disclaimer"):
    """A mention that every report owes, such as that a clinician must review it."""

    any_of: Terms


TermCheck = FindingCheck | AbsentCheck | MentionCheck | DisclaimerCheck
PlaceCheck = LevelCheck | SideCheck
Check = TermCheck | PlaceCheck


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


class _Mention(NamedTuple):
    at: int
    stance: Stance


def rate_checks(
    checks: Sequence[Check], report: str, question: str = ""
) -> tuple[CheckResult, ...]:
    """The state of every check in `report`, in their order.

    Sentences that stand word for word in `question` and bare lists of terms earn nothing.
    """
    sentences = read_sentences(report, question)
    patterns = {
        check.key: [make_pattern(term) for term in check.any_of]
        for check in checks
        if not isinstance(check, PlaceCheck)
    }
    found: dict[str, list[_Mention]] = {key: [] for key in patterns}
    for index, sentence in enumerate(sentences):
        stances = {
            key: stance
            for key, own in patterns.items()
            if (stance := find_stance(own, sentence.text)) is not None
        }
        if not _is_list_of_terms(len(stances), sentence):
            for key, stance in stances.items():
                found[key].append(_Mention(index, stance))
    asserting = {m.at for c in checks if isinstance(c, FindingCheck) for m in found[c.key]}
    return tuple(_rate(check, found, sentences, asserting) for check in checks)


def _is_list_of_terms(n_checks: int, sentence: Sentence) -> bool:
    """Whether many checks' words stand together with hardly any others between them."""
    return n_checks > LISTED_CHECKS and sentence.n_words < WORDS_PER_TERM * n_checks


def _rate(
    check: Check,
    found: Mapping[str, list[_Mention]],
    sentences: Sequence[Sentence],
    asserting: set[int],
) -> CheckResult:
    if isinstance(check, PlaceCheck):
        mentions = [m for m in found.get(check.of, []) if m.stance is Stance.ASSERTED]
        places = [_place(m.at, sentences, asserting, check) for m in mentions]
        return _rate_place(check, [place for place in places if place is not None])
    mentions = found[check.key]
    asserted = next((m for m in mentions if m.stance is Stance.ASSERTED), None)
    denied = next((m for m in mentions if m.stance is Stance.DENIED), None)
    states = {
        FindingCheck: (CheckState.MET, CheckState.CONTRADICTED),
        AbsentCheck: (CheckState.CONTRADICTED, CheckState.MET),
        MentionCheck: (CheckState.MET, CheckState.UNMET),
        DisclaimerCheck: (CheckState.MET, CheckState.UNMET),
    }[type(check)]
    if asserted is not None:
        return _result(check, states[0], sentences[asserted.at])
    if denied is not None:
        return _result(check, states[1], sentences[denied.at])
    return CheckResult(check.key, CheckState.UNMET, "")


def _place(
    index: int, sentences: Sequence[Sentence], asserting: set[int], check: PlaceCheck
) -> Sentence | None:
    """The sentence that places the finding: its own, or the next one if that names no finding."""
    for candidate in (index, index + 1):
        if candidate >= len(sentences) or (candidate != index and candidate in asserting):
            return None
        sentence = sentences[candidate]
        if sentence.levels if isinstance(check, LevelCheck) else sentence.sides:
            return sentence
    return None


def _rate_place(check: PlaceCheck, places: Sequence[Sentence]) -> CheckResult:
    for sentence in places:
        if isinstance(check, LevelCheck):
            extra = sentence.levels - set(check.levels)
            right = sentence.levels >= set(check.levels) and len(extra) <= MAX_EXTRA_LEVELS
        else:
            right = Side(check.side) in sentence.sides and len(sentence.sides) == 1
        if right:
            return _result(check, CheckState.MET, sentence)
    for sentence in places:
        if isinstance(check, LevelCheck):
            wrong = not any(s.levels & set(check.levels) for s in places)
        else:
            wrong = not any(Side(check.side) in s.sides for s in places)
        if wrong:
            return _result(check, CheckState.CONTRADICTED, sentence)
    return CheckResult(check.key, CheckState.UNMET, "")


def _result(check: Check, state: CheckState, sentence: Sentence) -> CheckResult:
    return CheckResult(check.key, state, sentence.text[:EVIDENCE_CHARACTERS])


def rate_dimensions(
    checks: Sequence[Check], results: Sequence[CheckResult], dimensions: Iterable[str]
) -> dict[str, float | None]:
    """Each dimension's rating on 1..5; None for one that no check is about."""
    signs = {CheckState.MET: 1, CheckState.UNMET: 0, CheckState.CONTRADICTED: -1}
    ratings: dict[str, float | None] = {}
    for dimension in dimensions:
        pairs = [
            (check.weight, signs[result.state])
            for check, result in zip(checks, results, strict=True)
            if dimension in check.dimensions
        ]
        total = sum(weight for weight, _ in pairs)
        earned = max(0.0, sum(weight * sign for weight, sign in pairs))
        ratings[dimension] = LOWEST + (HIGHEST - LOWEST) * earned / total if pairs else None
    return ratings


def checklist_problems(checks: Sequence[Check], dimensions: Sequence[str]) -> list[str]:
    """What the schema cannot say against a checklist, each with what to do."""
    problems = []
    findings = {check.key for check in checks if isinstance(check, FindingCheck)}
    for key, count in Counter(check.key for check in checks).items():
        if count > 1:
            problems.append(f"The check {key!r} stands {count} times: give each its own key.")
    for check in checks:
        for dimension in check.dimensions:
            if dimension not in dimensions:
                problems.append(
                    f"The check {check.key!r} is for {dimension!r}, which the rubric lacks: "
                    f"use one of {', '.join(dimensions)}."
                )
        if isinstance(check, PlaceCheck) and check.of not in findings:
            problems.append(
                f"The check {check.key!r} is of {check.of!r}, which is no finding of the case: "
                "name a check of the kind finding."
            )
        if isinstance(check, LevelCheck):
            problems += [
                f"The check {check.key!r} has the level {level!r}: write one such as L4/L5 or T12."
                for level in check.levels
                if not LEVEL.fullmatch(level)
            ]
    rated = {dimension for check in checks for dimension in check.dimensions}
    problems += [
        f"No check is for {dimension!r}: add one, or the dimension stays unscored."
        for dimension in dimensions
        if dimension not in rated
    ]
    return problems
