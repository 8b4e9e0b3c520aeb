"""How many questions of each slice a model refused to answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.items.slices import item_slices
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Slice
from leaderboard.models.submission import ParsedPrediction, Prediction
from leaderboard.rankings.rows import RankingRow
from leaderboard.scoring.answers import AnswerOutcome

Refused = Mapping[tuple[Slice, str], int]
"""The refused questions of each value of a slice; 0 where it has none."""


class ItemPlace(NamedTuple):
    """The track of a question, and the values of slices that it is in."""

    track: Track
    values: list[tuple[Slice, str]]


def count_refused(
    session: Session, rows: Sequence[RankingRow], items: pd.DataFrame
) -> dict[str, Refused | None]:
    """By the submission of each of `rows`, its refused ones of `items` that are questions.

    They are those of the file that stands on each track, in one query for all rows. None where the
    mean of several runs stands on a track of questions: what is refused on average is no count.
    """
    files = {row.submission.id: _find_files(row) for row in rows}
    refused = _read_refused(session, [key for of_row in files.values() for key in of_row.values()])
    places = _place(items) if refused else {}
    return {
        row.submission.id: (
            None
            if any(not track.is_report for track in row.runs)
            else _count(files[row.submission.id], refused, places)
        )
        for row in rows
    }


def _find_files(row: RankingRow) -> dict[Track, str]:
    """The submission of each track of questions, of a row with refusals."""
    if not row.outcomes.get(AnswerOutcome.REFUSED.value):
        return {}
    return {track: one.id for track, one in row.files.items() if not track.is_report}


def _read_refused(session: Session, keys: Sequence[str]) -> dict[str, list[int]]:
    """The ids of the items that each of the submissions `keys` refused."""
    rows = session.execute(
        select(Prediction.submission_id, Prediction.item_id)
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(
            Prediction.submission_id.in_(set(keys)),
            ParsedPrediction.outcome == AnswerOutcome.REFUSED.value,
        )
    )
    found: dict[str, list[int]] = {}
    for key, item_id in rows:
        found.setdefault(key, []).append(item_id)
    return found


def _place(items: pd.DataFrame) -> dict[int, ItemPlace]:
    """Where each question of `items` is, by its id."""
    items = items[items["track"] != Track.REPORT.value]
    tracks = zip(items["item_id"].tolist(), items["track"].tolist(), strict=True)
    found = {item_id: ItemPlace(Track(track), []) for item_id, track in tracks}
    for grouping in item_slices(items):
        for one in grouping:
            for item_id in one.items["item_id"].tolist():
                found[item_id].values.append((one.slice, one.name))
    return found


def _count(
    files: Mapping[Track, str],
    refused: Mapping[str, Sequence[int]],
    places: Mapping[int, ItemPlace],
) -> Refused:
    return Counter(
        value
        for track, key in files.items()
        for item_id in refused.get(key, ())
        if item_id in places and places[item_id].track == track
        for value in places[item_id].values
    )
