"""Parse the MCQ predictions of a submission to letters and compare them with the answers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions
from leaderboard.evaluation.claim import advance
from leaderboard.leases import Claim
from leaderboard.models.benchmark import Item, ItemKind
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import ParsedPrediction, Prediction, Step
from leaderboard.scoring.answers import PARSER_VERSION, parse_answer
from leaderboard.scoring.mcq import score_mcq

BATCH_SIZE = 2_000
BATCH_SECONDS = 3.0
"""Well within a lease, whose heartbeat each batch renews, even on slow texts."""

T = TypeVar("T")


class _Unparsed(NamedTuple):
    prediction_id: int
    text: str
    options: dict[str, str]
    multiple: bool
    answer: list[str]


def parse_predictions(sessions: Sessions, claim: Claim[str]) -> None:
    """Parse what is not parsed yet, in batches; each renews the claim."""
    with sessions.read() as session:
        rows = _read_unparsed(session, claim.key)
    for parsed in in_batches(map(_parse, rows), most=BATCH_SIZE, seconds=BATCH_SECONDS):
        with sessions.write() as session:
            advance(session, claim, Step.PARSE, len(parsed))
            session.execute(insert(ParsedPrediction), parsed)


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


def _read_unparsed(session: Session, submission_id: str) -> list[_Unparsed]:
    rows = session.execute(
        select(Prediction.id, Prediction.text, Item.options, Item.multiple, ItemReference.answer)
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
    return [_Unparsed(*row) for row in rows]


def _parse(row: _Unparsed) -> dict[str, Any]:
    prediction_id, text, options, multiple, answer = row
    parsed = parse_answer(text, options, multiple=multiple)
    outcome = score_mcq(parsed, frozenset(answer))
    return {
        "prediction_id": prediction_id,
        "outcome": parsed.outcome.value,
        "letters": "".join(parsed.letters),
        "is_correct": outcome.is_correct,
        "precision": outcome.precision if multiple else None,
        "recall": outcome.recall if multiple else None,
        "parser_version": PARSER_VERSION,
    }
