"""Turn predictions into a submission, and cancel one."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.agreements import require_agreed
from leaderboard.db import clock, lock_row, read_moment
from leaderboard.errors import Conflict, DuplicateSubmission, Forbidden
from leaderboard.models.benchmark import Item, ItemKind, Split, Track
from leaderboard.models.submission import (
    CAME_TO_NOTHING,
    FINAL,
    EventKind,
    Prediction,
    PredictionExtras,
    Status,
    Step,
    Submission,
)
from leaderboard.models.team import ModelCard, User
from leaderboard.names import show_line
from leaderboard.packages.opening import require_newest
from leaderboard.submissions.approvals import wait_for_approval
from leaderboard.submissions.daily import NO_CAP, DailyCap, require_daily
from leaderboard.submissions.events import add_event
from leaderboard.submissions.formats import Extras
from leaderboard.submissions.phases import note_phase, require_phase
from leaderboard.submissions.quota import Quota, give_back, require_quota, use_unit
from leaderboard.submissions.read import KnownItem, Predictions, SplitFacts
from leaderboard.submissions.runs import RunOf, add_run, require_run, require_same_endpoint
from leaderboard.submissions.texts import Choices

ID_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
ID_LENGTH = 10


def read_known_items(session: Session, split: Split) -> dict[str, KnownItem]:
    """The items of `split` by public id, in their order."""
    rows = session.execute(
        select(Item.key, Item.id, Item.track)
        .where(Item.split_id == split.id)
        .order_by(Item.position)
    )
    return {key: KnownItem(item_id, track) for key, item_id, track in rows}


def read_split_facts(session: Session, split: Split) -> SplitFacts:
    """What more may be asked of `split`, each from one query when it is asked for."""

    @cache
    def choices() -> Mapping[str, Choices]:
        query = select(Item.key, Item.options, Item.multiple).where(
            Item.split_id == split.id, Item.kind == ItemKind.MCQ
        )
        return {
            key: Choices(options, multiple)
            for key, options, multiple in session.execute(query)
            if options
        }

    @cache
    def split_of() -> Mapping[str, str]:
        query = (
            select(Item.key, Split.name)
            .join(Split, Item.split_id == Split.id)
            .where(Split.benchmark_id == split.benchmark_id, Split.id != split.id)
        )
        return {row.key: row.name for row in session.execute(query)}

    return SplitFacts(split.name, choices, split_of)


def submit(
    session: Session,
    *,
    user: User,
    model_card: ModelCard,
    split: Split,
    predictions: Predictions,
    file_name: str,
    quota: Quota,
    asks_approval: bool = False,
    daily: DailyCap = NO_CAP,
    run_of: RunOf | None = None,
) -> Submission:
    """Add a queued submission with its predictions, and write down the unit of quota it uses.

    Where the host `asks_approval`, it is pending until its team is approved for the split. With
    `run_of` it is another run of an earlier one (see `runs.require_run`).

    Raises DuplicateSubmission if the same file stands for the same model on this split, QuotaUsed
    if the team or the person may not send another now, Conflict where a newer version followed,
    PhaseClosed outside of the split's phases,
    AgreementNeeded where the team has not accepted what the benchmark asks for.
    """
    require_newest(session, split)
    require_agreed(session, split.benchmark, model_card.team)
    if run_of is not None:
        lock_row(session, Submission.id, run_of.first.id)
        require_run(session, run_of, model_card, split, predictions.tracks, predictions.texts)
        require_same_endpoint(session, run_of.first, None)
    refuse_duplicate(session, model_card, split, predictions.file_hash)
    phase = require_phase(session, split, model_card.team)
    require_quota(session, model_card.team, split, quota)
    require_daily(session, user, daily)
    submission = make_queued(
        user,
        model_card,
        split,
        file_name=show_line(file_name)[-200:] or "predictions",
        file_hash=predictions.file_hash,
        tracks=predictions.tracks,
        n_items=len(predictions.texts),
        at=read_moment(session),
    )
    submission.n_predictions = submission.n_total
    try:
        with session.begin_nested():
            session.add(submission)
    except IntegrityError:
        # The same file arrived by another request since we looked.
        refuse_duplicate(session, model_card, split, predictions.file_hash)
        raise
    use_unit(session, model_card.team, split, submission.id)
    note_phase(session, submission, phase)
    session.execute(
        insert(Prediction),
        [
            {"submission_id": submission.id, "item_id": item_id, "text": text}
            for item_id, text in predictions.texts.items()
        ],
    )
    add_extras(session, submission.id, predictions.extras)
    if run_of is not None:
        add_run(session, submission, run_of)
    add_event(
        session,
        submission.id,
        EventKind.SUBMITTED,
        " ".join(
            [
                f"{submission.n_predictions:,} predictions received in {submission.file_name}.",
                *([predictions.recognised.said] if predictions.recognised else []),
            ]
        ).strip(),
    )
    if asks_approval:
        wait_for_approval(session, submission)
    return submission


def add_extras(session: Session, submission_id: str, extras: Mapping[int, Extras]) -> None:
    """Keep what came beside predictions, by item row id."""
    rows = [
        {"submission_id": submission_id, "item_id": item_id, **msgspec.structs.asdict(one)}
        for item_id, one in extras.items()
    ]
    if rows:
        session.execute(insert(PredictionExtras), rows)


def make_queued(
    user: User,
    model_card: ModelCard,
    split: Split,
    *,
    file_name: str,
    file_hash: str,
    tracks: Sequence[Track],
    n_items: int,
    at: datetime,
) -> Submission:
    """A queued submission of `n_items` items of whole tracks sent `at`, without predictions yet.

    Raises Forbidden for a banned team.
    """
    if model_card.team.is_banned:
        raise Forbidden(
            f"The team {model_card.team.name} is not allowed to submit.",
            "Contact the host of this server.",
        )
    return Submission(
        id="".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH)),
        model_card_id=model_card.id,
        split_id=split.id,
        user_id=user.id,
        file_name=file_name,
        file_hash=file_hash,
        n_predictions=0,
        tracks=[track.value for track in tracks],
        created_at=at,
        status=Status.QUEUED,
        step=Step.WAITING,
        n_total=n_items,
        heartbeat_at=clock(),
    )


def refuse_duplicate(session: Session, model_card: ModelCard, split: Split, file_hash: str) -> None:
    """Raise DuplicateSubmission if this file stands for this model on this split."""
    first = session.scalar(
        select(Submission).where(
            Submission.model_card_id == model_card.id,
            Submission.split_id == split.id,
            Submission.file_hash == file_hash,
            Submission.status.not_in(CAME_TO_NOTHING),
        )
    )
    if first is not None:
        raise DuplicateSubmission(
            f"This file was submitted for {model_card.slug} on "
            f"{first.created_at:%Y-%m-%d %H:%M} UTC as submission {first.id}.",
            "See that submission; send a new file if the model's output has changed.",
            first.id,
        )


def cancel(session: Session, submission: Submission) -> None:
    """Cancel a submission that has not ended. Raises Conflict if it has."""
    moved = session.execute(
        update(Submission)
        .where(
            Submission.id == submission.id,
            Submission.status.not_in(FINAL),
        )
        .values(status=Status.CANCELLED, run_id=None, step=Step.DONE)
    )
    session.refresh(submission)
    if moved.rowcount == 0:  # type: ignore[attr-defined]
        raise Conflict(
            f"The submission is {submission.status.value} and cannot be cancelled.",
            "Only a pending, queued, running or held submission can be cancelled.",
        )
    give_back(session, submission.id, "Cancelled.")
    add_event(session, submission.id, EventKind.CANCELLED, "Cancelled by the team.")
