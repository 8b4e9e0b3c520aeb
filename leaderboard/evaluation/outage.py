"""Waiting for a judge or a reader that is out of service: no attempt is used up, and it is asked
again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import read_clock
from leaderboard.errors import AWAITED
from leaderboard.models.judging import AnchorCall, CallOutcome, CanaryCall, JudgeCall, JudgeRun
from leaderboard.models.reading import ReaderCall, ReaderOutcome
from leaderboard.models.submission import EventKind, Prediction, SubmissionEvent


class Patience(NamedTuple):
    """How a judge that is out of service is waited for.

    A pause lasts as long as the outage so far, between `first` and `longest`, or as long as the
    server asked for, up to `longest_asked`. After `total` the submission is left to the host.
    """

    first: timedelta = timedelta(seconds=15)
    longest: timedelta = timedelta(minutes=10)
    longest_asked: timedelta = timedelta(hours=6)
    total: timedelta = timedelta(days=3)

    def find_end(self, since: datetime, moment: datetime, asked: float | None) -> datetime | None:
        """When to ask again, at `moment` of an outage; None if it has lasted too long."""
        if moment - since > self.total:
            return None
        pause = min(self.longest, max(self.first, moment - since))
        wanted = min(self.longest_asked, timedelta(seconds=min(asked or 0.0, 10**6)))
        return moment + max(pause, wanted)


def find_outage(session: Session, submission_id: str) -> datetime | None:
    """Since when a submission has waited for a judge or reader without any reply; None if not."""
    last = session.scalars(
        select(SubmissionEvent)
        .where(SubmissionEvent.submission_id == submission_id)
        .order_by(SubmissionEvent.id.desc())
        .limit(1)
    ).first()
    if last is None or last.kind is not EventKind.REQUEUED or last.message not in AWAITED:
        return None
    return max([last.at, *_read_last_replies(session, submission_id)])


def find_pause(
    session: Session, submission_id: str, asked: float | None, patience: Patience
) -> datetime | None:
    """When to ask a judge again that just turned out not to serve; None if it has been too long."""
    moment = read_clock(session)
    return patience.find_end(find_outage(session, submission_id) or moment, moment, asked)


def _read_last_replies(session: Session, submission_id: str) -> list[datetime]:
    """When the last replies about its answers, reports and checks were asked for."""
    own = select(Prediction.id).where(Prediction.submission_id == submission_id)
    runs = select(JudgeRun.id).where(JudgeRun.submission_id == submission_id)
    found = [
        session.scalar(
            select(func.max(table.started_at)).where(
                condition.in_(keys), table.outcome != CallOutcome.ERROR
            )
        )
        for table, condition, keys in (
            (JudgeCall, JudgeCall.prediction_id, own),
            (CanaryCall, CanaryCall.judge_run_id, runs),
            (AnchorCall, AnchorCall.judge_run_id, runs),
        )
    ]
    found.append(
        session.scalar(
            select(func.max(ReaderCall.called_at)).where(
                ReaderCall.submission_id == submission_id,
                ReaderCall.outcome != ReaderOutcome.ERROR,
            )
        )
    )
    return [moment for moment in found if moment is not None]
