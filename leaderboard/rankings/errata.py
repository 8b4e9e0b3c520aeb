"""Errata: what everybody is told of a version that followed another, and of whom it moved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.disclosure import is_protected, stands_in_public
from leaderboard.models.benchmark import Answers, Benchmark, Item, Opening, Split
from leaderboard.models.erratum import Erratum, ErratumMove
from leaderboard.models.ranking import RankingEntry
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.packages.catalogue import find_successor
from leaderboard.packages.versions import Change, ItemDiff, SplitDiff, compare_splits
from leaderboard.rankings.releases import find_ranking
from leaderboard.scoring.boards import Board
from leaderboard.scoring.rank_range import RankRange

UNSEEN = (Change.CORRECTED, Change.CHECKLIST, Change.REFERENCE, Change.HARM)
"""Changes that nobody sees who compares the questions of both versions."""
SEEN = (Change.REWORDED, Change.PICTURES, Change.MOVED, Change.ADDED, Change.DROPPED)
MIN_TOLD = 5
"""Unseen changes of a protected split are told of a condition by itself from this many on."""
MIN_TOGETHER = 3
"""Conditions of which fewer are told, at least: of one alone a movement would tell the key."""


class ErratumCount(NamedTuple):
    """How many items a change is told of, in these conditions together.

    `items` names them, where that tells no answer.
    """

    change: Change
    conditions: tuple[str, ...]
    n: int
    items: tuple[str, ...]


class Move(NamedTuple):
    """A model whose rank range on a board is another than before; None is without a rank."""

    board: Board
    model: ModelCard
    former: RankRange | None
    rank: RankRange | None


@dataclass(frozen=True)
class SplitErrata:
    """What became of a split: the counts in the changes' order, the moves by board and rank.

    `retired` are items of which something unseen changed and that no hidden split of the newest
    version has: with what changed.
    """

    split: Split
    counts: tuple[ErratumCount, ...]
    retired: tuple[tuple[str, Change], ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class VersionErrata:
    """What `benchmark` changed of `former` when it followed it, and why."""

    benchmark: Benchmark
    former: Benchmark
    opened_at: datetime
    reason: str
    splits: tuple[SplitErrata, ...]


def write_errata(session: Session, before: Benchmark, after: Benchmark, reason: str) -> None:
    """Write why `after` followed `before`, and whose rank ranges that changed.

    It is called in the transaction that opens `after`, once its splits are ranked.
    """
    session.add(Erratum(benchmark_id=after.id, former_id=before.id, reason=reason))
    session.flush()
    news = {split.name: split for split in after.splits}
    for old in before.splits:
        if old.name in news:
            ranks = _read_ranks(session, old.id), _read_ranks(session, news[old.name].id)
            session.add_all(_make_moves(after.id, *ranks))
    session.flush()


_Ranks = Mapping[tuple[Board, str], RankRange]


def _read_ranks(session: Session, split_id: int) -> _Ranks:
    ranking = find_ranking(session, split_id)
    if ranking is None:
        return {}
    entries = session.scalars(select(RankingEntry).where(RankingEntry.ranking_id == ranking.id))
    return {
        (entry.board, entry.submission_id): RankRange(entry.rank_low, entry.rank_high)
        for entry in entries
        if entry.rank_low is not None and entry.rank_high is not None
    }


def _make_moves(benchmark_id: int, before: _Ranks, after: _Ranks) -> Iterable[ErratumMove]:
    for place in sorted(before.keys() | after.keys()):
        was, now = before.get(place), after.get(place)
        if was != now:
            yield ErratumMove(
                benchmark_id=benchmark_id,
                board=place[0],
                submission_id=place[1],
                former_low=was.low if was else None,
                former_high=was.high if was else None,
                rank_low=now.low if now else None,
                rank_high=now.high if now else None,
            )


def read_errata(session: Session, benchmark: Benchmark) -> list[VersionErrata]:
    """What an open version and those before it changed, newest first, as everybody may know it."""
    rows = session.execute(
        select(Erratum, Opening.opened_at)
        .join(Benchmark, Benchmark.id == Erratum.benchmark_id)
        .join(Opening, Opening.benchmark_id == Benchmark.id)
        .where(Benchmark.slug == benchmark.slug, Opening.opened_at <= benchmark.opened_at)
        .order_by(Opening.opened_at.desc(), Benchmark.id.desc())
    )
    hidden = _read_hidden(session, find_successor(session, benchmark) or benchmark)
    return [
        VersionErrata(
            row.benchmark, row.former, opened_at, row.reason, _read_splits(session, row, hidden)
        )
        for row, opened_at in rows
    ]


def _read_hidden(session: Session, newest: Benchmark) -> frozenset[str]:
    """The keys of the items whose answers the newest version hides."""
    return frozenset(
        session.scalars(
            select(Item.key)
            .join(Split, Split.id == Item.split_id)
            .where(Split.benchmark_id == newest.id, Split.answers == Answers.HIDDEN)
        )
    )


def _read_splits(
    session: Session, row: Erratum, hidden: Collection[str]
) -> tuple[SplitErrata, ...]:
    olds = {split.name: split for split in row.former.splits}
    moves = _read_moves(session, row.benchmark_id)
    told = []
    for split in row.benchmark.splits:
        if split.name in olds:
            items = compare_splits(session, olds[split.name], split).items
            is_secret = is_protected(split) or is_protected(olds[split.name])
            told.append(
                SplitErrata(
                    split,
                    tuple(count_changes(items, is_secret=is_secret)),
                    tuple(_find_retired(items, hidden)) if is_secret else (),
                    tuple(moves[split.name]),
                )
            )
    return tuple(told)


def warn_of_few(split: Split, diff: SplitDiff) -> str:
    """What a host is told before a version corrects few keys or checklists of a secret split.

    Nothing where it corrects none, or enough.
    """
    if not is_protected(split):
        return ""
    warnings = []
    for change, one, answered in (
        (Change.CORRECTED, "key", "how they are answered"),
        (Change.CHECKLIST, "checklist", "what their checks ask for"),
    ):
        n = len(diff.find(change))
        if 0 < n < MIN_TOLD:
            warnings.append(
                f"{n} {one}{' is' if n == 1 else 's are'} corrected on a split whose answers are "
                f"hidden. Whoever has several results on it can find out by their scores before "
                f"and after which items they were, and {answered}: correct at least {MIN_TOLD} at "
                f"a time, or retire the items."
            )
    return " ".join(warnings)


def count_changes(items: Sequence[ItemDiff], *, is_secret: bool) -> list[ErratumCount]:
    """How many items of which conditions each change is told of.

    On a split whose answers nobody may learn, what nobody sees anyway is told of no item, and of a
    condition by itself only where there are MIN_TOLD (see `group_conditions`).
    """
    conditions = list(dict.fromkeys(one.subcondition for one in items))
    told = []
    for change in (*UNSEEN, *SEEN):
        found = [one for one in items if change in one.changes]
        n_of = Counter(one.subcondition for one in found)
        if is_secret and change in UNSEEN:
            groups = group_conditions(n_of, conditions)
        else:
            groups = [(one,) for one in conditions if n_of[one]]
        for group in groups:
            keys = [] if is_secret else [one.key for one in found if one.subcondition in group]
            n = sum(n_of[one] for one in group)
            if n:
                told.append(ErratumCount(change, group, n, tuple(keys)))
    return told


def group_conditions(n_of: Mapping[str, int], conditions: Sequence[str]) -> list[tuple[str, ...]]:
    """The conditions in the groups in which a number may be told of each.

    One that has MIN_TOLD is told by itself; all others, those with none too, are told together, and
    are at least MIN_TOGETHER, for which the smallest of the former go with them.
    """
    alone = sorted(
        (one for one in conditions if n_of.get(one, 0) >= MIN_TOLD),
        key=lambda one: (-n_of.get(one, 0), conditions.index(one)),
    )
    together = [one for one in conditions if one not in alone]
    while together and alone and len(together) < MIN_TOGETHER:
        together.append(alone.pop())
    return [(one,) for one in alone] + ([tuple(together)] if together else [])


def _find_retired(
    items: Sequence[ItemDiff], hidden: Collection[str]
) -> Iterable[tuple[str, Change]]:
    for one in items:
        for change in UNSEEN:
            if change in one.changes and one.key not in hidden:
                yield one.key, change


def _read_moves(session: Session, benchmark_id: int) -> dict[str, list[Move]]:
    """The moves of what everybody may see, by the name of the split."""
    rows = session.execute(
        select(ErratumMove, Submission)
        .join(Submission, Submission.id == ErratumMove.submission_id)
        .where(ErratumMove.benchmark_id == benchmark_id)
        .options(joinedload(Submission.model_card), joinedload(Submission.split))
    )
    found: dict[str, list[Move]] = defaultdict(list)
    for row, submission in rows:
        if stands_in_public(submission):
            former = _make_range(row.former_low, row.former_high)
            rank = _make_range(row.rank_low, row.rank_high)
            move = Move(row.board, submission.model_card, former, rank)
            found[submission.split.name].append(move)
    for moves in found.values():
        moves.sort(key=lambda one: (one.board.order, _order(one), one.model.name))
    return found


def _order(one: Move) -> float:
    return one.rank.low if one.rank else float("inf")


def _make_range(low: int | None, high: int | None) -> RankRange | None:
    return RankRange(low, high) if low is not None and high is not None else None
