"""Drift of LLM judges: anchor reports, chosen once, that every run rates again."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from leaderboard.db import Sessions, now
from leaderboard.errors import OnHold
from leaderboard.evaluation.rating.ask import Keeper, OpenRun, rate_whole
from leaderboard.evaluation.rating.calls import read_calls
from leaderboard.evaluation.rating.ledger import Ledger
from leaderboard.items.reports import Unrated, read_reports
from leaderboard.judges.calls import Call, Subject
from leaderboard.judges.together import run_together
from leaderboard.judges.untrusted import clean_report
from leaderboard.leases import Claim, renew
from leaderboard.models.judging import AnchorCall, AnchorReport, DriftCheck, JudgeRun, RunState
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Status, Submission
from leaderboard.scoring.statistics.drift import Drift, assess_drift, is_stable

N_ANCHORS = 30
SEED = 20_261_125

log = logging.getLogger(__name__)


def choose_anchors(session: Session, submission_id: str) -> None:
    """Choose anchor reports for every LLM judge of a submission that has none on its split.

    Once a judge has rated N_ANCHORS reports of scored submissions whole: those that experts rated
    first, then by a fixed lot. What is chosen stays.
    """
    split_id = session.get_one(Submission, submission_id).split_id
    raters = select(JudgeRun.rater_id).where(JudgeRun.submission_id == submission_id).distinct()
    for rater_id in session.scalars(raters).all():
        _choose(session, split_id, rater_id)


def _choose(session: Session, split_id: int, rater_id: int) -> None:
    if _read_anchor_ids(session, split_id, rater_id):
        return
    rated = session.scalars(
        select(Rating.prediction_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .where(
            Submission.split_id == split_id,
            Submission.status == Status.SCORED,
            Rating.rater_id == rater_id,
        )
        .group_by(Rating.prediction_id)
        .having(func.count() == func.count(Rating.value))
    ).all()
    if len(rated) < N_ANCHORS:
        return
    known = set(
        session.scalars(
            select(Rating.prediction_id)
            .join(Rater, Rater.id == Rating.rater_id)
            .where(Rater.kind == RaterKind.EXPERT, Rating.prediction_id.in_(rated))
        )
    )
    lot = random.Random(SEED)
    drawn = sorted(sorted(rated), key=lambda key: (key not in known, lot.random()))
    rows = [{"rater_id": rater_id, "prediction_id": key} for key in drawn[:N_ANCHORS]]
    session.execute(insert(AnchorReport), rows)


async def check_drift(
    sessions: Sessions, claim: Claim[str], ledger: Ledger, runs: Sequence[OpenRun]
) -> None:
    """Have each judge that has anchors rate them again, once a run.

    Raises OnHold if the mean change is not shown to be small: then none of the submission's
    reports is rated by it, its run is void and its row says why.
    """
    with sessions.read() as session:
        split_id = session.get_one(Submission, claim.key).split_id
        own = DriftCheck.judge_run_id.in_([run.run_id for run in runs])
        done = set(session.scalars(select(DriftCheck.judge_run_id).where(own)))
        todo = [
            (run, anchors)
            for run in runs
            if run.run_id not in done
            and (anchors := _read_anchors(session, split_id, run.rater_id))
        ]
    drifts = await run_together(_measure(sessions, ledger, run, found) for run, found in todo)
    drifted = []
    with sessions.write() as session:
        renew(session, claim)
        for (run, _), drift in zip(todo, drifts, strict=True):
            session.add(_make_check(run.run_id, drift))
            if not is_stable(drift):
                row = session.get_one(JudgeRun, run.run_id)
                row.state, row.reason = RunState.VOID, explain_drift(drift)
                drifted.append(run.judge.identity.name)
                log.warning("judge %s has drifted: %s", run.judge.identity.name, row.reason)
    if drifted:
        raise OnHold(
            "A judge of reports no longer rates as it did; its ratings would not be comparable.",
            "You do not have to do anything; the host has been told.",
        )


def explain_drift(drift: Drift) -> str:
    """What the host must know of a drift that is not shown to be small."""
    if drift.change is None or drift.change.low is None or drift.change.high is None:
        return "drift: the anchor reports could not be rated again"
    value, low, high = drift.change
    return (
        f"drift: the mean rating of {drift.n} anchor reports changed by {value:+.2f} "
        f"(90 % interval {low:+.2f} to {high:+.2f}); within 0.15 is required"
    )


def _make_check(run_id: int, drift: Drift) -> DriftCheck:
    value, low, high = drift.change or (None, None, None)
    return DriftCheck(
        judge_run_id=run_id,
        checked_at=now(),
        n=drift.n,
        change=value,
        low=low,
        high=high,
        is_stable=is_stable(drift),
    )


async def _measure(
    sessions: Sessions, ledger: Ledger, run: OpenRun, anchors: Mapping[int, float]
) -> Drift:
    """Rate the anchors again; those that come back unscored do not count."""
    with sessions.read() as session:
        reports = read_reports(session, list(anchors))
        known = read_calls(
            session, AnchorCall, AnchorCall.prediction_id, AnchorCall.judge_run_id == run.run_id
        )
    again = await run_together(_rate_again(ledger, run, r, known.get(r.id, [])) for r in reports)
    pairs = [
        (anchors[report.id], value)
        for report, value in zip(reports, again, strict=True)
        if value is not None
    ]
    before, after = np.array(pairs, dtype=np.float64).reshape(-1, 2).T
    return assess_drift(before, after)


async def _rate_again(
    ledger: Ledger, run: OpenRun, report: Unrated, known: Sequence[Call]
) -> float | None:
    """The mean rating of a report in this run; None where a dimension is unscored."""
    subject = Subject(f"run {run.run_id} {report.id}", report.case, clean_report(report.text))
    key = {"judge_run_id": run.run_id, "prediction_id": report.id}
    keeper = Keeper(ledger, AnchorCall, key, known)
    ratings = await rate_whole(run, keeper, subject, run.judge.settings.repeats)
    scored = [rating.value for rating in ratings if rating.value is not None]
    return fmean(scored) if len(scored) == len(ratings) else None


def _read_anchor_ids(session: Session, split_id: int, rater_id: int) -> list[int]:
    rows = session.scalars(
        select(AnchorReport.prediction_id)
        .join(Prediction, Prediction.id == AnchorReport.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .where(Submission.split_id == split_id, AnchorReport.rater_id == rater_id)
        .order_by(AnchorReport.prediction_id)
    )
    return list(rows)


def _read_anchors(session: Session, split_id: int, rater_id: int) -> dict[int, float]:
    """A judge's anchor reports on a split, with the mean of their first ratings."""
    rows = session.execute(
        select(Rating.prediction_id, func.avg(Rating.value))
        .where(
            Rating.rater_id == rater_id,
            Rating.prediction_id.in_(_read_anchor_ids(session, split_id, rater_id)),
        )
        .group_by(Rating.prediction_id)
    )
    return {row[0]: float(row[1]) for row in rows}
