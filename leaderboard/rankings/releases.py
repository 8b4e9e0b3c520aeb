"""Releases of a split over its versions: find them, open the next one, the ranking of each."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from leaderboard.db import lock_row, now
from leaderboard.disclosure import is_public
from leaderboard.errors import NotFound
from leaderboard.models.benchmark import Split
from leaderboard.models.campaign import ReleaseOrder, ReleaseRuler
from leaderboard.models.ranking import RankedSubmission, Ranking
from leaderboard.models.release import Release, ReleaseJudge
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import find_successor, read_versions


class ReleaseSummary(NamedTuple):
    """A release with a ranking: when it was last ranked, closed (None if open), its models.

    The last one of an older version was closed when the next version was opened.
    """

    release: Release
    ranked_at: datetime
    closed_at: datetime | None
    n_models: int


def find_release(session: Session, split_id: int) -> Release | None:
    """The open release of a split: its newest, or None before the first ranking."""
    return session.scalar(
        select(Release).where(Release.split_id == split_id).order_by(Release.number.desc()).limit(1)
    )


def decides_by_reports(session: Session, release_id: int) -> bool:
    """Whether calibrated report scores of a release's judge may decide ranks."""
    row = session.get(ReleaseOrder, release_id)
    return row is None or row.may_rank


def read_ruler(session: Session, split_id: int) -> tuple[int | None, bool]:
    """The judge of the open release, and whether its calibrated scores may decide ranks."""
    release = find_release(session, split_id)
    ruler = None if release is None else session.get(ReleaseRuler, release.id)
    if ruler is None:
        return None, True
    return ruler.rater_id, decides_by_reports(session, ruler.release_id)


def lock_releases(session: Session, split_id: int) -> None:
    """Wait for whoever ranks the split or opens its next release, and have others wait."""
    lock_row(session, Split.id, split_id)


def open_release(session: Session, split_id: int, note: str) -> Release:
    """Close the open release of a split and open the next.

    The ranking of the closed one stays as it is. Numbers go on over the versions of the benchmark.
    Acts on one split wait for each other.
    """
    lock_releases(session, split_id)
    known = [split_id, *(one.id for one in read_versions_of(session, split_id))]
    last = session.scalar(select(func.max(Release.number)).where(Release.split_id.in_(known)))
    release = Release(split_id=split_id, number=(last or 0) + 1, opened_at=now(), note=note)
    session.add(release)
    session.flush()
    return release


def find_ranking(session: Session, split_id: int) -> Ranking | None:
    """The current ranking of a split: that of its newest release with one."""
    return session.scalar(_select_rankings(split_id).limit(1))


def read_versions_of(session: Session, split_id: int) -> list[Split]:
    """The splits of this split's name in the open versions of its benchmark, newest first."""
    split = session.get_one(Split, split_id)
    versions = read_versions(session, split.benchmark.slug)
    return [one for version in versions for one in version.splits if one.name == split.name]


def find_standing_split(session: Session, split: Split) -> Split:
    """Where those stand now who stood on `split`: there, or on the newest version's split.

    They stand there once they were moved to a newer version; a split of an older version whose
    submissions are still its own is answered by itself.
    """
    if find_successor(session, split.benchmark) is None or not _was_left(session, split):
        return split
    return read_versions_of(session, split.id)[0]


def _was_left(session: Session, split: Split) -> bool:
    """Whether some of the last ranking of a split were moved to another."""
    ranking = find_ranking(session, split.id)
    if ranking is None:
        return False
    left = (
        select(RankedSubmission.submission_id)
        .join(Submission, Submission.id == RankedSubmission.submission_id)
        .where(RankedSubmission.ranking_id == ranking.id, Submission.split_id != split.id)
    )
    return session.scalar(left.limit(1)) is not None


def get_ranking(session: Session, split: Split, number: int) -> Ranking:
    """The ranking of the release of that number, of whichever version it was. Raises NotFound.

    Where versions from before numbers went on have the same number, that of `split` is meant, or
    else that of the newest version.
    """
    splits = [split, *(one for one in read_versions_of(session, split.id) if one is not split)]
    rankings = [one for of in splits for one in session.scalars(_select_rankings(of.id))]
    for ranking in rankings:
        if ranking.release.number == number:
            return ranking
    numbers = sorted({ranking.release.number for ranking in rankings}, reverse=True)
    known = ", ".join(str(one) for one in numbers)
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
    """The releases with a ranking of a split and of its open versions, newest first.

    Models are counted as the public sees them.
    """
    splits = read_versions_of(session, split_id) or [session.get_one(Split, split_id)]
    found: list[ReleaseSummary] = []
    followed_at = None
    for split in splits:
        found += _summarise(session, split.id, followed_at)
        followed_at = split.benchmark.opened_at
    return found


def _summarise(
    session: Session, split_id: int, followed_at: datetime | None
) -> list[ReleaseSummary]:
    """Those of one version, which another followed at that time."""
    judges = selectinload(Release.judges).joinedload(ReleaseJudge.rater)
    rankings = session.scalars(
        _select_rankings(split_id).options(contains_eager(Ranking.release).options(judges))
    ).all()
    # By the ranking alone: who stood in it may have moved to a newer version.
    counts = session.execute(
        select(RankedSubmission.ranking_id, func.count())
        .join(Submission, Submission.id == RankedSubmission.submission_id)
        .where(RankedSubmission.ranking_id.in_([one.id for one in rankings]), is_public())
        .group_by(RankedSubmission.ranking_id)
    )
    n_models = {row[0]: row[1] for row in counts}
    beginnings = session.execute(
        select(Release.opened_at).where(Release.split_id == split_id).order_by(Release.opened_at)
    )
    opened = [row[0] for row in beginnings]
    return [
        ReleaseSummary(
            ranking.release,
            ranking.ranked_at,
            next((at for at in opened if at > ranking.release.opened_at), followed_at),
            n_models.get(ranking.id, 0),
        )
        for ranking in rankings
    ]
