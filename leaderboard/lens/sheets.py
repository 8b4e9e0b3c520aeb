"""What the results that count say of each item: the values, and the letters that were read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.items.values import unpack_values
from leaderboard.lens.results import Results, read_results
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.ranking import ItemValues
from leaderboard.models.submission import ParsedPrediction, Prediction
from leaderboard.packages.catalogue import read_items


@dataclass(frozen=True)
class Sheets:
    """A row for each result of `results.keys`, a column for each of `items`.

    values: (M, N) on 0..100, NaN where there is none; answers: (M, N) the letters, "" where none
    could be read. Of each track they are those of the file that counts there.
    """

    split: Split
    results: Results
    items: Sequence[Item]
    values: NDArray[np.float64]
    answers: NDArray[np.object_]


def read_sheets(session: Session, split: Split) -> Sheets:
    """The sheets of the results that count on a split, its items as in the package."""
    results, items = read_results(session, split), read_items(session, split)
    values = _read_values(session, split, results, items)
    return Sheets(split, results, items, values, _read_answers(session, split, results, items))


def _read_values(
    session: Session, split: Split, results: Results, items: Sequence[Item]
) -> NDArray[np.float64]:
    """(M, N) on 0..100, NaN where there is none; of each track those of the file that counts."""
    rows = session.execute(
        select(ItemValues.submission_id, ItemValues.content).where(
            ItemValues.submission_id.in_(results.submissions)
        )
    )
    found = {row[0]: unpack_values(row[1]) for row in rows}
    values = np.full((len(results.keys), len(items)), np.nan)
    for track in split.benchmark.tracks:
        own = np.array([item.track == track for item in items], dtype=bool)
        for row, key in enumerate(results.keys):
            part = results.find_part(key, track)
            if part is not None:
                values[row, own] = found[part][own]
    return values


def _read_answers(
    session: Session, split: Split, results: Results, items: Sequence[Item]
) -> NDArray[np.object_]:
    """(M, N) the letters, "" where none could be read."""
    query = (
        select(Prediction.submission_id, Prediction.item_id, ParsedPrediction.letters)
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(Prediction.submission_id.in_(results.submissions), ParsedPrediction.letters != "")
    )
    places = {item.id: place for place, item in enumerate(items)}
    rows = {
        (part, track): row
        for row, key in enumerate(results.keys)
        for track in split.benchmark.tracks
        if (part := results.find_part(key, track)) is not None
    }
    answers = np.full((len(results.keys), len(items)), "", dtype=object)
    for part, item_id, letters in session.connection().execute(query):
        place = places.get(item_id)
        row = None if place is None else rows.get((part, items[place].track))
        if place is not None and row is not None:
            answers[row, place] = letters
    return answers
