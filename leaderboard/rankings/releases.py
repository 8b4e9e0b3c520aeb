"""Releases of a split: find them, open the next one, and the ranking of each."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from leaderboard.db import lock_row, now
from leaderboard.disclosure import is_public
from leaderboard.errors import NotFound
from leaderboard.models.benchmark import Split
from leaderboard.models.ranking import RankedSubmission, Ranking
from leaderboard.models.release import Release, ReleaseJudge
from leaderboard.models.submission import Submission


class ReleaseSummary(NamedTuple):
    """A release with a ranking: when it was last ranked, closed (None if open), its models."""

    release: Release
    ranked_at: datetime
    closed_at: datetime | None
    n_models: int


def find_release(session: Session, split_id: int) -> Release | None:
    """The open release of a split: its newest, or None before the first ranking."""
    return session.scalar(
        select(Release).where(Release.split_id == split_id).order_by(Release.number.desc()).limit(1)
    )


def lock_releases(session: Session, split_id: int) -> None:
    """Wait for whoever ranks the split or opens its next release, and have others wait."""
    lock_row(session, Split.id, split_id)


def open_release(session: Session, split_id: int, note: str) -> Release:
    """Close the open release of a split and open the next.

    The ranking of the closed one stays as it is. Acts on one split wait for each other.
    """
    lock_releases(session, split_id)
    last = find_release(session, split_id)
    number = last.number + 1 if last else 1
    release = Release(split_id=split_id, number=number, opened_at=now(), note=note)
    session.add(release)
    session.flush()
    return release


def find_ranking(session: Session, split_id: int) -> Ranking | None:
    """The current ranking of a split: that of its newest release with one."""
    return session.scalar(_select_rankings(split_id).limit(1))


def get_ranking(session: Session, split: Split, number: int) -> Ranking:
    """The ranking of the release of that number. Raises NotFound."""
    rankings = session.scalars(_select_rankings(split.id)).all()
    for ranking in rankings:
        if ranking.release.number == number:
            return ranking
    known = ", ".join(str(ranking.release.number) for ranking in rankings)
    raise NotFound(
        f"{split.benchmark.name} {split.name} has no ranking for release {number}.",
        f"Its releases are {known}." if known else "It has not been ranked yet.",
    )


def _select_rankings(split_id: int) -> Select[Ranking]:
    """The rankings of a split's releases, newest first."""
    return (
        select(Ranking)
        .join(Ranking.release)
        .where(Release.split_id == split_id)
        .order_by(Release.number.desc())
        .options(contains_eager(Ranking.release))
    )


def read_releases(session: Session, split_id: int) -> list[ReleaseSummary]:
    """The releases of a split that have a ranking, newest first; models as the public sees them."""
    counts = session.execute(
        select(RankedSubmission.ranking_id, func.count())
        .join(Submission, Submission.id == RankedSubmission.submission_id)
        .where(Submission.split_id == split_id, is_public())
        .group_by(RankedSubmission.ranking_id)
    )
    n_models = {row[0]: row[1] for row in counts}
    judges = selectinload(Release.judges).joinedload(ReleaseJudge.rater)
    rankings = session.scalars(
        _select_rankings(split_id).options(contains_eager(Ranking.release).options(judges))
    )
    beginnings = session.execute(
        select(Release.number, Release.opened_at).where(Release.split_id == split_id)
    )
    opened = {row[0]: row[1] for row in beginnings}
    return [
        ReleaseSummary(
            ranking.release,
            ranking.ranked_at,
            opened.get(ranking.release.number + 1),
            n_models.get(ranking.id, 0),
        )
        for ranking in rankings
    ]
