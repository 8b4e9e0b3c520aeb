"""What changed in the rankings of a split and when: its versions, releases and results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from leaderboard.models.benchmark import Benchmark, Split
from leaderboard.models.ranking import Board
from leaderboard.models.release import Release
from leaderboard.models.submission import Submission
from leaderboard.packages.catalogue import read_versions
from leaderboard.rankings.errata import VersionErrata, read_errata
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.releases import read_releases, read_versions_of
from leaderboard.rankings.rows import RankingTable
from leaderboard.scoring.rank_range import RankRange
from leaderboard.sharing.feed import make_id
from leaderboard.sharing.news import read_public_results

MOST_RESULTS = 500
"""Results beyond the newest so many are not told."""


class RankMove(NamedTuple):
    """A model whose rank range on a board is another than before; None is without a rank."""

    board: Board
    model: str
    former: RankRange | None
    rank: RankRange | None


@dataclass(frozen=True)
class Change:
    """Something that changed; `id` stays the same wherever and whenever it is told.

    A version that followed another has the `former` and a `reason`, which a release has too; the
    moves of both are against the last ranking before. `entered` and `left` are the models that a
    release's ranking has more and fewer.
    """

    id: str
    at: datetime
    kind: str
    split: Split
    path: str
    former: Benchmark | None = None
    reason: str = ""
    release: Release | None = None
    submission: Submission | None = None
    entered: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    moves: tuple[RankMove, ...] = ()


def read_changes(session: Session, split: Split) -> list[Change]:
    """All that everybody may know of a split in all versions of its benchmark, newest first."""
    found = [
        *_read_versions(session, split),
        *_read_releases(session, split),
        *_read_results(session, split),
    ]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)


def _read_versions(session: Session, split: Split) -> Iterator[Change]:
    versions = read_versions(session, split.benchmark.slug)
    errata = {one.benchmark.id: one for one in read_errata(session, versions[0])}
    for version in versions:
        for of in version.splits:
            if of.name == split.name and version.opened_at is not None:
                yield _tell_version(of, version.opened_at, errata.get(version.id))


def _tell_version(split: Split, at: datetime, errata: VersionErrata | None) -> Change:
    benchmark = split.benchmark
    parts = errata.splits if errata else ()
    return Change(
        id=make_id(f"benchmark {benchmark.content_hash}"),
        at=at,
        kind="version",
        split=split,
        path=f"/benchmarks/{benchmark.slug}?version={benchmark.version}",
        former=errata.former if errata else None,
        reason=errata.reason if errata else "",
        moves=tuple(
            RankMove(move.board, move.model.slug, move.former, move.rank)
            for part in parts
            if part.split is split
            for move in part.moves
        ),
    )


def _read_releases(session: Session, split: Split) -> Iterator[Change]:
    before: RankingTable | None = None
    for one in reversed(read_releases(session, split.id)):
        release = one.release
        table = read_ranking(session, release.split, release=release.number)
        known = {row.model.slug for row in before.rows} if before else set()
        now = {row.model.slug for row in table.rows}
        benchmark = release.split.benchmark
        place = f"benchmark={benchmark.slug}&version={benchmark.version}&split={split.name}"
        yield Change(
            id=make_id(f"release {benchmark.content_hash} {split.name} {release.number}"),
            at=release.opened_at,
            kind="release",
            split=release.split,
            path=f"/?{place}&release={release.number}",
            reason=release.note,
            release=release,
            entered=tuple(sorted(now - known)),
            left=tuple(sorted(known - now)),
            moves=tuple(find_moves(_read_ranks(before), _read_ranks(table))),
        )
        before = table


_Ranks = Mapping[tuple[Board, str], RankRange]


def _read_ranks(table: RankingTable | None) -> _Ranks:
    rows = table.rows if table else []
    return {(board, row.model.slug): rank for row in rows for board, rank in row.ranks.items()}


def find_moves(before: _Ranks, after: _Ranks) -> Iterator[RankMove]:
    """What differs, by board and then by model."""
    places = before.keys() | after.keys()
    for place in sorted(places, key=lambda one: (one[0].order, one[1])):
        was, now = before.get(place), after.get(place)
        if was != now:
            yield RankMove(*place, was, now)


def _read_results(session: Session, split: Split) -> Iterator[Change]:
    keys = [one.id for one in read_versions_of(session, split.id)]
    newest = read_public_results(session, Submission.split_id.in_(keys), limit=MOST_RESULTS)
    for submission, at in newest:
        benchmark = submission.split.benchmark
        yield Change(
            id=make_id(f"submission {submission.id}"),
            at=at,
            kind="result",
            split=submission.split,
            path=f"/models/{submission.model_card.slug}?benchmark={benchmark.slug}&split={split.name}",
            submission=submission,
        )
