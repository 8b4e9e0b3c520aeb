"""What errors a submission made on the graded items of a split, by what was read and judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.items.harm import GradedItem, list_graded_questions
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.late import pandas as pd
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction
from leaderboard.scoring.boards import Track
from leaderboard.scoring.harm import (
    UNANSWERED,
    UNJUDGED,
    Consequence,
    HarmError,
    OptionHarm,
    describe_errors,
    describe_ungraded,
    describe_unknown,
    find_check_error,
    find_option_errors,
    find_question_error,
    list_consequences,
    vote_errors,
)
from leaderboard.scoring.harm_rates import pack_rows, unpack_rows
from leaderboard.scoring.rubric import Rubric


class QuestionVerdict(NamedTuple):
    """What a judge answered to an atomic question in one repeat, and whether its quote stands."""

    dimension: str
    question: str
    repeat: int
    verdict: str
    is_supported: bool


@dataclass(frozen=True)
class ReportVerdicts:
    """What judges made of one report: the states of checks by key, and answers to questions."""

    checks: dict[str, str] = field(default_factory=dict)
    questions: list[QuestionVerdict] = field(default_factory=list)


class Verdicts(NamedTuple):
    """The verdicts on a submission's reports by item, and the judges that gave them."""

    by_item: Mapping[int, ReportVerdicts]
    judges: tuple[str, ...] = ()


class HarmFacts(NamedTuple):
    """The rows of `scoring.harm.COLUMNS` of every item of a split, and whose verdicts they are."""

    values: bytes
    judge: str


def read_verdicts(session: Session, submission_id: str, rater_id: int) -> Verdicts:
    """The verdicts of the judge that scores, and of checks it did not look at the checklist's."""
    own = _read_evidence(session, submission_id, rater_id)
    judges = [rater_id] if own else []
    if not any(one.checks for one in own.values()):
        checklist = session.scalars(
            select(Rater.id)
            .join(Rating, Rating.rater_id == Rater.id)
            .join(Prediction, Prediction.id == Rating.prediction_id)
            .where(
                Prediction.submission_id == submission_id,
                Rater.kind == RaterKind.JUDGE,
                Rater.name == ChecklistJudge.identity.name,
                Rater.id != rater_id,
            )
            .order_by(Rater.id.desc())
            .limit(1)
        ).first()
        if checklist is not None:
            judges = [one for one in judges if any(v.questions for v in own.values())]
            judges.append(checklist)
            for item_id, verdicts in _read_evidence(session, submission_id, checklist).items():
                own.setdefault(item_id, ReportVerdicts()).checks.update(verdicts.checks)
    names = session.execute(select(Rater.id, Rater.name, Rater.version).where(Rater.id.in_(judges)))
    known = {key: f"{name} {version}" for key, name, version in names}
    return Verdicts(own, tuple(known[key] for key in judges))


def _read_evidence(
    session: Session, submission_id: str, rater_id: int
) -> dict[int, ReportVerdicts]:
    rows = session.execute(
        select(Prediction.item_id, Rating.dimension, Rating.evidence)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .where(Prediction.submission_id == submission_id, Rating.rater_id == rater_id)
    )
    return collect_verdicts((row[0], row[1], row[2]) for row in rows)


def collect_verdicts(rows: Iterable[tuple[int, str, Iterable[Any]]]) -> dict[int, ReportVerdicts]:
    """The verdicts in evidence, by item: rows of item, dimension and its rating's evidence."""
    found: dict[int, ReportVerdicts] = {}
    for item_id, dimension, evidence in rows:
        of_item = found.setdefault(item_id, ReportVerdicts())
        for one in evidence:
            if not isinstance(one, dict):
                continue
            if "check" in one:
                of_item.checks[one["check"]] = one["state"]
            elif "question" in one:
                repeat, supported = one.get("repeat", 0), bool(one["supported"])
                of_item.questions.append(
                    QuestionVerdict(dimension, one["question"], repeat, one["verdict"], supported)
                )
    return found


def make_harm(
    items: pd.DataFrame,
    graded: Mapping[int, GradedItem],
    readings: pd.DataFrame,
    rated: Iterable[int],
    verdicts: Verdicts,
    rubric: Rubric,
) -> HarmFacts | None:
    """The errors on each of a split's items; None where nobody graded any.

    readings: item_id, outcome and letters of the MCQ predictions; rated: the ids of the items
    whose reports a judge has rated.
    """
    questions = list_graded_questions(rubric)
    if not graded and not questions:
        return None
    asks = {key for one in verdicts.by_item.values() for key in _list_asked(one)}
    asked = {key: one for key, one in questions.items() if key in asks}
    letters = {
        item_id: (outcome, found)
        for item_id, outcome, found in zip(
            readings["item_id"], readings["outcome"], readings["letters"], strict=True
        )
    }
    answered = set(rated)
    rows = []
    for item_id, track in zip(items["item_id"], items["track"], strict=True):
        item = graded.get(item_id)
        if track != Track.REPORT.value:
            rows.append(describe_question(item, letters.get(item_id)))
            continue
        rows.append(
            _describe_report(
                item or GradedItem(),
                asked,
                verdicts.by_item.get(item_id, ReportVerdicts()) if item_id in answered else None,
            )
        )
    return HarmFacts(pack_rows(rows), " + ".join(verdicts.judges))


def _list_asked(verdicts: ReportVerdicts) -> Iterator[tuple[str, str]]:
    for one in verdicts.questions:
        yield one.dimension, one.question


def renew_harm(kept: HarmFacts, items: pd.DataFrame, rows: Mapping[int, list[int]]) -> HarmFacts:
    """A split's errors where those of some `items` (by their ids) have other `rows`."""
    values = unpack_rows(kept.values).copy()
    for place, item_id in enumerate(items["item_id"]):
        if item_id in rows:
            values[place] = rows[item_id]
    return kept._replace(values=values.tobytes())


def describe_question(item: GradedItem | None, read: tuple[str, str] | None) -> list[int]:
    """The row of a question by what was read: an outcome and letters, None without a prediction."""
    if item is None or item.options is None:
        return describe_ungraded()
    return _describe_options(item.options, read)


def _describe_options(harm: OptionHarm, read: tuple[str, str] | None) -> list[int]:
    """The row of a question; a text that was read as nothing is unknown where missing harms none.

    A refusal is known: it states nothing that could harm.
    """
    consequences = list_consequences(harm)
    if read is None:
        return describe_unknown(consequences, UNANSWERED)
    outcome, letters = read
    if outcome == "answered":
        return describe_errors(consequences, find_option_errors(harm, letters))
    errors = find_option_errors(harm, "")
    if errors or outcome == "refused":
        return describe_errors(consequences, errors)
    return describe_unknown(consequences, UNJUDGED)


_Asked = Mapping[tuple[str, str], Any]


def _describe_report(item: GradedItem, asked: _Asked, found: ReportVerdicts | None) -> list[int]:
    """The row of a report; one of whose graded checks or questions no verdict is known is not."""
    consequences: list[Consequence] = [
        one for harm in item.checks.values() for one in list_consequences(harm)
    ]
    consequences += [one for _, harm in asked.values() for one in list_consequences(harm)]
    if not item.checks and not asked:
        return describe_ungraded()
    if found is None:
        return describe_unknown(consequences, UNANSWERED)
    if item.checks.keys() - found.checks.keys() or asked.keys() - set(_list_asked(found)):
        return describe_unknown(consequences, UNJUDGED)
    return describe_errors(consequences, list(_find_errors(item, asked, found)))


def _find_errors(item: GradedItem, asked: _Asked, found: ReportVerdicts) -> Iterator[HarmError]:
    errors = [find_check_error(harm, found.checks[key]) for key, harm in item.checks.items()]
    for (dimension, key), (question, harm) in asked.items():
        votes = {
            one.repeat: find_question_error(
                harm, question.good, one.verdict, is_supported=one.is_supported
            )
            for one in found.questions
            if (one.dimension, one.question) == (dimension, key)
        }
        errors.append(vote_errors(votes))
    yield from (error for error in errors if error is not None)
