"""Every change of a rating, one line each, for the hosts of its benchmark."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.models.benchmark import Item, Split
from leaderboard.models.expert import Change, RatingChange
from leaderboard.models.rating import Rater
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard
from leaderboard.spreadsheets import quote_formula

COLUMNS = (
    *("at", "rater", "submission", "model", "item", "dimension"),
    *("change", "before", "after"),
)


class Rated(Protocol):
    """Whatever says which rater and which report."""

    @property
    def rater_id(self) -> Any: ...
    @property
    def prediction_id(self) -> Any: ...


class ChangeLine(NamedTuple):
    """One change; `rater` is the name that files of ratings have."""

    at: datetime
    rater: str
    submission: str
    model: str
    item: str
    dimension: str
    change: Change
    before: float | None
    after: float | None


def add_changes(
    session: Session,
    of: Rated,
    change: Change,
    values: Mapping[str, tuple[float | None, float | None]],
) -> None:
    """Write down what became of a report's values: before and after, by dimension."""
    moment = now()
    rows = [
        {
            "at": moment,
            "rater_id": of.rater_id,
            "prediction_id": of.prediction_id,
            "dimension": dimension,
            "change": change,
            "before": before,
            "after": after,
        }
        for dimension, (before, after) in values.items()
    ]
    if rows:
        session.execute(insert(RatingChange), rows)


def find_last_change(session: Session, of: Rated) -> Change | None:
    """What was done last to a rater's values of a report; None where nothing is written down."""
    return session.scalars(
        select(RatingChange.change)
        .where(
            RatingChange.rater_id == of.rater_id,
            RatingChange.prediction_id == of.prediction_id,
        )
        .order_by(RatingChange.id.desc())
        .limit(1)
    ).first()


def read_changes(session: Session, split: Split, limit: int = 200) -> list[ChangeLine]:
    """The newest changes of ratings on a split, newest first."""
    query = _of_split(split).order_by(RatingChange.id.desc()).limit(limit)
    return [ChangeLine(*row) for row in session.execute(query)]


def export_changes(session: Session, split: Split) -> str:
    """All changes of ratings on a split as CSV, oldest first."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in session.execute(_of_split(split).order_by(RatingChange.id)):
        one = ChangeLine(*row)
        before, after = ("" if value is None else f"{value:g}" for value in (one.before, one.after))
        cells = (one.at.isoformat(), *one[1:6], one.change.value, before, after)
        writer.writerow([quote_formula(str(cell)) for cell in cells])
    return stream.getvalue()


def _of_split(split: Split) -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(RatingChange.at, Rater.name, Prediction.submission_id, ModelCard.slug, Item.key),
            *(RatingChange.dimension, RatingChange.change),
            *(RatingChange.before, RatingChange.after),
        )
        .join(Rater, Rater.id == RatingChange.rater_id)
        .join(Prediction, Prediction.id == RatingChange.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(Item.split_id == split.id)
    )
