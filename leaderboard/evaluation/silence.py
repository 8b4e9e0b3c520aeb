"""Runs of endpoints of which too many replies had no answer in them, and how they go again."""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from leaderboard.models.endpoint import EndpointReply, FailedItem
from leaderboard.models.submission import Prediction, PredictionExtras, Submission
from leaderboard.submissions.read import MAX_FAILED_SHARE


def count_silent(session: Session, submission_id: str) -> int:
    """How many replies of a run had no answer in them."""
    query = select(func.count()).where(
        EndpointReply.submission_id == submission_id, EndpointReply.is_silent
    )
    return session.scalar(query) or 0


def forget_unanswered(session: Session, submission_id: str) -> None:
    """Have an endpoint asked again for what a failed run got no prediction for.

    Replies without an answer are asked for again only where there were too many of them: that
    speaks of how the server is set up. A few are the model's own, and stay.
    """
    session.execute(delete(FailedItem).where(FailedItem.submission_id == submission_id))
    n_total = session.scalar(select(Submission.n_total).where(Submission.id == submission_id)) or 0
    n_silent = count_silent(session, submission_id)
    if n_silent <= MAX_FAILED_SHARE * n_total:
        return
    silent = select(EndpointReply.item_id).where(
        EndpointReply.submission_id == submission_id, EndpointReply.is_silent
    )
    # Such a run ends before anything is parsed or rated: nothing refers to these predictions.
    for table in (Prediction, PredictionExtras):
        session.execute(
            delete(table).where(table.submission_id == submission_id, table.item_id.in_(silent))
        )
    session.execute(
        delete(EndpointReply).where(
            EndpointReply.submission_id == submission_id, EndpointReply.is_silent
        )
    )
    session.execute(
        update(Submission)
        .where(Submission.id == submission_id)
        .values(n_predictions=Submission.n_predictions - n_silent)
    )
