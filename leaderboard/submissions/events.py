"""What happened to a submission, in words for its team."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.db import read_moment
from leaderboard.models.submission import EventKind, Submission, SubmissionEvent
from leaderboard.notices.add import add_notices


def add_event(
    session: Session, submission_id: str, kind: EventKind, message: str, remedy: str = ""
) -> None:
    """Note now what happened, and what the team may do about it; tell who wants to hear of it."""
    session.add(
        SubmissionEvent(
            submission_id=submission_id,
            at=read_moment(session),
            kind=kind,
            message=message,
            remedy=remedy,
        )
    )
    session.flush()
    add_notices(session, submission_id, kind)


def find_rest(submission: Submission) -> SubmissionEvent | None:
    """The event that brought a submission to where it rests, ended or held; None while it moves."""
    status = submission.status
    if not status.is_at_rest:
        return None
    return next((one for one in reversed(submission.events) if one.kind == status.value), None)
