"""New labels: fit again, score again, rank again, without calling a judge."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from leaderboard.calibration.fit import fit_calibrations
from leaderboard.calibration.split_facts import read_split_facts
from leaderboard.db import Sessions, now
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.score import score_submission
from leaderboard.models.calibration import Refit, ScoredReports
from leaderboard.models.submission import Status, Submission

log = logging.getLogger(__name__)


def request_refit(session: Session, split_id: int) -> None:
    """Write down that the labels of a split changed; the caller enqueues after its commit."""
    session.merge(Refit(split_id=split_id, requested_at=now(), nudged_at=now()))


def nudge_refits(session: Session, waited: timedelta) -> list[int]:
    """Splits whose refit nobody finished in `waited`, to enqueue again, once in that time."""
    moment = now()
    rows = session.scalars(
        update(Refit)
        .where(Refit.nudged_at < moment - waited)
        .values(nudged_at=moment)
        .returning(Refit.split_id)
    )
    return list(rows)


def recalibrate(sessions: Sessions, split_id: int) -> None:
    """Fit every judge's calibrations of a split and score its submissions by them; rank.

    Each submission is scored by the judge that scored it before. Twice gives the same; a run
    that dies is nudged again, since the request stands until the end.
    """
    with sessions.write() as session:
        requested_at = session.scalar(select(Refit.requested_at).where(Refit.split_id == split_id))
        scored = _read_scored(session, split_id)
        for rater_id in sorted(set(scored.values())):
            fit_calibrations(session, split_id, rater_id)
        split = read_split_facts(session, split_id)
    for submission_id, rater_id in scored.items():
        with sessions.write() as session:
            score_submission(session, submission_id, rater_id, split)
    with sessions.write() as session:
        rank_split(session, split_id, items=split.items)
        _finish(session, split_id, requested_at)
    log.info("split %d: %d submissions scored by new calibrations", split_id, len(scored))


def _read_scored(session: Session, split_id: int) -> dict[str, int]:
    """The judge of each scored submission with reports, by submission id."""
    rows = session.execute(
        select(ScoredReports.submission_id, ScoredReports.rater_id)
        .join(Submission, Submission.id == ScoredReports.submission_id)
        .where(Submission.split_id == split_id, Submission.status == Status.SCORED)
        .order_by(Submission.created_at, Submission.id)
    )
    return {row[0]: row[1] for row in rows}


def _finish(session: Session, split_id: int, requested_at: datetime | None) -> None:
    """Strike the request off, unless there was another since."""
    session.execute(
        delete(Refit).where(Refit.split_id == split_id, Refit.requested_at == requested_at)
    )
