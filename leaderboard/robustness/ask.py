"""Ask the questions of a robustness audit that have no answer yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.endpoints.engine.progress import Ending, ItemOutcome, Progress, RunSummary
from leaderboard.endpoints.engine.requests import ItemRequest
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings
from leaderboard.endpoints.registry.endpoints import open_endpoint, read_settings
from leaderboard.endpoints.registry.settings import TeamSettings
from leaderboard.errors import ClaimLost, PermanentError
from leaderboard.evaluation.ask import CHUNK, make_request, make_sent_row, read_items_to_ask
from leaderboard.evaluation.collect import EndpointAccess, rest_of_budget
from leaderboard.evaluation.silence import MAX_FAILED_SHARE
from leaderboard.leases import Claim, claim_row, end, renew
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.endpoint import EndpointRun, SentItem
from leaderboard.models.reference import ItemReference
from leaderboard.models.robustness import (
    AuditAnswer,
    AuditQuestion,
    AuditReply,
    AuditState,
    RobustnessAudit,
)
from leaderboard.packages.prompts import make_prompt
from leaderboard.robustness.lease import AUDITS
from leaderboard.robustness.replies import UNSCORED, count_audit_replies
from leaderboard.robustness.request import Question, get_audited_endpoint
from leaderboard.scoring.answers import PARSER_VERSION, parse_answer
from leaderboard.scoring.statistics.consistency import restore_letter, rotate_options
from leaderboard.submissions.endpoint_replies import describe_reply


@dataclass(frozen=True)
class _Plan:
    """What is left to ask, and with what."""

    submission_id: str
    endpoint: EndpointSettings
    settings: TeamSettings
    budget: Budget
    missing: Sequence[Question]


def ask_audit(sessions: Sessions, audit_id: int, access: EndpointAccess) -> None:
    """Ask what is missing of a waiting audit, to its end; do nothing if it does not wait.

    A run that loses the row stops and writes no more.
    """
    with sessions.write() as session:
        claim = claim_row(session, AUDITS, audit_id)
    if claim is None:
        return
    try:
        with sessions.read() as session:
            plan = _make_plan(session, claim, access)
        summary = _ask(sessions, claim, plan, access)
        if summary.ending is not Ending.STOPPED:
            with sessions.write() as session:
                _end(session, claim, summary)
    except ClaimLost:
        return
    except PermanentError as error:
        with sessions.write() as session:
            _give_up(session, claim, AuditState.FAILED, f"{error.message} {error.remedy}".strip())


def _make_plan(session: Session, claim: Claim[int], access: EndpointAccess) -> _Plan:
    audit = session.get_one(RobustnessAudit, claim.key)
    run = session.get_one(EndpointRun, audit.submission_id)
    endpoint, settings = get_audited_endpoint(session, run), read_settings(run)
    answered = {
        Question(*row)
        for row in session.execute(
            select(AuditAnswer.item_id, AuditAnswer.rotation).filter_by(audit_id=audit.id)
        )
    }
    asked = session.execute(
        select(AuditQuestion.item_id, AuditQuestion.rotation)
        .join(Item, Item.id == AuditQuestion.item_id)
        .where(AuditQuestion.audit_id == audit.id)
        .order_by(Item.position, AuditQuestion.rotation)
    )
    return _Plan(
        submission_id=audit.submission_id,
        endpoint=open_endpoint(endpoint, settings, access.vault),
        settings=settings,
        budget=rest_of_budget(settings.make_budget(access.budget), audit),
        missing=[question for row in asked if (question := Question(*row)) not in answered],
    )


def _ask(sessions: Sessions, claim: Claim[int], plan: _Plan, access: EndpointAccess) -> RunSummary:
    sink = _Sink(sessions, claim, plan)
    return collect(
        plan.endpoint,
        _make_requests(sessions, claim, plan),
        sink.take,
        plan.budget,
        sink.is_lost,
        n_total=len(plan.missing),
        policy=access.policy,
        limits=access.limits,
    )


def _make_requests(sessions: Sessions, claim: Claim[int], plan: _Plan) -> Iterator[ItemRequest]:
    """The requests in order, logged by hash some at a time before they can leave."""
    for start in range(0, len(plan.missing), CHUNK):
        questions = plan.missing[start : start + CHUNK]
        with sessions.read() as session:
            rows = read_items_to_ask(session, [question.item_id for question in questions])
            items = {item.id: item for item in rows}
            manifest = session.get_one(Split, rows[0].split_id).benchmark.manifest
            requests = [
                _make_request(manifest, items[question.item_id], question, plan.settings)
                for question in questions
            ]
        sent = [
            make_sent_row(plan.submission_id, question.item_id, request, plan.endpoint)
            for question, request in zip(questions, requests, strict=True)
        ]
        with sessions.write() as session:
            renew(session, claim)
            session.execute(insert(SentItem), sent)
        yield from requests


def _make_request(
    manifest: dict[str, Any], item: Item, question: Question, settings: TeamSettings
) -> ItemRequest:
    prompt = make_prompt(manifest, item, rotate_options(item.options, question.rotation))
    return make_request(prompt, item, settings, _name(question))


def _name(question: Question) -> str:
    return f"{question.item_id}:{question.rotation}"


class _Sink:
    """Writes what a run brings, in the transactions that renew its claim."""

    def __init__(self, sessions: Sessions, claim: Claim[int], plan: _Plan) -> None:
        self._sessions = sessions
        self._claim = claim
        self._questions = {_name(question): question for question in plan.missing}
        self._begun_at = now()
        with sessions.read() as session:
            audit = session.get_one(RobustnessAudit, claim.key)
            self._before = (audit.n_requests, audit.n_tokens, audit.seconds)
            ids = {question.item_id for question in plan.missing}
            rows = session.execute(
                select(Item.id, Item.options, ItemReference.answer)
                .join(ItemReference, ItemReference.item_id == Item.id)
                .where(Item.id.in_(ids))
            )
            self._items = {item_id: (options, answer) for item_id, options, answer in rows}

    def take(self, batch: Sequence[ItemOutcome], progress: Progress) -> None:
        """Keep settled questions and the figures; also called with nothing new, for the claim."""
        n_requests, n_tokens, seconds = self._before
        answers = [self._read(outcome) for outcome in batch]
        replies = [row for outcome in batch if (row := self._describe(outcome))]
        with self._sessions.write() as session:
            renew(
                session,
                self._claim,
                n_requests=n_requests + progress.n_requests,
                n_tokens=n_tokens + progress.n_tokens,
                seconds=seconds + (now() - self._begun_at).total_seconds(),
            )
            if answers:
                session.execute(insert(AuditAnswer), answers)
            if replies:
                session.execute(insert(AuditReply), replies)

    def _read(self, outcome: ItemOutcome) -> dict[str, Any]:
        """The answer as a row, its letter carried back to the item's own order."""
        question = self._questions[outcome.key]
        options, right = self._items[question.item_id]
        read, letter = UNSCORED, None
        if outcome.prediction is not None:
            shown = rotate_options(options, question.rotation)
            parsed = parse_answer(outcome.prediction, shown, multiple=False)
            read = parsed.outcome.value
            for given in parsed.letters:
                letter = restore_letter(list(options), given, question.rotation)
        return {
            "audit_id": self._claim.key,
            **question._asdict(),
            "text": outcome.prediction or "",
            "outcome": read,
            "letter": letter,
            "is_correct": letter is not None and [letter] == right,
            "failure": outcome.failure.reason.value if outcome.failure else "",
            "parser_version": PARSER_VERSION,
            "asked_at": now(),
        }

    def _describe(self, outcome: ItemOutcome) -> dict[str, Any] | None:
        """The row of a reply that was cut, only reasoning or filtered; None for any other."""
        if outcome.reply is None:
            return None
        question = self._questions[outcome.key]
        shown = rotate_options(self._items[question.item_id][0], question.rotation)
        facts = describe_reply(outcome.reply, shown, multiple=False)
        if not any(facts):
            return None
        return {"audit_id": self._claim.key, **question._asdict(), **facts._asdict()}

    def is_lost(self) -> bool:
        """Whether the audit went to another run, or the endpoint was deleted."""
        with self._sessions.read() as session:
            row = session.execute(
                select(RobustnessAudit.run_id, EndpointRun.endpoint_id)
                .join(EndpointRun, EndpointRun.submission_id == RobustnessAudit.submission_id)
                .where(RobustnessAudit.id == self._claim.key)
            ).one()
        return row.run_id != self._claim.token or row.endpoint_id is None


def _end(session: Session, claim: Claim[int], summary: RunSummary) -> None:
    """Give the audit up as finished, or as failed where too little came of it."""
    if summary.ending is not Ending.COMPLETE:
        reason = f"{summary.message} {summary.remedy}".strip()
        _give_up(session, claim, AuditState.FAILED, reason)
        return
    n_total, n_failed = (
        session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
        for table, conditions in (
            (AuditQuestion, [AuditQuestion.audit_id == claim.key]),
            (
                AuditAnswer,
                [AuditAnswer.audit_id == claim.key, AuditAnswer.outcome == UNSCORED],
            ),
        )
    )
    replies = count_audit_replies(session, session.get_one(RobustnessAudit, claim.key))
    is_useless = n_failed + replies.n_silent > MAX_FAILED_SHARE * n_total
    state = AuditState.FAILED if is_useless else AuditState.FINISHED
    reason = f"{n_failed:,} of {n_total:,} questions got no answer."
    _give_up(session, claim, state, " ".join((reason, *replies.notes)))


def _give_up(session: Session, claim: Claim[int], state: AuditState, reason: str) -> None:
    end(session, claim, state=state, reason=reason, finished_at=now())
