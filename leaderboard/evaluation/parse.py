"""Parse the MCQ predictions of a submission to letters and compare them with the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row, Text, cast, delete, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, insert_rows
from leaderboard.evaluation.claim import advance
from leaderboard.leases import Claim, renew
from leaderboard.models.benchmark import Item, ItemKind
from leaderboard.models.reading import BY_READER
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import ParsedPrediction, Prediction, Step
from leaderboard.scoring.answers import PARSER_VERSION, ParsedAnswer, parse_answer
from leaderboard.scoring.mcq import score_mcq

BATCH_SIZE = 10_000
BATCH_SECONDS = 3.0
"""Well within a lease, whose heartbeat each batch renews, even on slow texts."""

T = TypeVar("T")


_Unparsed = Row[int, str, str, bool, str]
"""A prediction's id and text; its item's options as JSON, whether it has several answers, and
these as JSON: many items share them, and each is decoded once."""
_SHORT = 300
READ = ("outcome", "letters", "is_correct", "precision", "recall", "parser_version")
COLUMNS = ("prediction_id", *READ)


def parse_predictions(sessions: Sessions, claim: Claim[str]) -> None:
    """Parse what is not parsed yet, in batches; each renews the claim.

    What another version of the parser read, before an upgrade in the middle, is parsed again: a
    submission is read by one.
    """
    _forget_others(sessions, claim)
    with sessions.read() as session:
        rows = _read_unparsed(session, claim.key)
    for parsed in in_batches(map(_parse, rows), most=BATCH_SIZE, seconds=BATCH_SECONDS):
        with sessions.write() as session:
            advance(session, claim, Step.PARSE, len(parsed))
            insert_rows(session, ParsedPrediction, COLUMNS, parsed)


def _forget_others(sessions: Sessions, claim: Claim[str]) -> None:
    own = select(Prediction.id).where(Prediction.submission_id == claim.key)
    others = ParsedPrediction.prediction_id.in_(own) & ParsedPrediction.parser_version.not_in(
        [PARSER_VERSION, PARSER_VERSION + BY_READER]
    )
    with sessions.write() as session:
        renew(session, claim)
        session.execute(delete(ParsedPrediction).where(others))


def in_batches(
    work: Iterable[T], *, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
) -> Iterator[list[T]]:
    """Yield what `work` gives in lists of at most `most`, each as soon as it took `seconds`."""
    batch: list[T] = []
    begun = clock()
    for done in work:
        batch.append(done)
        if len(batch) >= most or clock() - begun >= seconds:
            yield batch
            batch, begun = [], clock()
    if batch:
        yield batch


def _read_unparsed(session: Session, submission_id: str) -> Sequence[_Unparsed]:
    rows = session.connection().execute(
        select(
            Prediction.id,
            Prediction.text,
            cast(Item.options, Text),
            Item.multiple,
            cast(ItemReference.answer, Text),
        )
        .join(Item, Item.id == Prediction.item_id)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .outerjoin(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(
            Prediction.submission_id == submission_id,
            Item.kind == ItemKind.MCQ,
            ParsedPrediction.prediction_id.is_(None),
        )
        .order_by(Prediction.id)
    )
    return rows.all()


def _parse(row: _Unparsed) -> tuple[Any, ...]:
    """A row of COLUMNS."""
    prediction_id, text, options, multiple, answer = row
    read = _read if len(text) > _SHORT else _read_short
    return (prediction_id, *read(text, options, multiple, answer))


def _read(text: str, options: str, multiple: bool, answer: str) -> tuple[Any, ...]:
    parsed = parse_answer(text, _decode_options(options), multiple=multiple)
    return make_reading(parsed, _decode_answer(answer), PARSER_VERSION, multiple=multiple)


def make_reading(
    parsed: ParsedAnswer, answer: frozenset[str], version: str, *, multiple: bool
) -> tuple[Any, ...]:
    """What was read, compared with the item's answer: the values of READ."""
    outcome = score_mcq(parsed, answer)
    return (
        parsed.outcome.value,
        "".join(parsed.letters),
        outcome.is_correct,
        outcome.precision if multiple else None,
        outcome.recall if multiple else None,
        version,
    )


_read_short = lru_cache(maxsize=4_096)(_read)
"""Of a thousand predictions that are one letter many are the same, for the same options."""


@lru_cache(maxsize=4_096)
def _decode_options(options: str) -> dict[str, str]:
    return msgspec.json.decode(options, type=dict[str, str])


@lru_cache(maxsize=1_024)
def _decode_answer(answer: str) -> frozenset[str]:
    return frozenset(msgspec.json.decode(answer, type=list[str]))
