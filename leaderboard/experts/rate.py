"""Rate blind: an expert's reports in their own order, drafts, the ratings they become, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, joinedload, selectinload

from leaderboard.accounts.card_fields import read_family
from leaderboard.accounts.roles import Right, read_reach
from leaderboard.calibration.refits import request_refit
from leaderboard.db import now
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest, NotFound
from leaderboard.experts.blind import hide_names
from leaderboard.experts.conflicts import has_seen, is_barred, note_seen, read_teams_of_raters
from leaderboard.experts.raters import find_own_rater
from leaderboard.experts.trail import add_changes, find_last_change
from leaderboard.items.reports import read_rubric
from leaderboard.models.benchmark import Item, ItemImage, Split
from leaderboard.models.expert import Change, RatedReport, RatingAssignment, RatingDraft
from leaderboard.models.rating import Rating
from leaderboard.models.reference import ItemReference
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard, User
from leaderboard.scoring.rubric import HIGHEST, LOWEST, Rubric

VALUES = [str(value) for value in range(int(LOWEST), int(HIGHEST) + 1)]
RATE = f"Rate from {VALUES[0]} to {VALUES[-1]}."
UNDO_WITHIN = timedelta(hours=1)
"""How long after it an expert may take Finish back."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Assignment:
    """One report of an expert's list: its number there (from 1), and how far it is rated.

    It `can_undo` while Finish may be taken back.
    """

    key: str
    number: int
    n_rated: int
    n_dimensions: int
    is_finished: bool
    can_undo: bool = False

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

    Those of a benchmark of which they are no longer an expert, and of teams that they belong to or
    once did, are left out.
    """
    rater = find_own_rater(session, user)
    reach = read_reach(session, user, Right.RATE_REPORTS)
    if rater is None:
        return []
    drafts = _count_by_assignment(session, rater.id)
    finished = {
        row.prediction_id: row.rated_at
        for row in session.scalars(select(RatedReport).where(RatedReport.rater_id == rater.id))
    }
    own_teams = read_teams_of_raters(session, [rater.id])[rater.id]
    rows = session.execute(
        select(RatingAssignment.id, RatingAssignment.key, RatingAssignment.prediction_id)
        .add_columns(Item.split_id)
        .join(Prediction, Prediction.id == RatingAssignment.prediction_id)
        .join(Item, Item.id == Prediction.item_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .join(ModelCard, ModelCard.id == Submission.model_card_id)
        .where(
            RatingAssignment.rater_id == rater.id,
            reach.holds(Item.split_id),
            ModelCard.team_id.not_in(own_teams),
        )
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
            can_undo=now() - finished.get(row.prediction_id, _LONG_AGO) < UNDO_WITHIN,
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


def is_shown_noted(session: Session, user: User, key: str) -> bool:
    """Whether `note_shown` has nothing to write for the report `key`. Raises NotFound."""
    row = _get_own_row(session, user, key)
    return has_seen(session, row.rater_id, _get_split(session, row).id)


def note_shown(session: Session, user: User, key: str) -> bool:
    """Write down that the user is shown the report `key` with its reference.

    Whether it is the first of its split. Raises NotFound.
    """
    row = _get_own_row(session, user, key)
    return note_seen(session, row.rater_id, _get_split(session, row).id)


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
    before = _read_drafts(session, row)
    new = {
        dimension: value
        for dimension, value in _read_values(values, known).items()
        if before.get(dimension) != value
    }
    for dimension, value in new.items():
        draft = session.get(RatingDraft, (row.id, dimension))
        if draft is None:
            draft = RatingDraft(assignment_id=row.id, dimension=dimension)
            session.add(draft)
        draft.value, draft.changed_at = value, now()
    for dimension, value in new.items():
        change = Change.CHANGED if dimension in before else Change.GIVEN
        add_changes(session, row, change, {dimension: (before.get(dimension), value)})
    session.flush()
    return next(one for one in read_own_assignments(session, user) if one.key == key)


def finish(session: Session, user: User, key: str) -> int:
    """Make the report's drafts ratings, which for an hour may become drafts again; the split's id.

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
    kept = {dimension: (values[dimension], values[dimension]) for dimension in known}
    add_changes(session, row, Change.FINISHED, kept)
    request_refit(session, split_id)
    return split_id


def undo_finish(session: Session, user: User, key: str) -> int:
    """Make the ratings of a report that was finished within an hour drafts again; the split's id.

    What was fitted to them stands until the refit that this asks for, which the caller enqueues.
    Raises NotFound, Conflict for a report that is not finished, was finished too long ago, or whose
    ratings came in a file.
    """
    row = _get_own_row(session, user, key, locked=True)
    rated = session.get(RatedReport, (row.rater_id, row.prediction_id))
    if rated is None:
        raise Conflict("This report is not finished.", "Its ratings can be changed.")
    last = find_last_change(session, row)
    if last is not Change.FINISHED or now() - rated.rated_at >= UNDO_WITHIN:
        raise Conflict(
            "Finishing this report can no longer be undone.",
            "That is possible for an hour. Tell the host if a rating is wrong.",
        )
    split_id, values = _get_split(session, row).id, _read_ratings(session, row)
    session.execute(
        delete(Rating).where(
            Rating.rater_id == row.rater_id, Rating.prediction_id == row.prediction_id
        )
    )
    session.delete(rated)
    session.add_all(
        RatingDraft(assignment_id=row.id, dimension=dimension, value=value, changed_at=now())
        for dimension, value in values.items()
    )
    kept: dict[str, tuple[float | None, float | None]]
    kept = {dimension: (value, None) for dimension, value in values.items()}
    add_changes(session, row, Change.UNDONE, kept)
    request_refit(session, split_id)
    session.flush()
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
    if is_barred(session, rater.id, row.prediction_id):
        # In the same words: a refusal of its own would tell whose the report is.
        raise _not_listed()
    return row


def _not_listed() -> NotFound:
    return NotFound("This report is not on your list.", "Continue from your list of reports.")


def _get_split(session: Session, row: RatingAssignment) -> Split:
    return session.get_one(Split, session.get_one(Item, row.prediction.item_id).split_id)


def _refuse_finished(session: Session, row: RatingAssignment) -> None:
    if session.get(RatedReport, (row.rater_id, row.prediction_id)) is not None:
        raise Conflict(
            "This report is already finished.",
            "For an hour you can take that back, and change its ratings.",
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
