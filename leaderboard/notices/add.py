"""Notices of what happened to a submission, one for each target of its team."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import clock, now
from leaderboard.models.notice import Notice, NoticeState, NoticeTarget
from leaderboard.models.submission import EventKind, Submission
from leaderboard.models.team import ModelCard

TOLD = frozenset(
    {
        EventKind.PENDING,
        EventKind.APPROVED,
        EventKind.SCORED,
        EventKind.HELD,
        EventKind.FAILED,
        EventKind.CANCELLED,
    }
)
"""The events that a team is told of."""


def add_notices(session: Session, submission_id: str, event: EventKind) -> None:
    """Add what the targets of the submission's team are to be told, if it is of interest."""
    if event not in TOLD:
        return
    targets = session.scalars(
        select(NoticeTarget.id)
        .join(ModelCard, ModelCard.team_id == NoticeTarget.team_id)
        .join(Submission, Submission.model_card_id == ModelCard.id)
        .where(Submission.id == submission_id)
    )
    for target_id in targets:
        session.add(
            Notice(
                target_id=target_id,
                submission_id=submission_id,
                event=event,
                at=now(),
                state=NoticeState.WAITING,
                next_at=clock(),
            )
        )
