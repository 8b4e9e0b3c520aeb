"""What changed in the rankings of a split, for programs that follow it."""

from __future__ import annotations

from datetime import datetime

from leaderboard.sharing.changes import Change, RankMove, read_changes
from leaderboard.web.api.errata import MoveRecord
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import VersionQuery, find_split, name_split
from leaderboard.web.services import database, services
from spinebench.shapes.shape import Shape


class RankingChangeRecord(Shape, frozen=True, kw_only=True):
    """A change by its `id`, which stays; `kind` is version, release or result."""

    id: str
    at: datetime
    kind: str
    version: str
    url: str
    former_version: str | None
    reason: str
    release: int | None
    model: str | None
    submission: str | None
    entered: list[str]
    left: list[str]
    moves: list[MoveRecord]


class RankingChangeList(Shape, frozen=True, kw_only=True):
    """The changes of a split in all versions, newest first."""

    benchmark: str
    version: str
    split: str
    changes: list[RankingChangeRecord]


@get("/changes/<slug>/<split>", query=VersionQuery)
def list_changes(slug: str, split: str) -> RankingChangeList:
    """What changed and when: versions, releases with rank ranges before and after, results."""
    found = find_split(slug, split)
    return RankingChangeList(
        **name_split(found), changes=[_show(one) for one in read_changes(database(), found)]
    )


def _show(one: Change) -> RankingChangeRecord:
    submission = one.submission
    return RankingChangeRecord(
        id=one.id,
        at=one.at,
        kind=one.kind,
        version=one.split.benchmark.version,
        url=services().base_url + one.path,
        former_version=one.former.version if one.former else None,
        reason=one.reason,
        release=one.release.number if one.release else None,
        model=submission.model_card.slug if submission else None,
        submission=submission.id if submission else None,
        entered=list(one.entered),
        left=list(one.left),
        moves=[_show_move(move) for move in one.moves],
    )


def _show_move(move: RankMove) -> MoveRecord:
    return MoveRecord(
        board=move.board.value,
        model=move.model,
        former_rank_low=move.former.low if move.former else None,
        former_rank_high=move.former.high if move.former else None,
        rank_low=move.rank.low if move.rank else None,
        rank_high=move.rank.high if move.rank else None,
    )
