"""The reports of a submission as judges get them, and their ratings as rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from leaderboard.judges.protocol import DimensionRating, JudgeIdentity, ReportCase
from leaderboard.models.benchmark import Benchmark, Item, ItemKind, Split
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import Prediction, Submission
from leaderboard.scoring.checklist import Check
from leaderboard.scoring.rubric import Rubric


class Unrated(NamedTuple):
    """A report to rate: a prediction with its case."""

    id: int
    text: str
    case: ReportCase


def ensure_rater_id(session: Session, identity: JudgeIdentity) -> int:
    """The row id of a judge in its version, added at its first use."""
    rater = session.scalar(
        select(Rater).where(
            Rater.kind == RaterKind.JUDGE,
            Rater.name == identity.name,
            Rater.version == identity.version,
        )
    )
    if rater is None:
        rater = Rater(kind=RaterKind.JUDGE, name=identity.name, version=identity.version)
        session.add(rater)
        session.flush()
    return rater.id


def read_rubric(session: Session, submission_split_id: int) -> Rubric:
    """The rubric of the benchmark that a split is part of."""
    manifest = session.scalars(
        select(Benchmark.manifest).join(Split).where(Split.id == submission_split_id)
    ).one()
    return msgspec.convert(manifest["rubric"], Rubric)


def get_rubric(session: Session, submission_id: str) -> Rubric:
    """The rubric that a submission, which must be there, is rated by."""
    return read_rubric(session, session.get_one(Submission, submission_id).split_id)


def read_unrated(session: Session, submission_id: str, rater_id: int) -> list[Unrated]:
    """The reports of a submission that this rater has not rated, in their order."""
    rated = select(Rating.prediction_id).where(
        Rating.prediction_id == Prediction.id, Rating.rater_id == rater_id
    )
    return _read(session, Prediction.submission_id == submission_id, ~rated.exists())


def read_reports(session: Session, prediction_ids: Sequence[int]) -> list[Unrated]:
    """These predictions with their cases, in their order, rated or not."""
    return _read(session, Prediction.id.in_(prediction_ids))


def read_cases(session: Session, item_ids: Collection[int]) -> dict[int, ReportCase]:
    """The cases of these reports' items, of one split, by the item's id."""
    rows = session.execute(
        select(Item, ItemReference)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .where(Item.kind == ItemKind.REPORT, Item.id.in_(item_ids))
    ).all()
    if not rows:
        return {}
    dimensions = _list_dimensions(session, rows[0][0].split_id)
    return {item.id: _make_case(item, reference, dimensions) for item, reference in rows}


def _list_dimensions(session: Session, split_id: int) -> tuple[str, ...]:
    rubric = read_rubric(session, split_id)
    return tuple(d.key for section in rubric.sections for d in section.dimensions)


def _read(session: Session, *conditions: ColumnElement[bool]) -> list[Unrated]:
    rows = session.execute(
        select(Prediction.id, Prediction.text, Item, ItemReference)
        .join(Item, Item.id == Prediction.item_id)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .where(Item.kind == ItemKind.REPORT, *conditions)
        .order_by(Prediction.id)
    ).all()
    if not rows:
        return []
    dimensions = _list_dimensions(session, rows[0][2].split_id)
    return [
        Unrated(prediction_id, text, _make_case(item, reference, dimensions))
        for prediction_id, text, item, reference in rows
    ]


def make_rating_row(prediction_id: int, rater_id: int, rating: DimensionRating) -> dict[str, Any]:
    """The row of one rating."""
    return {
        "prediction_id": prediction_id,
        "rater_id": rater_id,
        "dimension": rating.dimension,
        "value": rating.value,
        "reason": rating.reason,
        "evidence": list(rating.evidence),
    }


def _make_case(item: Item, reference: ItemReference, dimensions: tuple[str, ...]) -> ReportCase:
    return ReportCase(
        item_id=item.key,
        question=item.question,
        reference_report=reference.reference_report,
        checklist=tuple(msgspec.convert(reference.checklist, list[Check])),
        dimensions=dimensions,
    )
