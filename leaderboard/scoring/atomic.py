"""Answers to a dimension's atomic questions as one rating, by the rubric's fixed weights."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from leaderboard.scoring.rubric import HIGHEST, LOWEST, Question


class Verdict(enum.StrEnum):
    """The three answers that a question may have."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


class Answer(NamedTuple):
    """A verdict on one question, and whether its quote stands in the report."""

    verdict: Verdict
    is_supported: bool


class AtomicRating(NamedTuple):
    """A value on 1..5, or None where no question applies, and how it came about.

    `n_unsupported` counts good verdicts that were discarded for want of a valid quote.
    """

    value: float | None
    reason: str
    n_earned: int
    n_applicable: int
    n_unsupported: int


def rate_answers(questions: Sequence[Question], answers: Mapping[str, Answer]) -> AtomicRating:
    """1 + 4 x weight earned / weight of the applicable questions.

    A good yes earns with a valid quote alone. A good no, which nothing can be quoted for, earns
    where a good yes of the same dimension does: silence is no merit. Not applicable leaves the
    sum where the question is conditional, and earns nothing elsewhere; given to all of them, it
    leaves the dimension unscored. Raises KeyError for a question without an answer.
    """
    given = [(question, answers[question.key]) for question in questions]
    verdicts = {answer.verdict for _, answer in given}
    if verdicts <= {Verdict.NOT_APPLICABLE}:
        return AtomicRating(None, "no question was found to be applicable", 0, 0, 0)
    applicable, earned = _find_earned(given)
    n_unsupported = sum(
        q.good == "yes" and answer.verdict.value == q.good and not answer.is_supported
        for q, answer in applicable
    )
    share = sum(question.weight for question in earned) / sum(q.weight for q, _ in applicable)
    reason = f"{len(earned)} of {len(applicable)} questions earned"
    if n_unsupported:
        reason += f", {n_unsupported} discarded without a valid quote"
    value = LOWEST + (HIGHEST - LOWEST) * share
    return AtomicRating(value, reason, len(earned), len(applicable), n_unsupported)


def weigh_answers(questions: Sequence[Question], answers: Mapping[str, Answer]) -> dict[str, float]:
    """The points that each applicable question gives to the rating, by its key.

    Their sum is the rating less the lowest one. Raises KeyError for a question without an answer.
    """
    applicable, earned = _find_earned([(q, answers[q.key]) for q in questions])
    total = sum(question.weight for question, _ in applicable)
    keys = {question.key for question in earned}
    return {
        question.key: (HIGHEST - LOWEST) * question.weight / total if question.key in keys else 0.0
        for question, _ in applicable
    }


_Given = Sequence[tuple[Question, Answer]]


def _find_earned(given: _Given) -> tuple[_Given, Sequence[Question]]:
    """Those of the questions that are applicable, and those of them that earn: yes before no."""
    applicable = [
        (question, answer)
        for question, answer in given
        if not (question.conditional and answer.verdict is Verdict.NOT_APPLICABLE)
    ]
    good = [(q, answer) for q, answer in applicable if answer.verdict.value == q.good]
    shown = [q for q, answer in good if q.good == "yes" and answer.is_supported]
    unmarred = [q for q, _ in good if q.good == "no"] if shown else []
    return applicable, [*shown, *unmarred]
