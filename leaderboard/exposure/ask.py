"""Ask the questions of an exposure audit that have no answer yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import Base, Sessions, now
from leaderboard.endpoints.engine.progress import ItemOutcome
from leaderboard.endpoints.engine.requests import ItemRequest, Message
from leaderboard.evaluation.collect import EndpointAccess
from leaderboard.exposure.lease import EXPOSURES
from leaderboard.exposure.prompts import ask_for_canary, ask_for_option, ask_for_rest
from leaderboard.models.benchmark import Answers, Item, Split, Track
from leaderboard.models.exposure import ExposureAnswer, ExposureAudit, ExposureQuestion, Way
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import Submission
from leaderboard.robustness.replies import UNSCORED
from leaderboard.robustness.run import Asking, AuditRun, Yield, carry_out
from leaderboard.scoring.answers import AnswerOutcome, parse_answer
from leaderboard.scoring.replies import read_said
from leaderboard.scoring.statistics.exposure import (
    Halves,
    completes_canary,
    cut_canary,
    cut_question,
    measure_continuation,
)
from leaderboard.submissions.endpoint_replies import describe_reply

SILENT = "no answer in the reply"


class _Question(NamedTuple):
    """A question with all that asking and reading it takes; `item` is None for the canary."""

    place: int
    way: Way
    item: Item | None
    split: Split
    manifest: Mapping[str, Any]
    right: Sequence[str]

    @property
    def halves(self) -> Halves:
        """The text that is cut in two. Raises ValueError where it cannot be."""
        text = self.item.question if self.item else self.manifest["canary"]
        halves = cut_question(text) if self.way is Way.QUESTION else cut_canary(text)
        if halves is None:
            raise ValueError(f"{text!r} is too short to be cut")
        return halves


def ask_exposure(sessions: Sessions, audit_id: int, access: EndpointAccess) -> None:
    """Ask what is missing of a waiting exposure audit, to its end."""
    carry_out(_Run, EXPOSURES, sessions, audit_id, access)


class _Run(AuditRun[_Question]):
    """Asks items with a part left out; no picture is sent."""

    audits = ExposureAudit

    def read_missing(self, session: Session) -> list[_Question]:
        own = session.get_one(Submission, self.submission_id).split
        answered = select(ExposureAnswer.place).where(ExposureAnswer.audit_id == self.claim.key)
        rows = session.execute(
            select(ExposureQuestion, Item, Split, ItemReference.answer)
            .outerjoin(Item, Item.id == ExposureQuestion.item_id)
            .outerjoin(Split, Split.id == Item.split_id)
            .outerjoin(ItemReference, ItemReference.item_id == Item.id)
            .where(
                ExposureQuestion.audit_id == self.claim.key,
                ExposureQuestion.place.not_in(answered),
            )
            .order_by(ExposureQuestion.place)
        )
        missing = []
        for question, item, its_split, right in rows:
            split = its_split if question.item_id else own
            manifest = split.benchmark.manifest
            missing.append(
                _Question(question.place, question.way, item, split, manifest, right or [])
            )
        return missing

    def make_askings(self, session: Session, questions: Mapping[str, _Question]) -> list[Asking]:
        return [
            Asking(self._make_request(key, question), _find_logged(question))
            for key, question in questions.items()
        ]

    def _make_request(self, key: str, question: _Question) -> ItemRequest:
        track = question.item.track if question.item else Track.TEXT
        return ItemRequest(
            key,
            (Message("user", (_make_prompt(question),)),),
            self.settings.tokens_of(track),
        )

    def read(self, question: _Question, outcome: ItemOutcome) -> list[Base]:
        """The answer as a row; a reply that was cut before an answer gives none."""
        options = question.item.options if question.item and question.way is Way.OPTIONS else {}
        failure = outcome.failure.reason.value if outcome.failure else ""
        if outcome.reply is not None:
            is_silent = describe_reply(outcome.reply, options, multiple=False).is_silent
            failure = SILENT if is_silent else failure
        text = outcome.prediction or ""
        read, score = (UNSCORED, 0.0) if failure else _read_answer(question, options, text)
        return [
            ExposureAnswer(
                audit_id=self.claim.key,
                place=question.place,
                text=text,
                outcome=read,
                score=score,
                failure=failure,
                asked_at=now(),
            )
        ]

    def count(self, session: Session) -> Yield:
        n_total, n_failed = (
            session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
            for table, conditions in (
                (ExposureQuestion, [ExposureQuestion.audit_id == self.claim.key]),
                (
                    ExposureAnswer,
                    [ExposureAnswer.audit_id == self.claim.key, ExposureAnswer.outcome == UNSCORED],
                ),
            )
        )
        return Yield(n_total, n_failed, n_failed)


def _find_logged(question: _Question) -> int | None:
    """The item that a request tells of, unless everybody may see it."""
    if question.item is None or question.split.answers is Answers.PUBLIC:
        return None
    return question.item.id


def _make_prompt(question: _Question) -> str:
    manifest = question.manifest
    if question.item is None:
        return ask_for_canary(manifest, question.halves)
    if question.way is Way.OPTIONS:
        return ask_for_option(manifest, question.item)
    return ask_for_rest(manifest, question.halves, question.split.name)


def _read_answer(question: _Question, options: Mapping[str, str], text: str) -> tuple[str, float]:
    """The outcome of an answer, and its score."""
    if question.way is Way.OPTIONS:
        parsed = parse_answer(text, options, multiple=False)
        return parsed.outcome.value, float(list(parsed.letters) == list(question.right))
    said = read_said(text)
    if question.way is Way.QUESTION:
        score = measure_continuation(question.halves, said)
    else:
        score = float(completes_canary(question.halves, said))
    return AnswerOutcome.ANSWERED.value, score
