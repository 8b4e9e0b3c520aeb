"""Have every judge rate the reports of a submission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions
from leaderboard.evaluation.claim import Claim, advance
from leaderboard.judges.protocol import DimensionRating, Judge, JudgeIdentity, ReportCase
from leaderboard.models.benchmark import Benchmark, Item, ItemKind, Split
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import Prediction, Step
from leaderboard.scoring.checklist import Check
from leaderboard.scoring.rubric import Rubric


def rate_reports(sessions: Sessions, claim: Claim, judges: Sequence[Judge]) -> None:
    """Rate what a judge has not rated yet, a report at a time; each renews the claim.

    No transaction is open while a judge works.
    """
    for judge in judges:
        with sessions.write() as session:
            rater_id = get_rater_id(session, judge.identity)
        with sessions.read() as session:
            rows = _read_unrated(session, claim.submission_id, rater_id)
        for prediction_id, text, case in rows:
            ratings = judge.rate(case, text)
            with sessions.write() as session:
                advance(session, claim, Step.RATE, 1)
                session.execute(
                    insert(Rating), [_make_row(prediction_id, rater_id, r) for r in ratings]
                )


def get_rater_id(session: Session, identity: JudgeIdentity) -> int:
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


def _read_unrated(
    session: Session, submission_id: str, rater_id: int
) -> list[tuple[int, str, ReportCase]]:
    rated = select(Rating.prediction_id).where(
        Rating.prediction_id == Prediction.id, Rating.rater_id == rater_id
    )
    rows = session.execute(
        select(Prediction.id, Prediction.text, Item, ItemReference)
        .join(Item, Item.id == Prediction.item_id)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .where(
            Prediction.submission_id == submission_id,
            Item.kind == ItemKind.REPORT,
            ~rated.exists(),
        )
        .order_by(Prediction.id)
    ).all()
    if not rows:
        return []
    rubric = read_rubric(session, rows[0][2].split_id)
    dimensions = tuple(d.key for section in rubric.sections for d in section.dimensions)
    return [
        (prediction_id, text, _make_case(item, reference, dimensions))
        for prediction_id, text, item, reference in rows
    ]


def _make_case(item: Item, reference: ItemReference, dimensions: tuple[str, ...]) -> ReportCase:
    return ReportCase(
        item_id=item.key,
        question=item.question,
        reference_report=reference.reference_report,
        checklist=tuple(msgspec.convert(reference.checklist, list[Check])),
        dimensions=dimensions,
    )


def _make_row(prediction_id: int, rater_id: int, rating: DimensionRating) -> dict[str, Any]:
    return {
        "prediction_id": prediction_id,
        "rater_id": rater_id,
        "dimension": rating.dimension,
        "value": rating.value,
        "reason": rating.reason,
        "evidence": list(rating.evidence),
    }
