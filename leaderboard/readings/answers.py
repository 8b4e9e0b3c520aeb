"""How MCQ predictions were read: what is stored, and by which rule it can be read again."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.models.reading import BY_READER, ReaderCall, ReaderOutcome
from leaderboard.readings.reading import AnswerReading, ShownItem
from leaderboard.scoring.answers import PARSER_VERSION, AnswerOutcome, explain_answer


class Stored(NamedTuple):
    """What is stored of a prediction's reading, without whether it is right."""

    outcome: str
    letters: str
    parser_version: str

    @property
    def is_by_model(self) -> bool:
        """Whether a language model read it where the parser had not."""
        return self.parser_version.endswith(BY_READER)


class Second(NamedTuple):
    """Which language model read a text, and its quote."""

    reader: str
    quote: str


def read_seconds(session: Session, prediction_ids: Collection[int]) -> dict[int, Second]:
    """What language models read of these predictions, by prediction; the first answer counts."""
    if not prediction_ids:
        return {}
    found: dict[int, Second] = {}
    for prediction_id, reader, quote in session.execute(
        select(ReaderCall.prediction_id, ReaderCall.reader, ReaderCall.quote)
        .where(
            ReaderCall.prediction_id.in_(prediction_ids),
            ReaderCall.outcome == ReaderOutcome.ANSWERED,
        )
        .order_by(ReaderCall.id)
    ):
        found.setdefault(prediction_id, Second(reader, quote))
    return found


def make_answer(
    stored: Stored, text: str, item: ShownItem, second: Second | None = None
) -> AnswerReading:
    """The stored reading with the rule and words by which today's parser reads the same."""
    version = stored.parser_version.removesuffix(BY_READER)
    outcome = AnswerOutcome(stored.outcome)
    is_outdated = version != PARSER_VERSION
    if stored.is_by_model:
        quote = second.quote if second else ""
        reader = second.reader if second else ""
        return AnswerReading(
            outcome, stored.letters, version, is_outdated, None, quote, reader, None
        )
    found = explain_answer(text, item.options, multiple=item.multiple)
    letters = "".join(found.answer.letters)
    is_same = (found.answer.outcome, letters) == (outcome, stored.letters)
    return AnswerReading(
        outcome=outcome,
        letters=stored.letters,
        parser_version=version,
        is_outdated=is_outdated,
        rule=found.rule if is_same else None,
        words=found.words if is_same else "",
        reader=None,
        today=None if is_same else (found.answer.outcome, letters),
    )
