"""Submissions whose reports an earlier version of a judge rated, and their ratings by today's."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.calibration.refits import request_refit
from leaderboard.db import Sessions
from leaderboard.items.reports import ensure_rater_id, make_rating_row, read_unrated
from leaderboard.judges.protocol import Judge, JudgeIdentity
from leaderboard.leases import Claim, renew
from leaderboard.models.calibration import ScoredReports
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Status, Submission


def replaces(version: str, other: str) -> bool:
    """Whether ratings by a judge's `version` take the place of those by its `other`.

    Those of a later version do. Versions that are not both numbers have no order: any other one
    is replaced.
    """
    if version.isdecimal() and other.isdecimal():
        return int(version) > int(other)
    return version != other


def request_again(session: Session, identity: JudgeIdentity) -> list[int]:
    """Ask for a refit of every split where an earlier version of the judge scored reports.

    Returns their ids, for the caller to enqueue after its commit; [] where everything was scored
    by this version.
    """
    split_ids = session.scalars(
        select(Submission.split_id)
        .join(ScoredReports, ScoredReports.submission_id == Submission.id)
        .where(
            ScoredReports.rater_id.in_(_read_replaced(session, identity)),
            Submission.status == Status.SCORED,
        )
        .distinct()
        .order_by(Submission.split_id)
    ).all()
    for split_id in split_ids:
        request_refit(session, split_id)
    return list(split_ids)


def find_outdated(
    session: Session, submission_ids: Collection[str], identity: JudgeIdentity
) -> set[str]:
    """Those of the submissions that an earlier version scored, where a later one scored others.

    Scores of two versions do not compare. As long as only the earlier one scored, all do. Versions
    without an order give way to that of `identity`, where it scored any.
    """
    rows = session.execute(
        select(ScoredReports.submission_id, Rater.version)
        .join(Rater, Rater.id == ScoredReports.rater_id)
        .where(
            ScoredReports.submission_id.in_(submission_ids),
            Rater.kind == RaterKind.JUDGE,
            Rater.name == identity.name,
        )
    )
    versions = {row[0]: row[1] for row in rows}
    numbers = [version for version in versions.values() if version.isdecimal()]
    if identity.version.isdecimal() and numbers:
        standing = max(numbers, key=int)
    elif identity.version in versions.values():
        standing = identity.version
    else:
        return set()
    return {key for key, version in versions.items() if version != standing}


def rate_again(sessions: Sessions, claim: Claim[int], judge: Judge) -> dict[str, int]:
    """Have `judge` rate the reports of the split's submissions that its earlier versions scored.

    Returns its row id by submission. What it has rated already it does not rate again. Each
    submission is one transaction, which renews the claim; none is open while the judge works.
    """
    with sessions.write() as session:
        renew(session, claim)
        rater_id = ensure_rater_id(session, judge.identity)
        keys = session.scalars(
            select(ScoredReports.submission_id)
            .join(Submission, Submission.id == ScoredReports.submission_id)
            .where(
                Submission.split_id == claim.key,
                Submission.status == Status.SCORED,
                ScoredReports.rater_id.in_(_read_replaced(session, judge.identity)),
            )
            .order_by(Submission.created_at, Submission.id)
        ).all()
    for key in keys:
        with sessions.read() as session:
            reports = read_unrated(session, key, rater_id)
        rows = [
            make_rating_row(report.id, rater_id, rating)
            for report in reports
            for rating in judge.rate(report.case, report.text)
        ]
        with sessions.write() as session:
            renew(session, claim)
            if rows:
                session.execute(insert(Rating), rows)
    return dict.fromkeys(keys, rater_id)


def _read_replaced(session: Session, identity: JudgeIdentity) -> list[int]:
    """The row ids of the judge in the versions that `identity` replaces."""
    rows = session.execute(
        select(Rater.id, Rater.version).where(
            Rater.kind == RaterKind.JUDGE, Rater.name == identity.name
        )
    )
    return [row.id for row in rows if replaces(identity.version, row.version)]
