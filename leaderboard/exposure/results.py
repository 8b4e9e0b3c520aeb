"""What exposure audits found, for the host alone; no team and no visitor is ever shown it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.models.benchmark import Item
from leaderboard.models.exposure import ExposureAnswer, ExposureAudit, ExposureQuestion, Way
from leaderboard.models.submission import Submission
from leaderboard.robustness.replies import UNSCORED
from leaderboard.scoring.answers import AnswerOutcome
from leaderboard.scoring.chance import chance_of
from leaderboard.scoring.statistics.exposure import (
    CONTINUED,
    AskedItem,
    Exposure,
    measure_exposure,
)
from leaderboard.scoring.statistics.intervals import Estimate

MEANING = (
    "A share clearly above chance and above that of the public items says that the model may have "
    "seen these items, or that their options give the answer away; it does not say which. The team "
    "may have kept what this server sent for the submission. A low share does not prove that the "
    "model has not seen them. It decides nothing."
)


@dataclass(frozen=True)
class ExposureResults:
    """An audit with its numbers; None where nothing was asked or answered in that way.

    `options` are the items right with their options alone, `continued` those whose withheld half
    came back. `n_canary` askings for the canary were answered, `n_completed` of them with its
    other half. `unread` counts by outcome the options that named no letter: they count as wrong.
    `unscored` counts by reason the askings without an answer: they are in no share.
    """

    audit: ExposureAudit
    n_answered: int
    n_questions: int
    options: Exposure | None
    continued: Exposure | None
    n_canary: int
    n_completed: int
    unread: dict[str, int]
    unscored: dict[str, int]


def read_exposures(session: Session, submission_id: str) -> list[ExposureResults]:
    """Every exposure audit of a submission with its results so far, newest first."""
    audits = session.scalars(
        select(ExposureAudit)
        .where(ExposureAudit.submission_id == submission_id)
        .order_by(ExposureAudit.id.desc())
    )
    return [_read_results(session, audit) for audit in audits]


def write_exposure(results: ExposureResults) -> list[str]:
    """An audit in lines of text: how it stands, then its shares in per cent with intervals."""
    audit = results.audit
    lines = [
        f"Exposure audit {audit.id} of {audit.requested_at:%Y-%m-%d %H:%M} UTC, seed {audit.seed}: "
        f"{audit.state}, {results.n_answered:,} of {results.n_questions:,} questions asked. "
        f"{audit.reason}".rstrip()
    ]
    if results.options is not None:
        chance = f", chance {100 * results.options.audited.chance:.1f} %"
        lines += _write_way("right with the options alone", results.options, chance)
    if results.continued is not None:
        lines += _write_way("question continued", results.continued, "")
    if results.n_canary:
        lines.append(f"  canary completed: {results.n_completed} of {results.n_canary}")
    lines += [f"  options alone, {outcome}: {n:,}" for outcome, n in results.unread.items()]
    lines += [f"  no answer, {reason}: {n:,}" for reason, n in results.unscored.items()]
    return lines


def _write_way(name: str, found: Exposure, chance: str) -> list[str]:
    audited, control = found.audited, found.control
    lines = [f"  {name} {_write(audited.estimate)}, n = {audited.n:,}{chance}"]
    if control is not None and found.difference is not None:
        at_chance = f", chance {100 * control.chance:.1f} %" if chance else ""
        lines += [
            f"    of public items {_write(control.estimate)}, n = {control.n:,}{at_chance}",
            f"    difference {_write(found.difference, '+.1f', 'points')}",
        ]
    return lines


def _write(estimate: Estimate, form: str = ".1f", unit: str = "%") -> str:
    ends = [format(100 * end, form) for end in estimate[1:] if end is not None]
    return f"{100 * estimate.value:{form}} {unit} ({' to '.join(ends)})"


def _read_results(session: Session, audit: ExposureAudit) -> ExposureResults:
    n_questions = session.scalar(select(func.count()).where(ExposureQuestion.audit_id == audit.id))
    split_id = session.get_one(Submission, audit.submission_id).split_id
    rows = session.execute(
        select(ExposureQuestion, ExposureAnswer, Item)
        .join(
            ExposureAnswer,
            (ExposureAnswer.audit_id == ExposureQuestion.audit_id)
            & (ExposureAnswer.place == ExposureQuestion.place),
        )
        .outerjoin(Item, Item.id == ExposureQuestion.item_id)
        .where(ExposureQuestion.audit_id == audit.id)
        .order_by(ExposureQuestion.place)
    ).all()
    scored = [row for row in rows if row[1].outcome != UNSCORED]
    items: dict[Way, list[AskedItem]] = {way: [] for way in Way}
    for question, answer, item in scored:
        if item is not None:
            items[question.way].append(_read_item(question.way, answer, item, split_id))
    canary = [answer.score for question, answer, _ in scored if question.way is Way.CANARY]
    unread = Counter(
        answer.outcome
        for question, answer, _ in scored
        if question.way is Way.OPTIONS and answer.outcome != AnswerOutcome.ANSWERED.value
    )
    return ExposureResults(
        audit=audit,
        n_answered=len(rows),
        n_questions=n_questions or 0,
        options=measure_exposure(items[Way.OPTIONS]),
        continued=measure_exposure(items[Way.QUESTION]),
        n_canary=len(canary),
        n_completed=sum(score == 1 for score in canary),
        unread=dict(unread.most_common()),
        unscored=dict(Counter(answer.failure for _, answer, _ in rows if answer.failure)),
    )


def _read_item(way: Way, answer: ExposureAnswer, item: Item, split_id: int) -> AskedItem:
    is_option = way is Way.OPTIONS
    return AskedItem(
        case_key=item.case_key,
        is_control=item.split_id != split_id,
        is_hit=answer.score >= (1 if is_option else CONTINUED),
        chance=chance_of(len(item.options), [1]) if is_option else 0.0,
    )
