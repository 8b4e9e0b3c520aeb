"""New labels or a judge's new version: fit again, score again, rank again."""

from __future__ import annotations

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.fit import fit_calibrations
from leaderboard.calibration.refits import REFITS, begin_refit, end_refit
from leaderboard.calibration.split_facts import read_split_facts
from leaderboard.db import Sessions
from leaderboard.errors import ClaimLost
from leaderboard.evaluation.outdated import rate_again
from leaderboard.evaluation.rank import rank_split
from leaderboard.evaluation.score import score_submission
from leaderboard.judges.protocol import Judge
from leaderboard.leases import Claim, claim_row, renew
from leaderboard.models.calibration import ScoredReports
from leaderboard.models.submission import Status, Submission

log = logging.getLogger(__name__)


def recalibrate(sessions: Sessions, split_id: int, *, again: Judge | None = None) -> None:
    """Fit every judge's calibrations of a split and score its submissions by them; rank.

    Does nothing where no refit waits. Each submission is scored by the judge that scored it
    before, without calling it; where that was an earlier version of the judge `again`, this one
    rates the reports first and scores. A run that dies is followed by another, since the request
    stands until the end.
    """
    with sessions.write() as session:
        claim = claim_row(session, REFITS, split_id)
    if claim is None:
        log.info("split %d: no refit waits: nothing to do", split_id)
        return
    try:
        n_scored = _refit(sessions, claim, again)
    except ClaimLost:
        log.info("the refit of split %d went elsewhere: this run stops", split_id)
    else:
        log.info("split %d: %d submissions rescored with new calibrations", split_id, n_scored)


def _refit(sessions: Sessions, claim: Claim[int], again: Judge | None) -> int:
    """Every step renews the claim; returns how many submissions were scored."""
    with sessions.write() as session:
        requested_at = begin_refit(session, claim)
    rated = rate_again(sessions, claim, again) if again else {}
    with sessions.read() as session:
        scored = _read_scored(session, claim.key) | rated
    for rater_id in sorted(set(scored.values())):
        # One at a time: experts who ask for a refit meanwhile wait for the row.
        with sessions.write() as session:
            renew(session, claim)
            fit_calibrations(session, claim.key, rater_id)
    with sessions.read() as session:
        split = read_split_facts(session, claim.key)
    for submission_id, rater_id in scored.items():
        with sessions.write() as session:
            renew(session, claim)
            score_submission(session, submission_id, rater_id, split)
    with sessions.write() as session:
        end_refit(session, claim, requested_at)
        rank_split(session, claim.key, items=split.items)
    return len(scored)


def _read_scored(session: Session, split_id: int) -> dict[str, int]:
    """The judge of each scored submission with reports, by submission id."""
    rows = session.execute(
        select(ScoredReports.submission_id, ScoredReports.rater_id)
        .join(Submission, Submission.id == ScoredReports.submission_id)
        .where(Submission.split_id == split_id, Submission.status == Status.SCORED)
        .order_by(Submission.created_at, Submission.id)
    )
    return {row[0]: row[1] for row in rows}
