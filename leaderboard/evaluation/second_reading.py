"""Have a language model read what the answer parser left unparsed, and nothing else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from leaderboard.db import Sessions
from leaderboard.evaluation.parse import READ, make_reading
from leaderboard.evaluation.rating.ledger import Ledger
from leaderboard.judges.client import JudgeClient
from leaderboard.judges.together import run_together
from leaderboard.leases import Claim, renew
from leaderboard.models.benchmark import Item
from leaderboard.models.reading import BY_READER, ReaderCall, ReaderOutcome
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import ParsedPrediction, Prediction, Step, Submission
from leaderboard.readers.reader import Reader, Unread
from leaderboard.scoring.answers import PARSER_VERSION, AnswerOutcome, ParsedAnswer
from leaderboard.scoring.replies import read_said
from leaderboard.third_parties import read_third_parties

log = logging.getLogger(__name__)
READ_BY_MODEL = f"{PARSER_VERSION}{BY_READER}"
AT_ONCE = 500
"""Texts that are held in memory, and readings that are written in one transaction."""


class _Task(NamedTuple):
    prediction_id: int
    unread: Unread


def fill_unparsed(sessions: Sessions, claim: Claim[str], reader: Reader) -> None:
    """Ask about each unparsed prediction once, then fill in what was read.

    Replies are kept as they come, so that a resumed run asks nothing twice; the readings follow
    from them alone. Nothing is asked where the host lets no third party have items, and the reader
    is one. No transaction is open during a call. Raises ReaderUnavailable and ClaimLost.
    """
    with sessions.read() as session:
        ids = _find_unasked(session, claim.key, reader)
    if ids and _may_ask(sessions, claim.key, reader):
        asyncio.run(_ask_all(sessions, claim, reader, ids))
    with sessions.read() as session:
        rows = _read_answered(session, claim.key, reader)
    for start in range(0, len(rows), AT_ONCE):
        with sessions.write() as session:
            renew(session, claim, step=Step.PARSE)
            _fill(session, rows[start : start + AT_ONCE])


def _may_ask(sessions: Sessions, submission_id: str, reader: Reader) -> bool:
    if reader.settings.own_server:
        return True
    with sessions.read() as session:
        benchmark = session.get_one(Submission, submission_id).split.benchmark
        may = read_third_parties(session, benchmark.slug).judges
    if not may:
        log.info("%s: items may not go to the reader %s", benchmark.slug, reader.name)
    return may


def _find_unasked(session: Session, submission_id: str, reader: Reader) -> Sequence[int]:
    """Unparsed predictions of which this reader has no reply yet; failed requests are none."""
    is_asked = (
        select(ReaderCall.id)
        .where(
            ReaderCall.prediction_id == Prediction.id,
            ReaderCall.reader == reader.name,
            ReaderCall.version == reader.version,
            ReaderCall.outcome != ReaderOutcome.ERROR,
        )
        .exists()
    )
    return session.scalars(
        select(Prediction.id)
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(
            Prediction.submission_id == submission_id,
            ParsedPrediction.outcome == AnswerOutcome.UNPARSED.value,
            ~is_asked,
        )
        .order_by(Prediction.id)
    ).all()


async def _ask_all(
    sessions: Sessions, claim: Claim[str], reader: Reader, ids: Sequence[int]
) -> None:
    ledger = Ledger(sessions, claim, Step.PARSE)

    async def work() -> None:
        async with JudgeClient(reader.settings) as client:
            for start in range(0, len(ids), AT_ONCE):
                if not await asyncio.to_thread(_may_ask, sessions, claim.key, reader):
                    return
                tasks = await asyncio.to_thread(_read_tasks, sessions, ids[start : start + AT_ONCE])
                await run_together(_ask(ledger, claim.key, client, reader, task) for task in tasks)

    await ledger.run(work())


def _read_tasks(sessions: Sessions, ids: Sequence[int]) -> list[_Task]:
    """What there is to ask; nothing of a text that says nothing outside its thoughts."""
    with sessions.read() as session:
        rows = session.execute(
            select(Prediction.id, Prediction.text, Item.options, Item.multiple)
            .join(Item, Item.id == Prediction.item_id)
            .where(Prediction.id.in_(ids))
            .order_by(Prediction.id)
        ).all()
    said = [read_said(row.text).strip() for row in rows]
    return [
        _Task(row.id, Unread(text, row.options, row.multiple))
        for row, text in zip(rows, said, strict=True)
        if text
    ]


async def _ask(
    ledger: Ledger, submission_id: str, client: JudgeClient, reader: Reader, task: _Task
) -> None:
    call, failure = await reader.ask(client, task.unread)
    key = {
        "submission_id": submission_id,
        "prediction_id": task.prediction_id,
        "reader": reader.name,
        "version": reader.version,
    }
    ledger.add(ReaderCall, [key | asdict(call)])
    if failure is not None:
        raise failure


def _read_answered(session: Session, submission_id: str, reader: Reader) -> Sequence[Any]:
    """The letters that this reader read of predictions that are still unparsed, with the key."""
    return session.execute(
        select(ReaderCall.prediction_id, ReaderCall.letters, Item.multiple, ItemReference.answer)
        .join(Prediction, Prediction.id == ReaderCall.prediction_id)
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .join(Item, Item.id == Prediction.item_id)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .where(
            ReaderCall.submission_id == submission_id,
            ReaderCall.reader == reader.name,
            ReaderCall.version == reader.version,
            ReaderCall.outcome == ReaderOutcome.ANSWERED,
            ParsedPrediction.outcome == AnswerOutcome.UNPARSED.value,
        )
        .order_by(ReaderCall.prediction_id, ReaderCall.id)
    ).all()


def _fill(session: Session, rows: Sequence[Any]) -> None:
    """Only what is still unparsed takes a reading."""
    values = []
    for prediction_id, letters, multiple, answer in rows:
        parsed = ParsedAnswer(AnswerOutcome.ANSWERED, tuple(letters))
        new = make_reading(parsed, frozenset(answer), READ_BY_MODEL, multiple=multiple)
        values.append(
            {"key": prediction_id}
            | {f"new_{name}": value for name, value in zip(READ, new, strict=True)}
        )
    session.connection().execute(
        update(ParsedPrediction)
        .where(
            ParsedPrediction.prediction_id == bindparam("key"),
            ParsedPrediction.outcome == AnswerOutcome.UNPARSED.value,
        )
        .values({name: bindparam(f"new_{name}") for name in READ}),
        values,
    )
