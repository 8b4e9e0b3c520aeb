"""Two models side by side, item by item, on a split that shows its items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from leaderboard.disclosure import Viewer
from leaderboard.errors import NotFound
from leaderboard.labelled import Labelled
from leaderboard.models.benchmark import Item, Split, Track
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import ParsedPrediction, Prediction, Submission
from leaderboard.readings.filter import Choices, Field, Filter, select_items
from leaderboard.readings.read import (
    PAGE,
    count_pages,
    count_rows,
    make_readings,
    require_texts,
    sees_key,
)
from leaderboard.readings.reading import Reading


class PairWhich(Labelled):
    """Which items by what came of both models; the value stands in addresses."""

    DIFFER = ("differ", "items on which they differ")
    FIRST = ("first", "questions that only the first got right")
    SECOND = ("second", "questions that only the second got right")
    NEITHER = ("neither", "questions that neither got right")


class Pair(NamedTuple):
    """Both models' readings of one item."""

    first: Reading
    second: Reading


@dataclass(frozen=True)
class PairPage:
    """One page of the items that a filter leaves; `n` counts them, `n_all` those of both."""

    pairs: tuple[Pair, ...]
    page: int
    n_pages: int
    n: int
    n_all: int


def pair_choices(choices: Choices) -> Choices:
    """What pairs may be chosen by, from what readings of the split may."""
    return dict(choices) | {Field.FILTER: {one.value: one.label for one in PairWhich}}


Files = Mapping[Track, Submission]
"""The submission that a model's result on each track is of."""


def read_pairs(
    session: Session,
    split: Split,
    first: Files,
    second: Files,
    filter_: Filter,
    page: int = 1,
    size: int = PAGE,
) -> PairPage:
    """The page of that number, from 1, of the items that both have a prediction for.

    On each track it is the prediction of the file that the model stands by there; what another of
    its files says for an item of that track does not count. Raises NotFound beyond the last page,
    and unless all may see each file, with its verdicts.
    """
    for one in (*first.values(), *second.values()):
        require_texts(one, Viewer.PUBLIC)
        if not sees_key(one, Viewer.PUBLIC):
            raise NotFound("Which items a model got right is not public here.", "Compare scores.")
    matching = _select_ids(split, first, second, filter_)
    n = count_rows(session, matching)
    n_all = count_rows(session, _select_ids(split, first, second, {})) if filter_ else n
    n_pages = count_pages(n, page, size)
    rows = session.execute(
        matching.order_by(Item.position).offset((page - 1) * size).limit(size)
    ).all()
    sides = (
        make_readings(session, split, [row[side] for row in rows], with_key=True) for side in (0, 1)
    )
    pairs = tuple(Pair(*both) for both in zip(*sides, strict=True))
    return PairPage(pairs, page, n_pages, n, n_all)


def _select_ids(split: Split, first: Files, second: Files, filter_: Filter) -> Select[int, int]:
    left, right = aliased(Prediction), aliased(Prediction)
    left_read, right_read = aliased(ParsedPrediction), aliased(ParsedPrediction)
    query = (
        select(left.id, right.id.label("second_id"))
        .join(right, right.item_id == left.item_id)
        .join(Item, Item.id == left.item_id)
        .outerjoin(left_read, left_read.prediction_id == left.id)
        .outerjoin(right_read, right_read.prediction_id == right.id)
        .where(
            _is_of_files(left.submission_id, right.submission_id, first, second),
            Item.split_id == split.id,
            *select_items(filter_),
        )
    )
    if Field.FILTER not in filter_:
        return query
    wins, loses = left_read.is_correct.is_(True), left_read.is_correct.is_(False)
    other_wins, other_loses = right_read.is_correct.is_(True), right_read.is_correct.is_(False)
    match PairWhich(filter_[Field.FILTER]):
        case PairWhich.FIRST:
            return query.where(wins, other_loses)
        case PairWhich.SECOND:
            return query.where(loses, other_wins)
        case PairWhich.NEITHER:
            return query.where(loses, other_loses)
        case PairWhich.DIFFER:
            rated = _is_rated_otherwise(left.id, right.id)
            return query.where(or_(and_(wins, other_loses), and_(loses, other_wins), rated))


def _is_of_files(
    left_id: InstrumentedAttribute[str],
    right_id: InstrumentedAttribute[str],
    first: Files,
    second: Files,
) -> ColumnElement[bool]:
    """Whether two predictions are of the files that both models stand by on the item's track."""
    tracks: dict[tuple[str, str], list[Track]] = {}
    for track in first:
        if track in second:
            tracks.setdefault((first[track].id, second[track].id), []).append(track)
    of_files = [
        and_(left_id == left, right_id == right, Item.track.in_(of))
        for (left, right), of in tracks.items()
    ]
    return or_(false(), *of_files)


def _is_rated_otherwise(
    left_id: InstrumentedAttribute[int], right_id: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Whether a judge rated two reports otherwise on some dimension."""
    left, right = aliased(Rating), aliased(Rating)
    return (
        select(left.id)
        .join(right, and_(right.rater_id == left.rater_id, right.dimension == left.dimension))
        .join(Rater, Rater.id == left.rater_id)
        .where(
            left.prediction_id == left_id,
            right.prediction_id == right_id,
            Rater.kind == RaterKind.JUDGE,
            left.value.is_distinct_from(right.value),
        )
        .exists()
    )
