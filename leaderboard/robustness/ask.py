"""Ask the questions of a robustness audit that have no answer yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import Base, Sessions, now
from leaderboard.endpoints.engine.progress import ItemOutcome
from leaderboard.evaluation.ask import make_request, read_items_to_ask
from leaderboard.evaluation.collect import EndpointAccess
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.reference import ItemReference
from leaderboard.models.robustness import AuditAnswer, AuditQuestion, AuditReply, RobustnessAudit
from leaderboard.packages.prompts import make_prompt
from leaderboard.robustness.lease import AUDITS
from leaderboard.robustness.replies import UNSCORED, count_audit_replies
from leaderboard.robustness.request import Question
from leaderboard.robustness.run import Asking, AuditRun, Yield, carry_out
from leaderboard.scoring.answers import PARSER_VERSION, parse_answer
from leaderboard.scoring.statistics.consistency import restore_letter, rotate_options
from leaderboard.submissions.endpoint_replies import describe_reply


def ask_audit(sessions: Sessions, audit_id: int, access: EndpointAccess) -> None:
    """Ask what is missing of a waiting robustness audit, to its end."""
    carry_out(_Run, AUDITS, sessions, audit_id, access)


class _Run(AuditRun[Question]):
    """Asks items with their options shifted."""

    audits = RobustnessAudit

    def read_missing(self, session: Session) -> list[Question]:
        answered = {
            Question(*row)
            for row in session.execute(
                select(AuditAnswer.item_id, AuditAnswer.rotation).filter_by(audit_id=self.claim.key)
            )
        }
        asked = session.execute(
            select(AuditQuestion.item_id, AuditQuestion.rotation)
            .join(Item, Item.id == AuditQuestion.item_id)
            .where(AuditQuestion.audit_id == self.claim.key)
            .order_by(Item.position, AuditQuestion.rotation)
        )
        missing = [question for row in asked if (question := Question(*row)) not in answered]
        rows = session.execute(
            select(Item.id, Item.options, ItemReference.answer)
            .join(ItemReference, ItemReference.item_id == Item.id)
            .where(Item.id.in_({question.item_id for question in missing}))
        )
        self._items = {item_id: (options, answer) for item_id, options, answer in rows}
        return missing

    def make_askings(self, session: Session, questions: Mapping[str, Question]) -> list[Asking]:
        rows = read_items_to_ask(session, [one.item_id for one in questions.values()])
        items = {item.id: item for item in rows}
        manifest = session.get_one(Split, rows[0].split_id).benchmark.manifest
        return [
            self._make_asking(manifest, items[question.item_id], question, key)
            for key, question in questions.items()
        ]

    def _make_asking(
        self, manifest: Mapping[str, Any], item: Item, question: Question, key: str
    ) -> Asking:
        prompt = make_prompt(manifest, item, rotate_options(item.options, question.rotation))
        return Asking(make_request(prompt, item, self.settings, key), item.id)

    def read(self, question: Question, outcome: ItemOutcome) -> list[Base]:
        """The answer, and how its reply ended where it was cut, only reasoning or filtered."""
        reply = self._describe(question, outcome)
        answer = self._read_answer(question, outcome)
        return [answer] if reply is None else [answer, reply]

    def _read_answer(self, question: Question, outcome: ItemOutcome) -> AuditAnswer:
        """The answer as a row, its letter carried back to the item's own order."""
        options, right = self._items[question.item_id]
        read, letter = UNSCORED, None
        if outcome.prediction is not None:
            shown = rotate_options(options, question.rotation)
            parsed = parse_answer(outcome.prediction, shown, multiple=False)
            read = parsed.outcome.value
            for given in parsed.letters:
                letter = restore_letter(list(options), given, question.rotation)
        return AuditAnswer(
            audit_id=self.claim.key,
            **question._asdict(),
            text=outcome.prediction or "",
            outcome=read,
            letter=letter,
            is_correct=letter is not None and [letter] == right,
            failure=outcome.failure.reason.value if outcome.failure else "",
            parser_version=PARSER_VERSION,
            asked_at=now(),
        )

    def _describe(self, question: Question, outcome: ItemOutcome) -> AuditReply | None:
        if outcome.reply is None:
            return None
        shown = rotate_options(self._items[question.item_id][0], question.rotation)
        facts = describe_reply(outcome.reply, shown, multiple=False)
        if not any(facts):
            return None
        return AuditReply(audit_id=self.claim.key, **question._asdict(), **facts._asdict())

    def count(self, session: Session) -> Yield:
        n_total, n_failed = (
            session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
            for table, conditions in (
                (AuditQuestion, [AuditQuestion.audit_id == self.claim.key]),
                (
                    AuditAnswer,
                    [AuditAnswer.audit_id == self.claim.key, AuditAnswer.outcome == UNSCORED],
                ),
            )
        )
        replies = count_audit_replies(session, session.get_one(RobustnessAudit, self.claim.key))
        return Yield(n_total, n_failed, n_failed + replies.n_silent, replies.notes)
