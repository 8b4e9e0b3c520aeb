"""What is read and rated again of one submission, before it is scored anew."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.campaigns.content import Changed, NewRating, NewReading
from leaderboard.campaigns.plan import Key, View
from leaderboard.items.reports import read_cases
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Item, ItemKind
from leaderboard.models.rating import Rater
from leaderboard.models.reading import BY_READER
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import ParsedPrediction, Prediction
from leaderboard.scoring.answers import AnswerOutcome, ParsedAnswer, parse_answer
from leaderboard.scoring.mcq import score_mcq


class _Stored(NamedTuple):
    """An MCQ prediction as it was read, with what a model saw of its item, and its key."""

    submission_id: str
    prediction_id: int
    item_id: int
    text: str
    outcome: str
    letters: str
    is_correct: bool
    precision: float | None
    recall: float | None
    parser_version: str
    options: dict[str, str]
    multiple: bool
    answer: list[str]


def read_changes(session: Session, submission_id: str, view: View) -> Changed:
    """What of a submission's readings and ratings would be other than what is stored.

    Only what carries over is looked at. Where the parser's version stays, only predictions for
    items with a corrected key can be.
    """
    if not view.plan.is_reread and not view.keys and not view.rerated:
        return Changed()
    readings = read_new_readings(session, [submission_id], view)
    return Changed(
        tuple(readings.get(submission_id, ())), tuple(_rate(session, submission_id, view))
    )


def read_new_readings(
    session: Session, keys: Collection[str], view: View
) -> dict[str, list[NewReading]]:
    """The readings that would be other than what is stored, by submission, of those with any."""
    found: dict[str, list[NewReading]] = {}
    for row in _read_stored(session, keys, view):
        item_id = view.carry(row.item_id)
        if item_id is None:
            continue
        key = view.keys.get(item_id) or Key(frozenset(row.answer), row.multiple)
        new = _read_again(row, item_id, key, is_reread=view.plan.is_reread)
        if new[2:7] != (row.outcome, row.letters, row.is_correct, row.precision, row.recall):
            found.setdefault(row.submission_id, []).append(new)
    return found


def _read_stored(session: Session, keys: Collection[str], view: View) -> list[_Stored]:
    query = (
        select(
            *(Prediction.submission_id, Prediction.id, Prediction.item_id, Prediction.text),
            *(ParsedPrediction.outcome, ParsedPrediction.letters, ParsedPrediction.is_correct),
            *(ParsedPrediction.precision, ParsedPrediction.recall),
            ParsedPrediction.parser_version,
            *(Item.options, Item.multiple, ItemReference.answer),
        )
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .join(Item, Item.id == Prediction.item_id)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .where(Prediction.submission_id.in_(keys))
        .order_by(Prediction.id)
    )
    if not view.plan.is_reread:
        carried = {} if view.diff is None else view.diff.carried
        before = [old for old, new in carried.items() if new in view.keys]
        query = query.where(Prediction.item_id.in_(before))
    return [_Stored(*tuple(row)) for row in session.execute(query)]


def _read_again(row: _Stored, item_id: int, key: Key, *, is_reread: bool) -> NewReading:
    """What a prediction says by today's parser, compared with `key`.

    What a second reader read stays, unless the parser reads it now.
    """
    letters, outcome = tuple(row.letters), AnswerOutcome(row.outcome)
    by_reader = row.parser_version.endswith(BY_READER)
    if is_reread:
        parsed = parse_answer(row.text, row.options, multiple=row.multiple)
        if not by_reader or parsed.outcome is AnswerOutcome.ANSWERED:
            letters, outcome, by_reader = parsed.letters, parsed.outcome, False
    scored = score_mcq(ParsedAnswer(outcome, letters), key.letters)
    return NewReading(
        row.prediction_id,
        item_id,
        outcome.value,
        "".join(letters),
        scored.is_correct,
        scored.precision if key.multiple else None,
        scored.recall if key.multiple else None,
        by_reader,
    )


def _rate(session: Session, submission_id: str, view: View) -> list[NewRating]:
    """Ratings of reports by a reference that changed, by the judge that needs no model.

    Ratings of other judges would have to be paid: those reports are without any.
    """
    if not view.rerated or not is_free(session, view.plan.rater_id):
        return []
    rows = session.execute(
        select(Prediction.id, Prediction.item_id, Prediction.text)
        .join(Item, Item.id == Prediction.item_id)
        .where(Prediction.submission_id == submission_id, Item.kind == ItemKind.REPORT)
        .order_by(Prediction.id)
    )
    cases, judge = read_cases(session, view.rerated), ChecklistJudge()
    found = []
    for prediction_id, before, text in rows:
        item_id = view.carry(before)
        if item_id is not None and item_id in view.rerated:
            found += [
                NewRating(
                    prediction_id,
                    item_id,
                    one.dimension,
                    one.value,
                    one.reason,
                    tuple(one.evidence),
                )
                for one in judge.rate(cases[item_id], text)
            ]
    return found


def is_free(session: Session, rater_id: int | None) -> bool:
    """Whether the judge rates without a model that has to be asked."""
    rater = None if rater_id is None else session.get(Rater, rater_id)
    return rater is not None and rater.name == ChecklistJudge.identity.name
