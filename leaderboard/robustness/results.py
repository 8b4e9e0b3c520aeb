"""What robustness audits found: read from what was parsed, without the hidden answers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.disclosure import Viewer, disclosure, is_protected
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.publication import FeedbackItem
from leaderboard.models.reading import BY_READER
from leaderboard.models.robustness import AuditAnswer, AuditQuestion, AuditState, RobustnessAudit
from leaderboard.models.submission import ParsedPrediction, Prediction, Submission
from leaderboard.robustness.replies import UNSCORED, count_audit_replies
from leaderboard.scoring.answers import AnswerOutcome
from leaderboard.scoring.statistics.consistency import (
    AuditedItem,
    Consistency,
    Reading,
    measure_consistency,
)
from leaderboard.submissions.endpoint_replies import ReplyCounts

_UNPARSED = Reading(AnswerOutcome.UNPARSED.value, None, is_correct=False)


@dataclass(frozen=True)
class AuditResults:
    """An audit with its numbers, None where no item was answered in every asking.

    `unscored` counts by reason the askings without an answer; their items are in no share.
    `replies` counts those that were cut, only reasoning or filtered; they are in the shares.
    """

    audit: RobustnessAudit
    n_answered: int
    n_questions: int
    consistency: Consistency | None
    unscored: dict[str, int]
    replies: ReplyCounts


def read_audits(session: Session, submission_id: str) -> list[AuditResults]:
    """Every audit of a submission with its results so far, newest first; for the host."""
    audits = session.scalars(
        select(RobustnessAudit)
        .where(RobustnessAudit.submission_id == submission_id)
        .order_by(RobustnessAudit.id.desc())
    )
    return [_read_results(session, audit) for audit in audits]


def find_audit(session: Session, submission: Submission, viewer: Viewer) -> AuditResults | None:
    """The newest finished audit of a submission whose breakdown the viewer may see."""
    return find_audits(session, [submission], viewer).get(submission.id)


def find_audits(
    session: Session, submissions: Sequence[Submission], viewer: Viewer
) -> dict[str, AuditResults]:
    """The same of several submissions, by their ids; one without an audit is not among them.

    Nor is one on a protected split without a feedback part: shares of the few questions asked
    would tell of the very items that decide ranks. Its host sees them by `read_audits`.
    """
    silent = _find_silent(session, {one.split for one in submissions})
    shown = [
        one.id
        for one in submissions
        if one.split_id not in silent and disclosure(one, viewer).breakdown
    ]
    newest = (
        select(func.max(RobustnessAudit.id))
        .where(
            RobustnessAudit.submission_id.in_(shown), RobustnessAudit.state == AuditState.FINISHED
        )
        .group_by(RobustnessAudit.submission_id)
    )
    audits = session.scalars(select(RobustnessAudit).where(RobustnessAudit.id.in_(newest))).all()
    return {audit.submission_id: _read_results(session, audit) for audit in audits}


def _find_silent(session: Session, splits: set[Split]) -> frozenset[int]:
    """Those protected splits, by id, of which no item is there for feedback."""
    protected = {one.id for one in splits if is_protected(one)}
    with_feedback = (
        select(Item.split_id)
        .join(FeedbackItem, FeedbackItem.item_id == Item.id)
        .where(Item.split_id.in_(protected))
        .distinct()
    )
    return frozenset(protected.difference(session.scalars(with_feedback)))


def write_results(results: AuditResults) -> list[str]:
    """An audit in lines of text: how it stands, then its shares in per cent with intervals."""
    audit, found = results.audit, results.consistency
    lines = [
        f"Audit {audit.id} of {audit.requested_at:%Y-%m-%d %H:%M} UTC, seed {audit.seed}: "
        f"{audit.state}, {results.n_answered:,} of {results.n_questions:,} questions asked. "
        f"{audit.reason}".rstrip()
    ]
    if found is not None:
        lines += [
            f"  {name} {100 * value:.1f} % ({100 * low:.1f}-{100 * high:.1f}), n = {n:,}"
            for name, n, (value, low, high) in (
                ("accuracy as submitted", found.n_items, found.as_submitted),
                ("accuracy with shifted options", found.n_askings, found.shifted),
                ("consistency", found.n_items, found.consistency),
                ("right every time", found.n_items, found.surviving),
            )
            if low is not None and high is not None
        ]
        lines += [f"  not consistent, {reason}: {n:,}" for reason, n in found.reasons.items()]
    lines += [f"  no answer, {reason}: {n:,}" for reason, n in results.unscored.items()]
    if not audit.state.is_final:  # afterwards its reason says so
        lines += [f"  {note}" for note in results.replies.notes]
    return lines


def _read_results(session: Session, audit: RobustnessAudit) -> AuditResults:
    rotations = session.scalars(
        select(AuditQuestion.item_id).where(AuditQuestion.audit_id == audit.id)
    )
    n_askings = Counter(rotations)
    answers: dict[int, list[AuditAnswer]] = defaultdict(list)
    for answer in session.scalars(select(AuditAnswer).where(AuditAnswer.audit_id == audit.id)):
        answers[answer.item_id].append(answer)
    whole = {
        item_id: given
        for item_id, given in answers.items()
        if len(given) == n_askings[item_id] and all(one.outcome != UNSCORED for one in given)
    }
    unscored = Counter(one.failure for given in answers.values() for one in given if one.failure)
    return AuditResults(
        audit=audit,
        n_answered=sum(map(len, answers.values())),
        n_questions=n_askings.total(),
        consistency=measure_consistency(_pair(session, audit.submission_id, whole)),
        unscored=dict(unscored.most_common()),
        replies=count_audit_replies(session, audit),
    )


def _pair(
    session: Session, submission_id: str, answers: dict[int, list[AuditAnswer]]
) -> Sequence[AuditedItem]:
    """Each item's prediction as submitted beside its answers under the shifts.

    All are as the parser alone reads them: no second reader is asked about the answers of an audit.
    """
    rows = session.execute(
        select(Item.id, Item.case_key, ParsedPrediction)
        .join(Prediction, Prediction.item_id == Item.id)
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(Prediction.submission_id == submission_id, Item.id.in_(answers))
        .order_by(Item.position)
    )
    return [
        AuditedItem(
            case_key,
            _UNPARSED
            if parsed.parser_version.endswith(BY_READER)
            else Reading(parsed.outcome, parsed.letters or None, parsed.is_correct),
            [Reading(one.outcome, one.letter, one.is_correct) for one in answers[item_id]],
        )
        for item_id, case_key, parsed in rows
    ]
