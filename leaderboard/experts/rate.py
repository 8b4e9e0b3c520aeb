"""Rate blind: an expert's reports in their own order, drafts, and the ratings they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, joinedload, selectinload

from leaderboard.accounts.card_fields import read_family
from leaderboard.accounts.roles import Right, read_reach
from leaderboard.calibration.refits import request_refit
from leaderboard.db import now
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest, NotFound
from leaderboard.experts.blind import hide_names
from leaderboard.experts.raters import find_own_rater
from leaderboard.items.reports import read_rubric
from leaderboard.models.benchmark import Item, ItemImage, Split
from leaderboard.models.expert import RatedReport, RatingAssignment, RatingDraft
from leaderboard.models.rating import Rating
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard, User
from leaderboard.scoring.rubric import HIGHEST, LOWEST, Rubric

VALUES = [str(value) for value in range(int(LOWEST), int(HIGHEST) + 1)]
RATE = f"Rate from {VALUES[0]} to {VALUES[-1]}."


@dataclass(frozen=True)
class Assignment:
    """One report of an expert's list: its number there (from 1), and how far it is rated."""

    key: str
    number: int
    n_rated: int
    n_dimensions: int
    is_finished: bool

    @property
    def is_begun(self) -> bool:
        """Whether some of it is rated, and it is not finished."""
        return self.n_rated > 0 and not self.is_finished


@dataclass(frozen=True)
class BlindReport:
    """What an expert sees of an assigned report: the case and the text, not whose it is."""

    assignment: Assignment
    n_assignments: int
    split: Split
    question: str
    images: list[ItemImage]
    reference_report: str
    text: str
    rubric: Rubric
    values: Mapping[str, int]


def read_own_assignments(session: Session, user: User) -> list[Assignment]:
    """The reports that `user` is asked to rate, in the user's own order.

    Those of a benchmark of which they are no longer an expert are left out.
    """
    rater = find_own_rater(session, user)
    reach = read_reach(session, user, Right.RATE_REPORTS)
    if rater is None:
        return []
    drafts = _count_by_assignment(session, rater.id)
    finished = set(
        session.scalars(
            select(RatedReport.prediction_id).where(RatedReport.rater_id == rater.id)
        ).all()
    )
    rows = session.execute(
        select(RatingAssignment.id, RatingAssignment.key, RatingAssignment.prediction_id)
        .add_columns(Item.split_id)
        .join(Prediction, Prediction.id == RatingAssignment.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(RatingAssignment.rater_id == rater.id, reach.holds(Item.split_id))
        .order_by(RatingAssignment.position)
    ).all()
    sizes = {
        split_id: len(list_dimensions(read_rubric(session, split_id)))
        for split_id in {row.split_id for row in rows}
    }
    return [
        Assignment(
            key=row.key,
            number=number,
            n_rated=sizes[row.split_id] if row.prediction_id in finished else drafts.get(row.id, 0),
            n_dimensions=sizes[row.split_id],
            is_finished=row.prediction_id in finished,
        )
        for number, row in enumerate(rows, 1)
    ]


def find_next(assignments: list[Assignment]) -> Assignment | None:
    """Where to go on: the first report begun, else the first open one; None when all is done."""
    waiting = [one for one in assignments if not one.is_finished]
    return next((one for one in waiting if one.is_begun), waiting[0] if waiting else None)


def get_own_report(session: Session, user: User, key: str) -> BlindReport:
    """The report `key` of the user's own list. Raises NotFound."""
    row = _get_own_row(session, user, key)
    assignments = read_own_assignments(session, user)
    item = session.scalars(
        select(Item)
        .where(Item.id == row.prediction.item_id)
        .options(selectinload(Item.images).joinedload(ItemImage.image))
    ).one()
    reference = session.get_one(ItemReference, item.id).reference_report
    split = session.get_one(Split, item.split_id, options=[joinedload(Split.benchmark)])
    mine = next(one for one in assignments if one.key == key)
    return BlindReport(
        assignment=mine,
        n_assignments=len(assignments),
        split=split,
        question=item.question,
        images=item.images,
        reference_report=reference,
        text=_hide_names(session, row.prediction, f"{item.question}\n{reference}"),
        rubric=read_rubric(session, split.id),
        values=_read_ratings(session, row) if mine.is_finished else _read_drafts(session, row),
    )


def save_draft(
    session: Session, user: User, key: str, values: Mapping[str, int | str]
) -> Assignment:
    """Keep values of dimensions of a report that is not finished; later ones replace earlier.

    Returns how far the report is rated. Raises NotFound, InvalidRequest for what the rubric does
    not know, Conflict once the report is finished.
    """
    row = _get_own_row(session, user, key, locked=True)
    _refuse_finished(session, row)
    known = list_dimensions(read_rubric(session, _get_split(session, row).id))
    for dimension, value in _read_values(values, known).items():
        draft = session.get(RatingDraft, (row.id, dimension))
        if draft is None:
            draft = RatingDraft(assignment_id=row.id, dimension=dimension)
            session.add(draft)
        draft.value, draft.changed_at = value, now()
    session.flush()
    return next(one for one in read_own_assignments(session, user) if one.key == key)


def finish(session: Session, user: User, key: str) -> int:
    """Make the report's drafts ratings, which nobody changes any more; the split's row id.

    The caller enqueues the refit that it asks for.

    Raises NotFound, InvalidRequest while dimensions are missing, Conflict if it is finished.
    """
    row = _get_own_row(session, user, key, locked=True)
    _refuse_finished(session, row)
    split_id = _get_split(session, row).id
    values = _read_drafts(session, row)
    known = list_dimensions(read_rubric(session, split_id))
    fields = FieldProblems()
    for dimension, name in known.items():
        with fields.at(dimension):
            if dimension not in values:
                raise InvalidRequest(f"{name} is not rated yet.", RATE)
    fields.raise_all()
    session.add(RatedReport(rater_id=row.rater_id, prediction_id=row.prediction_id, rated_at=now()))
    session.execute(
        insert(Rating),
        [
            {
                "prediction_id": row.prediction_id,
                "rater_id": row.rater_id,
                "dimension": dimension,
                "value": float(values[dimension]),
                "reason": "",
                "evidence": [],
            }
            for dimension in known
        ],
    )
    session.execute(delete(RatingDraft).where(RatingDraft.assignment_id == row.id))
    request_refit(session, split_id)
    return split_id


def _read_values(values: Mapping[str, int | str], known: Mapping[str, str]) -> dict[str, int]:
    fields = FieldProblems()
    read = {}
    for dimension, value in values.items():
        with fields.at(dimension):
            if dimension not in known:
                raise InvalidRequest(f"There is no dimension {dimension!r}.", "Reload the page.")
            if str(value) not in VALUES:
                raise InvalidRequest(f"{known[dimension]} cannot be {str(value)[:20]!r}.", RATE)
            read[dimension] = int(value)
    fields.raise_all()
    return read


def list_dimensions(rubric: Rubric) -> dict[str, str]:
    """The rubric's dimensions in their order: name by key."""
    return {d.key: d.name for section in rubric.sections for d in section.dimensions}


def _get_own_row(
    session: Session, user: User, key: str, *, locked: bool = False
) -> RatingAssignment:
    rater = find_own_rater(session, user)
    reach = read_reach(session, user, Right.RATE_REPORTS)
    query = select(RatingAssignment).where(RatingAssignment.key == key)
    row = session.scalar(query.with_for_update(key_share=True) if locked else query)
    if rater is None or row is None or row.rater_id != rater.id:
        raise _not_listed()
    if not reach.covers(_get_split(session, row).benchmark.slug):
        raise _not_listed()
    return row


def _not_listed() -> NotFound:
    return NotFound("This report is not on your list.", "Continue from your list of reports.")


def _get_split(session: Session, row: RatingAssignment) -> Split:
    return session.get_one(Split, session.get_one(Item, row.prediction.item_id).split_id)


def _refuse_finished(session: Session, row: RatingAssignment) -> None:
    if session.get(RatedReport, (row.rater_id, row.prediction_id)) is not None:
        raise Conflict(
            "This report is already finished.", "Ratings of finished reports cannot be changed."
        )


def _count_by_assignment(session: Session, rater_id: int) -> dict[int, int]:
    rows = session.execute(
        select(RatingDraft.assignment_id, func.count())
        .join(RatingAssignment, RatingAssignment.id == RatingDraft.assignment_id)
        .where(RatingAssignment.rater_id == rater_id)
        .group_by(RatingDraft.assignment_id)
    )
    return {row[0]: row[1] for row in rows}


def _read_drafts(session: Session, row: RatingAssignment) -> dict[str, int]:
    drafts = session.execute(
        select(RatingDraft.dimension, RatingDraft.value).where(RatingDraft.assignment_id == row.id)
    )
    return {row[0]: row[1] for row in drafts}


def _read_ratings(session: Session, row: RatingAssignment) -> dict[str, int]:
    ratings = session.execute(
        select(Rating.dimension, Rating.value).where(
            Rating.rater_id == row.rater_id, Rating.prediction_id == row.prediction_id
        )
    )
    return {dimension: round(value) for dimension, value in ratings if value is not None}


def _hide_names(session: Session, prediction: Prediction, ordinary: str) -> str:
    submission = session.get_one(Submission, prediction.submission_id)
    card: ModelCard = submission.model_card
    plain_name = card.name.partition("(")[0]
    names = (
        *(*read_family(card), plain_name),
        *(card.team.name, card.team.slug, submission.id, submission.user.name),
    )
    return hide_names(prediction.text, names, ordinary)
