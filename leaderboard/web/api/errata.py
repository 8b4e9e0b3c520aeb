"""What the versions of a benchmark corrected."""

from __future__ import annotations

from datetime import datetime

from leaderboard.rankings.errata import Move, SplitErrata, VersionErrata, read_errata
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, find_benchmark
from leaderboard.web.services import database
from spinebench.shapes.shape import Shape


class ErratumCountRecord(Shape, frozen=True, kw_only=True):
    """How many items a change is told of, in these subconditions together.

    `items` names them where the answers of the split are no secret.
    """

    change: str
    subconditions: list[str]
    n: int
    items: list[str]


class RetiredItemRecord(Shape, frozen=True, kw_only=True):
    """An item of which something unseen changed, told since no version in front hides it."""

    id: str
    change: str


class MoveRecord(Shape, frozen=True, kw_only=True):
    """A model whose rank range on a board changed; null is without a rank."""

    board: str
    model: str
    former_rank_low: int | None
    former_rank_high: int | None
    rank_low: int | None
    rank_high: int | None


class SplitErrataRecord(Shape, frozen=True, kw_only=True):
    """What became of a split."""

    split: str
    changes: list[ErratumCountRecord]
    retired: list[RetiredItemRecord]
    moves: list[MoveRecord]


class ErratumRecord(Shape, frozen=True, kw_only=True):
    """What a version changed of the one that it followed, and why."""

    version: str
    former_version: str
    opened_at: datetime
    reason: str
    splits: list[SplitErrataRecord]


class ErrataList(Shape, frozen=True, kw_only=True):
    """The errata of a version and of those before it, newest first."""

    benchmark: str
    version: str
    errata: list[ErratumRecord]


@get("/benchmarks/<slug>/errata", query=VersionQuery)
def list_errata(slug: str) -> ErrataList:
    """What versions corrected, reworded, dropped and added, why, and which models moved by it."""
    found = find_benchmark(slug)
    errata = read_errata(database(), found)
    return ErrataList(
        benchmark=found.slug, version=found.version, errata=[_show(one) for one in errata]
    )


def _show(one: VersionErrata) -> ErratumRecord:
    return ErratumRecord(
        version=one.benchmark.version,
        former_version=one.former.version,
        opened_at=one.opened_at,
        reason=one.reason,
        splits=[_show_split(split) for split in one.splits],
    )


def _show_split(one: SplitErrata) -> SplitErrataRecord:
    return SplitErrataRecord(
        split=one.split.name,
        changes=[
            ErratumCountRecord(
                change=row.change.value,
                subconditions=list(row.conditions),
                n=row.n,
                items=list(row.items),
            )
            for row in one.counts
        ],
        retired=[RetiredItemRecord(id=key, change=change.value) for key, change in one.retired],
        moves=[_show_move(move) for move in one.moves],
    )


def _show_move(move: Move) -> MoveRecord:
    return MoveRecord(
        board=move.board.value,
        model=move.model.slug,
        former_rank_low=move.former.low if move.former else None,
        former_rank_high=move.former.high if move.former else None,
        rank_low=move.rank.low if move.rank else None,
        rank_high=move.rank.high if move.rank else None,
    )
