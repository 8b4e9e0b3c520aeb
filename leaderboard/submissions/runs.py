"""Runs: a submission that repeats an earlier one of its model, under the same conditions.

A submission and those that repeat it are a set: their mean stands for the model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from leaderboard.disclosure import is_protected
from leaderboard.errors import Conflict, DuplicateSubmission, InvalidRequest
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.endpoint import Endpoint, EndpointRun
from leaderboard.models.run import SubmissionRun
from leaderboard.models.submission import CAME_TO_NOTHING, Prediction, Submission
from leaderboard.models.team import ModelCard
from leaderboard.names import show_line
from leaderboard.scoring.boards import order_tracks

FIELD = "run_of"
MAX_LABEL = 40


class RunOf(NamedTuple):
    """Which submission is repeated, what is different this time, and how many a set may have."""

    first: Submission
    label: str
    max_runs: int


class OwnSet(NamedTuple):
    """A submission with those that repeat it, oldest first, and their labels by id."""

    first: Submission
    runs: list[Submission]
    labels: dict[str, str]


def read_label(text: str) -> str:
    """A label as it is shown. Raises InvalidRequest where it is too long."""
    label = show_line(text).strip()
    if len(label) > MAX_LABEL:
        raise InvalidRequest(
            f"The label has {len(label)} characters.", f"At most {MAX_LABEL}, such as 'seed 2'."
        ).at("run_label")
    return label


def require_run(
    session: Session,
    run_of: RunOf,
    model_card: ModelCard,
    split: Split,
    tracks: Sequence[Track],
    texts: Mapping[int, str] | None = None,
) -> None:
    """Raise unless a submission of `tracks` may be another run of a submission.

    texts: the predictions by item id, None where an endpoint is to be asked for them. Raises
    InvalidRequest, Conflict, or DuplicateSubmission for the very predictions of another run: a copy
    would say that runs do not differ.
    """
    first = run_of.first
    repeated = session.get(SubmissionRun, first.id)
    if repeated is not None:
        raise _refuse(
            f"Submission {first.id} is itself another run of {repeated.first_id}.",
            f"Name {repeated.first_id}, the first of the set.",
        )
    if first.model_card_id != model_card.id:
        raise _refuse(
            f"Submission {first.id} is of the model {first.model_card.slug}, not of "
            f"{model_card.slug}.",
            "Name a submission of the same model card, or send it for that model.",
        )
    if first.split_id != split.id:
        theirs, ours = first.split, split
        raise _refuse(
            f"Submission {first.id} is on {theirs.benchmark.slug} {theirs.benchmark.version} "
            f"{theirs.name}, not on {ours.benchmark.slug} {ours.benchmark.version} {ours.name}.",
            "Name a submission to the same split of the same version.",
        )
    if set(first.tracks) != {track.value for track in tracks}:
        raise _refuse(
            f"Submission {first.id} has the tracks {_name(first.tracks)}; this one has "
            f"{_name([track.value for track in tracks])}.",
            "Send every track of the first run and no other.",
        )
    if first.status in CAME_TO_NOTHING:
        raise Conflict(
            f"Submission {first.id} is {first.status.value}: there is no result to repeat.",
            "Name another one, or send this on its own.",
        ).at(FIELD)
    if first.is_withheld:
        raise Conflict(
            f"The host withholds submission {first.id}.",
            "Name another one, or send this on its own.",
        ).at(FIELD)
    known = read_set(session, first).runs
    if len(known) >= run_of.max_runs:
        raise Conflict(
            f"Submission {first.id} has {len(known)} runs already, and {run_of.max_runs} is the "
            f"most.",
            "Send this on its own to begin a new set.",
        ).at(FIELD)
    if texts is not None:
        _refuse_copy(session, known, texts)


def require_same_endpoint(session: Session, first: Submission, endpoint: Endpoint | None) -> None:
    """Raise InvalidRequest unless a run is made as the first was: by the same model's endpoint with
    the same settings, or from a file (None)."""
    run = session.get(EndpointRun, first.id)
    if (run is None) != (endpoint is None):
        how = "sent as a file" if run is None else f"asked of the endpoint {run.endpoint_name}"
        raise _refuse(
            f"Submission {first.id} was {how}: another run is made in the same way.",
            "Make it in the same way, or send this on its own.",
        )
    if run is None or endpoint is None:
        return
    before = (run.base_url, run.model, run.settings)
    if before != (endpoint.base_url, endpoint.model, endpoint.settings):
        raise _refuse(
            f"Submission {first.id} was asked of the model {run.model} by other settings than "
            f"those of the endpoint {endpoint.name} now.",
            "Set the endpoint as it was then, or send this on its own.",
        )


def add_run(session: Session, submission: Submission, run_of: RunOf) -> None:
    """Write down that a submission is another run."""
    session.add(
        SubmissionRun(submission_id=submission.id, first_id=run_of.first.id, label=run_of.label)
    )


def find_first_id(session: Session, submission: Submission) -> str:
    """The id of the first of a submission's set: its own, where it repeats none."""
    found = session.get(SubmissionRun, submission.id)
    return submission.id if found is None else found.first_id


def read_set(session: Session, submission: Submission) -> OwnSet:
    """The set that a submission is of, without those that failed or were cancelled.

    It is of this split alone: what a newer version did not take along is no run of it any more.
    """
    first_id = find_first_id(session, submission)
    rows = session.execute(
        select(Submission, SubmissionRun.label)
        .outerjoin(SubmissionRun, SubmissionRun.submission_id == Submission.id)
        .where(
            or_(Submission.id == first_id, SubmissionRun.first_id == first_id),
            Submission.split_id == submission.split_id,
            Submission.status.not_in(CAME_TO_NOTHING),
        )
        .order_by(Submission.created_at, Submission.id)
    ).all()
    runs = sorted((row[0] for row in rows), key=lambda one: one.id != first_id)
    return OwnSet(
        session.get_one(Submission, first_id),
        runs,
        {row[0].id: row[1] for row in rows if row[1]},
    )


def describe_run(session: Session, first: Submission) -> str:
    """What another run of a submission will do to its model, for whoever sends it."""
    n = len(read_set(session, first).runs) + 1
    said = (
        f"This is run {n} of submission {first.id}: once scored, the mean of its runs stands for "
        f"{first.model_card.name} on these tracks"
    )
    if not is_protected(first.split):
        return f"{said}, with what differs between runs in every interval."
    return f"{said} at the next release, which publishes the runs as one result."


def list_repeatable(session: Session, model_cards: Sequence[ModelCard]) -> list[Submission]:
    """The newest submissions of these models that another run may repeat, newest first."""
    return list(
        session.scalars(
            select(Submission)
            .where(
                Submission.model_card_id.in_([one.id for one in model_cards]),
                Submission.status.not_in(CAME_TO_NOTHING),
                Submission.id.not_in(select(SubmissionRun.submission_id)),
            )
            .order_by(Submission.created_at.desc())
            .limit(50)
        )
    )


def _refuse_copy(session: Session, runs: Sequence[Submission], texts: Mapping[int, str]) -> None:
    for run in runs:
        # Without a prediction yet where an endpoint is still to be asked.
        n = session.scalar(select(func.count()).where(Prediction.submission_id == run.id))
        if n != len(texts):
            continue
        rows = session.execute(
            select(Prediction.item_id, Prediction.text).where(Prediction.submission_id == run.id)
        )
        if all(texts.get(item_id) == text for item_id, text in rows):
            raise DuplicateSubmission(
                f"These are the predictions of submission {run.id}, word for word: a copy is not "
                f"another run.",
                "Ask the model again, with another seed or on another day. A model that always "
                "answers the same needs one run.",
                run.id,
            ).at(FIELD)


def _refuse(message: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(message, remedy).at(FIELD)


def _name(tracks: Sequence[str]) -> str:
    return ", ".join(order_tracks(map(Track, tracks)))
