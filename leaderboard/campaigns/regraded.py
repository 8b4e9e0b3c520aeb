"""The errors that questions with another harm make of what was read: all else stands as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.campaigns.plan import View
from leaderboard.evaluation.harm import describe_question
from leaderboard.models.harm import HarmValues
from leaderboard.models.submission import ParsedPrediction, Prediction
from leaderboard.scoring.harm_rates import unpack_rows

ItemRows = dict[int, list[int]]
"""Rows of `scoring.harm.COLUMNS` by the ids of items as they would be."""


def read_new_rows(session: Session, keys: Collection[str], view: View) -> dict[str, ItemRows]:
    """The rows that would be other than what is stored, by submission, of those with any.

    Where no errors of a submission are stored, all of them are other.
    """
    if not view.regraded:
        return {}
    read = _read_readings(session, keys, view)
    places = {
        item_id: place
        for place, item_id in enumerate(view.facts.items["item_id"])
        if item_id in view.regraded
    }
    query = select(HarmValues).where(HarmValues.submission_id.in_(keys))
    stored = {one.submission_id: unpack_rows(one.content) for one in session.scalars(query)}
    found: dict[str, ItemRows] = {}
    for key in keys:
        before = stored.get(key)
        new = {
            item_id: describe_question(view.facts.graded.get(item_id), read[key].get(item_id))
            for item_id in places
        }
        rows = {
            item_id: row
            for item_id, row in new.items()
            if before is None or row != before[places[item_id]].tolist()
        }
        if rows:
            found[key] = rows
    return found


def _read_readings(
    session: Session, keys: Collection[str], view: View
) -> dict[str, dict[int, tuple[str, str]]]:
    """Outcome and letters of the predictions for these questions, by submission and item."""
    carried = {} if view.diff is None else view.diff.carried
    before = {old: new for old, new in carried.items() if new in view.regraded}
    rows = session.execute(
        select(
            *(Prediction.submission_id, Prediction.item_id),
            *(ParsedPrediction.outcome, ParsedPrediction.letters),
        )
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(Prediction.submission_id.in_(keys), Prediction.item_id.in_(before))
    )
    found: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for key, item_id, outcome, letters in rows:
        found[key][before[item_id]] = (outcome, letters)
    return found
