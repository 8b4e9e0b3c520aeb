"""The answer sheets of a split: who sent what, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.items.values import read_items, unpack_values
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import ItemValues
from leaderboard.models.submission import ParsedPrediction, Prediction, Status, Submission
from leaderboard.models.team import ModelCard

RIGHT = 100.0
"""The value of a question that is answered right."""
MOST_SHEETS = 1_000
"""The newest scored submissions that are looked at: all pairs of them are compared."""


@dataclass(frozen=True)
class Sheets:
    """The S newest scored submissions to a split, oldest first, on its N questions.

    `codes` (S, N) are 0 for no answer and otherwise a number for the letters; `right` (S, N);
    `asked` (S, N) whether the question is of a track that the submission is about; `values`
    (S, items) those of all items, reports too, NaN without one. `items` as of `read_items`.
    """

    submissions: Sequence[Submission]
    codes: NDArray[np.int64]
    right: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    values: NDArray[np.float64]
    items: pd.DataFrame

    @property
    def n_answered(self) -> NDArray[np.int64]:
        """(S,) how many questions each sheet answers."""
        n_answered: NDArray[np.int64] = (self.codes > 0).sum(axis=1)
        return n_answered

    @property
    def teams(self) -> NDArray[np.int64]:
        """(S,) whose each is."""
        return np.array([one.model_card.team_id for one in self.submissions], np.int64)


def read_sheets(session: Session, split: Split) -> Sheets:
    """What was sent to `split` and scored; no row where nothing was."""
    newest = session.execute(
        select(Submission, ItemValues.content)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .where(Submission.split_id == split.id, Submission.status == Status.SCORED)
        .options(joinedload(Submission.model_card).joinedload(ModelCard.team))
        .order_by(Submission.created_at.desc(), Submission.id.desc())
        .limit(MOST_SHEETS)
    ).all()[::-1]
    submissions = [row for row, _ in newest]
    items = read_items(session, split.id)
    questions = items[items["track"] != Track.REPORT.value]
    codes = _read_answers(session, submissions, questions["item_id"].to_numpy())
    tracks = questions["track"].to_numpy()
    asked = [np.isin(tracks, one.tracks) for one in submissions]
    values = np.array([unpack_values(content) for _, content in newest], np.float64)
    values = values.reshape(len(submissions), len(items))
    right = (values[:, questions.index] == RIGHT) & (codes > 0)
    return Sheets(
        submissions, codes, right, np.array(asked, bool).reshape(codes.shape), values, items
    )


def _read_answers(
    session: Session, submissions: Sequence[Submission], item_ids: NDArray[np.int64]
) -> NDArray[np.int64]:
    query = (
        select(Prediction.submission_id, Prediction.item_id, ParsedPrediction.letters)
        .join(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(
            Prediction.submission_id.in_([one.id for one in submissions]),
            ParsedPrediction.letters != "",
        )
    )
    codes = np.zeros((len(submissions), len(item_ids)), np.int64)
    sheet = {one.id: number for number, one in enumerate(submissions)}
    item = {key: number for number, key in enumerate(item_ids.tolist())}
    numbers: dict[str, int] = {}
    rows, columns, said = [], [], []
    for key, item_id, letters in session.connection().execute(query):
        rows.append(sheet[key])
        columns.append(item[item_id])
        said.append(numbers.setdefault(letters, len(numbers) + 1))
    codes[rows, columns] = said
    return codes
