"""The harm grades of a package: what is wrong with them, and how far the graders agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from msgspec import UnsetType

from leaderboard.errors import Problem
from leaderboard.packages.check import MANIFEST, Line
from leaderboard.packages.package import HarmGraders, Manifest, McqItem, ReportItem
from leaderboard.scoring.checklist import DisclaimerCheck, ErrorCheck, MentionCheck
from leaderboard.scoring.harm import (
    Consequence,
    Grade,
    Harm,
    HarmEvent,
    OptionHarm,
    list_consequences,
    list_grades,
)
from leaderboard.scoring.rubric import Question
from leaderboard.scoring.statistics.grade_agreement import agree_on_grades
from leaderboard.scoring.statistics.intervals import Estimate

CONTRARY = (HarmEvent.WRONG_LEVEL, HarmEvent.WRONG_SIDE, HarmEvent.CONTRAINDICATED)
"""Events that only a statement or a choice can be, never a silence."""


class Place(NamedTuple):
    """A graded mistake and what its field is called in a message."""

    field: str
    consequence: Consequence
    is_omission: bool


def is_graded(item: McqItem | ReportItem) -> bool:
    """Whether the item has a harm, if only to say that nothing in it can harm."""
    if isinstance(item, McqItem):
        return not isinstance(item.harm, UnsetType)
    return any(not isinstance(check.harm, UnsetType) for check in item.checklist)


def list_questions(manifest: Manifest) -> list[tuple[str, Question]]:
    """The atomic questions of the rubric, each with its dimension's key."""
    dimensions = [d for section in manifest.rubric.sections for d in section.dimensions]
    return [(d.key, question) for d in dimensions for question in d.questions]


def check_harm(manifest: Manifest, lines: Sequence[Line], *, is_whole: bool) -> Iterator[Problem]:
    """What is wrong with the grades of all items and questions, and with who gave them.

    `is_whole` says whether `lines` are all items: others may have grades that nobody can read.
    """
    graders = manifest.harm
    graded = [line for line in lines if is_graded(line.item)]
    questions = [(d, q) for d, q in list_questions(manifest) if not isinstance(q.harm, UnsetType)]
    if isinstance(graders, UnsetType):
        remedy = (
            'Add "harm" to manifest.json: {"by": "clinicians", "n": 3} or {"by": "constructed"}.'
        )
        for line in graded:
            yield line.problem("Its harm is graded, and nothing says by whom.", remedy)
        for dimension, question in questions:
            message = f"Question {question.key!r} of {dimension}: nothing says who graded its harm."
            yield Problem(message, remedy, path=MANIFEST)
        return
    if not graded and not questions and is_whole:
        message = "harm: it says who graded the harm of mistakes, and no item has a grade."
        yield Problem(message, "Grade checks or options, or leave harm out.", path=MANIFEST)
    for text, remedy in _check_graders(graders, _has_singles(manifest, lines)):
        yield Problem(f"harm: {text}", remedy, path=MANIFEST)
    for dimension, question in questions:
        for text, remedy in _check_question(graders, question):
            yield Problem(
                f"Question {question.key!r} of {dimension}: {text}", remedy, path=MANIFEST
            )
    for line in graded:
        for text, remedy in _check_item(graders, line.item):
            yield line.problem(text, remedy)


_Texts = Iterator[tuple[str, str]]


def _check_graders(graders: HarmGraders, has_singles: bool) -> _Texts:
    has_agreement = not isinstance(graders.agreement, UnsetType)
    if graders.by == "constructed":
        if has_agreement or has_singles or not isinstance(graders.n, UnsetType):
            yield (
                "the grades are constructed, and clinicians have a number, grades or an agreement.",
                'Say "by": "clinicians", or leave these out.',
            )
        return
    if isinstance(graders.n, UnsetType):
        yield "how many clinicians graded is missing.", 'Add "n".'
    if has_agreement and has_singles:
        yield (
            "an agreement is stated beside single grades, from which it is computed.",
            "Leave agreement out.",
        )
    if not isinstance(graders.agreement, UnsetType):
        stated = graders.agreement
        if not stated.low <= stated.value <= stated.high:
            yield "the agreement is not within its interval.", "Give low, value and high in order."


def _check_question(graders: HarmGraders, question: Question) -> _Texts:
    if isinstance(question.harm, UnsetType):
        return
    wrong = question.harm.commission if question.good == "yes" else question.harm.omission
    if not isinstance(wrong, UnsetType):
        field = "commission" if question.good == "yes" else "omission"
        other = "omission" if question.good == "yes" else "commission"
        yield (
            f"harm.{field} cannot happen where the good answer is {question.good}.",
            f"Grade its {other}.",
        )
    for place in _list_places(question.harm):
        yield from _check_place(graders, place)


def _check_item(graders: HarmGraders, item: McqItem | ReportItem) -> _Texts:
    if isinstance(item, McqItem):
        if isinstance(item.harm, UnsetType):
            return
        for letter in item.harm.options:
            if letter not in item.options:
                yield f"harm.options: there is no option {letter}.", "Grade the options there are."
            elif letter in item.answer:
                yield f"harm.options: {letter} is right.", "Grade wrong options alone."
        for field, consequence in _list_options(item.harm):
            yield from _check_place(graders, Place(field, consequence, field == "harm.missing"))
        return
    for check in item.checklist:
        if isinstance(check.harm, UnsetType):
            continue
        name = f"The check {check.key!r}"
        is_mention = isinstance(check, MentionCheck | DisclaimerCheck)
        if is_mention and not isinstance(check.harm.commission, UnsetType):
            yield (
                f"{name}: harm.commission cannot happen, for nothing contradicts a mention.",
                "Grade its omission, or make it a finding, level, side or absent check.",
            )
        if isinstance(check, ErrorCheck) and not isinstance(check.harm.omission, UnsetType):
            yield (
                f"{name}: harm.omission cannot happen, for silence meets it.",
                "Grade its commission.",
            )
        for place in _list_places(check.harm):
            for text, remedy in _check_place(graders, place):
                yield f"{name}: {text}", remedy


def _list_places(harm: Harm) -> list[Place]:
    found = (("omission", harm.omission), ("commission", harm.commission))
    return [
        Place(f"harm.{name}", one, name == "omission")
        for name, one in found
        if not isinstance(one, UnsetType)
    ]


def _list_options(harm: OptionHarm) -> list[tuple[str, Consequence]]:
    found = [(f"harm.options.{letter}", one) for letter, one in harm.options.items()]
    missing = harm.missing
    return found if isinstance(missing, UnsetType) else [*found, ("harm.missing", missing)]


def _check_place(graders: HarmGraders, place: Place) -> _Texts:
    field, one, is_omission = place
    if one.grade is Grade.NONE and not isinstance(one.event, UnsetType):
        yield f"{field} names an event and has the grade none.", "Raise the grade, or drop event."
    is_missed = one.event is HarmEvent.MISSED_RED_FLAG
    if is_missed and isinstance(one.red_flag, UnsetType):
        yield f"{field} is a missed red flag; which one is missing.", 'Add "red_flag".'
    if not is_missed and not isinstance(one.red_flag, UnsetType):
        yield f"{field} names a red flag that was not missed.", 'Say "event": "missed_red_flag".'
    if is_omission and one.event in CONTRARY:
        yield (
            f"{field} is {one.event!s}, which silence cannot be.",
            "Name the event with the commission.",
        )
    if not isinstance(one.grades, UnsetType):
        yield from _check_singles(graders, field, one, one.grades)


def _check_singles(
    graders: HarmGraders, field: str, one: Consequence, grades: list[Grade | None]
) -> _Texts:
    known = [grade.rank for grade in grades if grade is not None]
    n = 0 if isinstance(graders.n, UnsetType) else graders.n
    if graders.by == "clinicians" and n and len(grades) != n:
        yield (
            f"{field}.grades has {len(grades)} grades, and {n} clinicians graded.",
            "Give one of each, in the same order everywhere; null where one gave none.",
        )
    if not known:
        yield f"{field}.grades has no grade.", "Leave grades out."
    elif not min(known) <= one.grade.rank <= max(known):
        yield (
            f"{field}: {one.grade.value} is not between the single grades.",
            "Agree on a grade within their range.",
        )


def list_graded(manifest: Manifest, items: Iterable[McqItem | ReportItem]) -> list[Consequence]:
    """All graded mistakes of a package, in order."""
    found = [one for _, q in list_questions(manifest) for one in list_consequences(q.harm)]
    for item in items:
        if isinstance(item, McqItem):
            found += list_consequences(item.harm)
        else:
            found += [one for check in item.checklist for one in list_consequences(check.harm)]
    return found


def _has_singles(manifest: Manifest, lines: Sequence[Line]) -> bool:
    found = list_graded(manifest, [line.item for line in lines])
    return any(not isinstance(one.grades, UnsetType) for one in found)


class Agreement(NamedTuple):
    """How far clinicians agree on `n_grades` mistakes; no estimate where it is undefined."""

    n_grades: int
    estimate: Estimate | None


def agree(consequences: Sequence[Consequence]) -> Agreement | None:
    """The agreement of the single grades of a package; None where it has none."""
    singles = list_grades(consequences)
    if not singles:
        return None
    ranks = [[np.nan if one is None else float(one.rank) for one in grades] for grades in singles]
    return Agreement(len(singles), agree_on_grades(np.array(ranks), len(Grade)))
