"""Read single readings as a viewer may see them, a page or a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from leaderboard.disclosure import Viewer, disclosure
from leaderboard.errors import NotFound
from leaderboard.models.benchmark import Item, ItemImage, ItemKind, Split
from leaderboard.models.reference import ItemHarm, ItemReference
from leaderboard.models.submission import (
    ParsedPrediction,
    Prediction,
    PredictionExtras,
    Submission,
)
from leaderboard.readings.answers import Stored, make_answer, read_seconds
from leaderboard.readings.filter import Filter, select_predictions
from leaderboard.readings.reading import Reading, ShownImage, ShownItem, Verdict
from leaderboard.readings.reports import read_checklist, read_judged
from leaderboard.scoring.harm import OptionHarm, find_option_errors
from leaderboard.scoring.rubric import Rubric

PAGE = 50
BATCH = 500


@dataclass(frozen=True)
class ReadingPage:
    """One page of the readings that a filter leaves, in the order of the split's items.

    `n` counts what the filter leaves, `n_all` every prediction of the submission.
    """

    readings: tuple[Reading, ...]
    page: int
    n_pages: int
    n: int
    n_all: int


def sees_key(submission: Submission, viewer: Viewer) -> bool:
    """Whether the viewer may see of each item if it is right, and the key."""
    return disclosure(submission, viewer).verdicts


def require_texts(submission: Submission, viewer: Viewer) -> None:
    """Raise NotFound unless the viewer may see the submission's texts, item by item."""
    if not disclosure(submission, viewer).texts:
        raise NotFound(
            "The items of this result are not public.",
            "Where a split shows its items they are; a team sees its own texts everywhere.",
        )


def read_page(
    session: Session,
    submission: Submission,
    viewer: Viewer,
    filter_: Filter,
    page: int = 1,
    size: int = PAGE,
) -> ReadingPage:
    """The page of that number, from 1. Raises NotFound beyond the last, or without the right."""
    require_texts(submission, viewer)
    matching = _select_ids(submission, filter_)
    n = count_rows(session, matching)
    n_all = count_rows(session, _select_ids(submission, {})) if filter_ else n
    n_pages = count_pages(n, page, size)
    ids = session.scalars(
        matching.order_by(Item.position).offset((page - 1) * size).limit(size)
    ).all()
    made = make_readings(session, submission.split, ids, with_key=sees_key(submission, viewer))
    return ReadingPage(tuple(made), page, n_pages, n, n_all)


def read_batches(
    session: Session, submission: Submission, viewer: Viewer, filter_: Filter
) -> Iterator[list[Reading]]:
    """All that the filter leaves, BATCH at a time: a split may have tens of thousands of items.

    Raises NotFound without the right.
    """
    require_texts(submission, viewer)
    with_key = sees_key(submission, viewer)
    last = -1
    while True:
        rows = session.execute(
            _select_ids(submission, filter_)
            .add_columns(Item.position)
            .where(Item.position > last)
            .order_by(Item.position)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        last = rows[-1][1]
        yield make_readings(session, submission.split, [row[0] for row in rows], with_key=with_key)


def count_rows(session: Session, matching: Select[*tuple[Any, ...]]) -> int:
    """How many rows a query gives."""
    return session.scalar(select(func.count()).select_from(matching.subquery())) or 0


def count_pages(n: int, page: int, size: int) -> int:
    """How many pages so many rows make. Raises NotFound if `page` is not one of them."""
    n_pages = max(1, -(-n // size))
    if not 1 <= page <= n_pages:
        raise NotFound("There is no such page of items.", "Start from the first page.")
    return n_pages


def make_readings(
    session: Session, split: Split, prediction_ids: Sequence[int], *, with_key: bool
) -> list[Reading]:
    """The readings of these predictions of one split, in their order.

    Without the key no statement reads a column that depends on it.
    """
    columns: list[Any] = [
        ParsedPrediction.outcome,
        ParsedPrediction.letters,
        ParsedPrediction.parser_version,
    ]
    if with_key:
        columns += [
            ParsedPrediction.is_correct,
            ParsedPrediction.precision,
            ParsedPrediction.recall,
        ]
    rows = session.execute(
        select(Prediction.id, Prediction.text, Item, *columns)
        .join(Item, Item.id == Prediction.item_id)
        .outerjoin(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(Prediction.id.in_(prediction_ids))
        .options(selectinload(Item.images).options(joinedload(ItemImage.image)))
    ).all()
    by_id = {row[0]: row for row in rows}
    ordered = [by_id[one] for one in prediction_ids]
    keys = _Keys.read(session, split, ordered) if with_key else None
    by_model = [row[0] for row in rows if row[3] is not None and Stored(*row[3:6]).is_by_model]
    seconds = read_seconds(session, by_model)
    confidences = _read_confidences(session, prediction_ids)
    made = []
    for row in ordered:
        item = _show_item(row[2], with_key=with_key)
        stored = Stored(*row[3:6]) if row[3] is not None else None
        made.append(
            Reading(
                item=item,
                text=row[1],
                answer=make_answer(stored, row[1], item, seconds.get(row[0])) if stored else None,
                verdict=keys.make_verdict(row) if keys and stored else None,
                judges=keys.judged.get(row[0], ()) if keys else (),
                reference_report=keys.references[row[2].id].reference_report if keys else "",
                confidence=confidences.get(row[0]),
            )
        )
    return made


def _read_confidences(session: Session, prediction_ids: Sequence[int]) -> dict[int, float]:
    rows = session.execute(
        select(Prediction.id, PredictionExtras.confidence)
        .join(
            PredictionExtras,
            (PredictionExtras.submission_id == Prediction.submission_id)
            & (PredictionExtras.item_id == Prediction.item_id),
        )
        .where(Prediction.id.in_(prediction_ids))
    )
    return {key: confidence for key, confidence in rows if confidence is not None}


def _select_ids(submission: Submission, filter_: Filter) -> Select[int]:
    """Of its predictions those for items of its split: others are of a version before."""
    return (
        select(Prediction.id)
        .join(Item, Item.id == Prediction.item_id)
        .outerjoin(ParsedPrediction, ParsedPrediction.prediction_id == Prediction.id)
        .where(Item.split_id == submission.split_id, *select_predictions(submission.id, filter_))
    )


def _show_item(item: Item, *, with_key: bool) -> ShownItem:
    return ShownItem(
        key=item.key,
        kind=item.kind,
        track=item.track,
        question=item.question,
        options=item.options,
        multiple=item.multiple,
        subcondition=item.subcondition,
        axis=item.axis,
        modality=item.modality,
        levels=tuple(item.levels) if with_key else (),
        images=tuple(
            ShownImage(one.sha256, one.alt, one.image.width, one.image.height)
            for one in item.images
        ),
    )


@dataclass(frozen=True)
class _Keys:
    """The hidden halves of some items, and what judges made of the reports among them."""

    references: dict[int, ItemReference]
    harms: dict[int, OptionHarm]
    judged: dict[int, Any]

    @classmethod
    def read(cls, session: Session, split: Split, rows: Sequence[Any]) -> _Keys:
        """Those of rows of prediction id, text and item."""
        references = {
            one.item_id: one
            for one in session.scalars(
                select(ItemReference).where(ItemReference.item_id.in_([row[2].id for row in rows]))
            )
        }
        reports = {row[0]: row[2].id for row in rows if row[2].kind is ItemKind.REPORT}
        checklists = {
            prediction_id: read_checklist(references[item_id].checklist)
            for prediction_id, item_id in reports.items()
        }
        rubric = msgspec.convert(split.benchmark.manifest["rubric"], Rubric)
        harms = {
            one.item_id: msgspec.convert(one.content, OptionHarm)
            for one in session.scalars(select(ItemHarm).where(ItemHarm.item_id.in_(references)))
        }
        return cls(references, harms, read_judged(session, list(reports), rubric, checklists))

    def make_verdict(self, row: Any) -> Verdict:
        """Whether the MCQ prediction of a row is right."""
        reference = self.references[row[2].id]
        harm = self.harms.get(row[2].id)
        errors = () if harm is None else tuple(find_option_errors(harm, row[4]))
        return Verdict(
            row[6], tuple(reference.answer), reference.explanation, row[7], row[8], errors
        )
