"""The releases of a split."""

from __future__ import annotations

from datetime import datetime

from leaderboard.rankings.releases import ReleaseSummary, read_releases
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, find_split, name_split
from leaderboard.web.services import database
from spinebench.shapes.shape import Shape


class ReleaseJudgeRecord(Shape, frozen=True, kw_only=True):
    """A judge of a release; `labels`, whose ratings calibrate it, is null where none do."""

    name: str
    version: str
    labels: str | None
    n_labels: int
    fitted_at: datetime | None


class ReleaseRecord(Shape, frozen=True, kw_only=True):
    """A release of a split; `closed_at` is null for the open one. `version` is the benchmark's."""

    number: int
    version: str
    opened_at: datetime
    closed_at: datetime | None
    ranked_at: datetime
    n_models: int
    note: str
    judges: list[ReleaseJudgeRecord]


class ReleaseList(Shape, frozen=True, kw_only=True):
    """The releases of a split, newest first."""

    benchmark: str
    version: str
    split: str
    releases: list[ReleaseRecord]


@get("/releases/<slug>/<split>", query=VersionQuery)
def list_releases(slug: str, split: str) -> ReleaseList:
    """The releases of a split in all versions, whose rankings remain available; newest first."""
    found = find_split(slug, split)
    rows = read_releases(database(), found.id)
    return ReleaseList(**name_split(found), releases=[_show(row) for row in rows])


def _show(row: ReleaseSummary) -> ReleaseRecord:
    release = row.release
    return ReleaseRecord.of(
        row,
        number=release.number,
        version=release.split.benchmark.version,
        opened_at=release.opened_at,
        note=release.note,
        judges=[
            ReleaseJudgeRecord.of(
                judge,
                name=judge.rater.name,
                version=judge.rater.version,
                labels=judge.label_kind,
            )
            for judge in release.judges
        ],
    )
