"""How judges rated reports: each check or question with its verdict, quote and points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.readings.reading import CheckVerdict, DimensionVerdict, JudgeVerdict
from leaderboard.scoring.atomic import Answer, Verdict, weigh_answers
from leaderboard.scoring.checklist import (
    Check,
    CheckState,
    LevelCheck,
    MeasureCheck,
    SideCheck,
    weigh_checks,
)
from leaderboard.scoring.harm import HarmError, find_check_error, find_question_error
from leaderboard.scoring.rubric import Dimension, Question, Rubric

Evidence = Sequence[Mapping[str, Any]]


def read_judged(
    session: Session,
    prediction_ids: Collection[int],
    rubric: Rubric,
    checklists: Mapping[int, Sequence[Check]],
) -> dict[int, tuple[JudgeVerdict, ...]]:
    """What each judge made of these reports, by prediction; judges in order of their first use.

    `checklists` has the checks of each prediction's case. Experts' ratings are not among them:
    experts rate blind, and what one of them rated is nobody else's to see.
    """
    if not prediction_ids:
        return {}
    rows: dict[int, dict[Rater, dict[str, Rating]]] = defaultdict(lambda: defaultdict(dict))
    for rating, rater in session.execute(
        select(Rating, Rater)
        .join(Rater, Rater.id == Rating.rater_id)
        .where(Rating.prediction_id.in_(prediction_ids), Rater.kind == RaterKind.JUDGE)
        .order_by(Rater.id, Rating.id)
    ):
        rows[rating.prediction_id][rater][rating.dimension] = rating
    dimensions = [d for section in rubric.sections for d in section.dimensions]
    return {
        prediction_id: tuple(
            JudgeVerdict(
                rater.name,
                rater.version,
                tuple(
                    _make_dimension(d, ratings[d.key], checklists.get(prediction_id, ()))
                    for d in dimensions
                    if d.key in ratings
                ),
            )
            for rater, ratings in judged.items()
        )
        for prediction_id, judged in rows.items()
    }


def read_checklist(checklist: Sequence[Mapping[str, Any]]) -> list[Check]:
    """The checks of a case as they are stored."""
    return msgspec.convert(checklist, list[Check])


def _make_dimension(
    dimension: Dimension, rating: Rating, checks: Sequence[Check]
) -> DimensionVerdict:
    evidence: Evidence = [one for one in rating.evidence if isinstance(one, dict)]
    return DimensionVerdict(
        dimension.key,
        dimension.name,
        rating.value,
        rating.reason,
        (
            *_show_checks([one for one in evidence if "check" in one], dimension.key, checks),
            *_show_questions([one for one in evidence if "question" in one], dimension),
            *_show_members([one for one in evidence if "judge" in one]),
        ),
    )


def _show_checks(evidence: Evidence, dimension: str, checks: Sequence[Check]) -> list[CheckVerdict]:
    by_key = {check.key: check for check in checks}
    states = {one["check"]: CheckState(one["state"]) for one in evidence}
    points = weigh_checks(checks, states, dimension)
    return [
        CheckVerdict(
            name=one["check"],
            asks=_describe(by_key[one["check"]]) if one["check"] in by_key else "",
            verdict=one["state"],
            quote=one["sentence"],
            points=points.get(one["check"]),
            error=find_check_error(by_key[one["check"]].harm, one["state"])
            if one["check"] in by_key
            else None,
        )
        for one in evidence
    ]


def _describe(check: Check) -> str:
    """What a check looks for, in a line."""
    kind = str(check.__struct_config__.tag)
    if isinstance(check, LevelCheck):
        return f"{kind} of {check.of}: {', '.join(check.levels)}"
    if isinstance(check, SideCheck):
        return f"{kind} of {check.of}: {check.side}"
    if isinstance(check, MeasureCheck):
        amount = f"{check.value:g} {check.unit.value}, at most {check.tolerance:g} off"
        return f"{kind} of {'; '.join(check.any_of)}: {amount}"
    return f"{kind}: {'; '.join(check.any_of)}"


def _show_questions(evidence: Evidence, dimension: Dimension) -> list[CheckVerdict]:
    """The answers to each repeat's questions, each repeat for itself."""
    asked = {question.key: question for question in dimension.questions}
    shown = []
    for repeat in dict.fromkeys(one.get("repeat", 0) for one in evidence):
        own = [one for one in evidence if one.get("repeat", 0) == repeat]
        answers = {
            one["question"]: Answer(Verdict(one["verdict"]), bool(one["supported"])) for one in own
        }
        known = [question for question in dimension.questions if question.key in answers]
        points = weigh_answers(known, answers)
        shown += [
            CheckVerdict(
                name=one["question"],
                asks=asked[one["question"]].text if one["question"] in asked else "",
                verdict=one["verdict"],
                quote=one["quote"],
                points=points.get(one["question"]),
                error=_find_error(asked.get(one["question"]), one),
            )
            for one in own
        ]
    return shown


def _find_error(question: Question | None, one: Mapping[str, Any]) -> HarmError | None:
    if question is None:
        return None
    return find_question_error(
        question.harm, question.good, one["verdict"], is_supported=bool(one["supported"])
    )


def _show_members(evidence: Evidence) -> list[CheckVerdict]:
    """The ratings of a panel's members."""
    return [
        CheckVerdict(
            name=one["judge"],
            asks="",
            verdict="unscored" if one["value"] is None else f"{one['value']:g}",
            quote="",
            points=None,
        )
        for one in evidence
    ]
