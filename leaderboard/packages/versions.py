"""What one version of a benchmark changes of another: item by item, and of what all items share."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.disclosure import shows_items
from leaderboard.labelled import Labelled
from leaderboard.models.benchmark import Benchmark, Item, ItemKind, Split, Track
from leaderboard.models.reference import ItemHarm, ItemReference
from leaderboard.packages.catalogue import read_items
from leaderboard.scoring.boards import order_tracks
from leaderboard.scoring.totals import rule_of


class Change(enum.StrEnum):
    """What became of an item from one version to the next, the change that weighs most first.

    `label` says it of an item. Predictions for an item that `carries` count for the new one, since
    a model sees the same.
    """

    label: str
    carries: bool

    def __new__(cls, key: str, label: str, carries: bool) -> Change:
        change = str.__new__(cls, key)
        change._value_ = key
        change.label, change.carries = label, carries
        return change

    DROPPED = ("dropped", "dropped", False)
    ADDED = ("added", "added", False)
    REWORDED = ("reworded", "reworded", False)
    PICTURES = ("pictures", "pictures replaced", False)
    CORRECTED = ("corrected", "key corrected", True)
    CHECKLIST = ("checklist", "check corrected", True)
    REFERENCE = ("reference", "reference or rubric changed", True)
    HARM = ("harm", "harm grade changed", True)
    MOVED = ("moved", "moved in the taxonomy", True)
    NOTED = ("noted", "explanation, source or picture description changed", True)
    SAME = ("same", "the same", True)


RATED_BY = frozenset({Change.CHECKLIST, Change.REFERENCE})
"""Changes of what a report is rated by."""


class Shared(Labelled):
    """A part of the manifest that all items share; `label` is its name."""

    PROMPTS = ("prompts", "prompts")
    RUBRIC = ("rubric", "rubric")
    WEIGHTS = ("weights", "weights of the overall score")
    TAXONOMY = ("taxonomy", "taxonomy")
    HARM = ("harm", "who graded harm, or harm grades of the rubric's questions")
    ANSWERS = ("answers", "whose answers are hidden")
    SHOWN = ("shown", "whose items are shown")
    CANARY = ("canary", "canary")
    LICENCE = ("licence", "licence")


class ItemDiff(NamedTuple):
    """An item in two versions of its split, known by its key.

    `changes` are all that became of it, the one that weighs most first. The track and subcondition
    (empty without one) are those that it has now, or last had; `former_track` is its track before.
    What belongs to a version that does not have it is None.
    """

    key: str
    changes: tuple[Change, ...]
    track: Track
    former_track: Track | None
    subcondition: str
    before_id: int | None
    after_id: int | None

    @property
    def change(self) -> Change:
        """The change that weighs most."""
        return self.changes[0]


class TrackShare(NamedTuple):
    """How many items a track had and has, and to how many predictions carry over."""

    n_before: int
    n_after: int
    n_carried: int

    @property
    def carried(self) -> float | None:
        """The part of its items now to which predictions carry over; None without items."""
        return self.n_carried / self.n_after if self.n_after else None


@dataclass(frozen=True)
class SplitDiff:
    """What a version changes of a split: its items in the new order, then those dropped."""

    before_id: int
    after_id: int
    items: tuple[ItemDiff, ...]

    @cached_property
    def carried(self) -> dict[int, int]:
        """The new item's id by the old one's, of all that are the same in all a model sees."""
        return {
            one.before_id: one.after_id
            for one in self.items
            if one.before_id is not None and one.after_id is not None and one.change.carries
        }

    @cached_property
    def rerated(self) -> frozenset[int]:
        """Ids of new items to which predictions carry over and ratings do not: rate them again."""
        return frozenset(
            one.after_id
            for one in self.items
            if one.after_id is not None and one.change.carries and RATED_BY & {*one.changes}
        )

    @cached_property
    def counts(self) -> dict[Change, int]:
        """How many items each change is the main one of, in the changes' order, without zeros."""
        found = Counter(one.change for one in self.items)
        return {change: found[change] for change in Change if found[change]}

    @cached_property
    def shares(self) -> dict[Track, TrackShare]:
        """What carries over of each track that has items in either version."""
        before = Counter(one.former_track for one in self.items)
        after = Counter(one.track for one in self.items if one.after_id is not None)
        # What carries over keeps its track: another one means other pictures or another kind.
        carried = Counter(one.track for one in self.items if one.before_id in self.carried)
        return {
            track: TrackShare(before[track], after[track], carried[track])
            for track in order_tracks([*after, *(one for one in before if one)])
            if before[track] or after[track]
        }

    def find(self, change: Change) -> list[ItemDiff]:
        """The items that `change` is one of the changes of, in order."""
        return [one for one in self.items if change in one.changes]


@dataclass(frozen=True)
class VersionDiff:
    """What a version changes of another: what all items share, and each split of both by name.

    `added` and `dropped` are splits that only one of them has.
    """

    shared: tuple[Shared, ...]
    splits: dict[str, SplitDiff]
    added: tuple[str, ...]
    dropped: tuple[str, ...]


class Known(NamedTuple):
    """An item with its reference and the harm of its options, as a comparison needs them."""

    item: Item
    reference: ItemReference
    harm: Mapping[str, Any] | None


def compare_versions(session: Session, before: Benchmark, after: Benchmark) -> VersionDiff:
    """What `after`, a version of the same benchmark, changes of `before`."""
    return compare_known(session, before, after, lambda split: read_known(session, split))


def compare_known(
    session: Session,
    before: Benchmark,
    after: Benchmark,
    read_after: Callable[[Split], Mapping[str, Known]],
) -> VersionDiff:
    """The same, where `read_after` gives the items of a split of `after` by their keys."""
    olds = {split.name: split for split in before.splits}
    news = {split.name: split for split in after.splits}
    both = [name for name in news if name in olds]
    splits = {
        name: _compare_splits(
            olds[name], read_known(session, olds[name]), news[name], read_after(news[name])
        )
        for name in both
    }
    shared = _compare_manifests(before.manifest, after.manifest)
    if any(_has_other_weights(diff) for diff in splits.values()):
        shared.add(Shared.WEIGHTS)
    if any(olds[name].answers is not news[name].answers for name in both):
        shared.add(Shared.ANSWERS)
    elif any(shows_items(olds[name]) is not shows_items(news[name]) for name in both):
        shared.add(Shared.SHOWN)
    return VersionDiff(
        tuple(part for part in Shared if part in shared),
        splits,
        tuple(name for name in news if name not in olds),
        tuple(name for name in olds if name not in news),
    )


def compare_splits(session: Session, before: Split, after: Split) -> SplitDiff:
    """What became of each item of `before` in `after`, the same split of another version.

    Items are the same by their key. One whose question, options or prompt differ in any character,
    or whose pictures differ in any byte, is another to a model. A rubric that differs in anything
    changes what every report is rated by.
    """
    return _compare_splits(before, read_known(session, before), after, read_known(session, after))


def _compare_splits(
    before: Split, olds: Mapping[str, Known], after: Split, news: Mapping[str, Known]
) -> SplitDiff:
    manifests = before.benchmark.manifest, after.benchmark.manifest
    items = []
    for key, new in news.items():
        old = olds.get(key)
        changes = _compare(manifests, old, new) if old else (Change.ADDED,)
        items.append(_make_diff(key, changes, old, new))
    gone = [key for key in olds if key not in news]
    items += [_make_diff(key, (Change.DROPPED,), olds[key], None) for key in gone]
    return SplitDiff(before.id, after.id, tuple(items))


def describe_split(diff: SplitDiff) -> str:
    """What became of its items and to how many predictions carry over, in a sentence's words."""
    changes = [f"{n:,} {change.label}" for change, n in diff.counts.items()]
    n_items = sum(share.n_after for share in diff.shares.values())
    carried = f"predictions carry over to {len(diff.carried):,} of {n_items:,} items"
    return f"{', '.join(changes) or 'no items'}; {carried}"


def describe_shared(diff: VersionDiff) -> str:
    """What of that which all items share is changed, and splits that only one version has."""
    parts = [part.label for part in diff.shared]
    parts += [f"a new split {name}" for name in diff.added]
    parts += [f"no split {name}" for name in diff.dropped]
    return ", ".join(parts) or "nothing"


def read_known(session: Session, split: Split) -> dict[str, Known]:
    """The items of a split by their keys, in order."""
    references = {
        reference.item_id: reference
        for reference in session.scalars(
            select(ItemReference).join(Item).where(Item.split_id == split.id)
        )
    }
    harms = {
        one.item_id: one.content
        for one in session.scalars(select(ItemHarm).join(Item).where(Item.split_id == split.id))
    }
    return {
        item.key: Known(item, references[item.id], harms.get(item.id))
        for item in read_items(session, split)
    }


def _make_diff(
    key: str, changes: tuple[Change, ...], old: Known | None, new: Known | None
) -> ItemDiff:
    was, now = old and old.item, new and new.item
    known = now or was
    assert known is not None
    return ItemDiff(
        key,
        changes,
        track=known.track,
        former_track=was.track if was else None,
        subcondition=known.subcondition or "",
        before_id=was.id if was else None,
        after_id=now.id if now else None,
    )


def _compare(
    manifests: tuple[Mapping[str, Any], Mapping[str, Any]], old: Known, new: Known
) -> tuple[Change, ...]:
    was, now = manifests
    is_report = new.item.kind is ItemKind.REPORT
    found = {
        Change.REWORDED: _wording(was, old.item) != _wording(now, new.item),
        Change.PICTURES: _pictures(old.item) != _pictures(new.item),
        Change.CORRECTED: old.reference.answer != new.reference.answer,
        Change.CHECKLIST: _checks(old.reference) != _checks(new.reference),
        Change.REFERENCE: old.reference.reference_report != new.reference.reference_report
        or (is_report and _without_harm(was["rubric"]) != _without_harm(now["rubric"])),
        Change.HARM: _harm(old) != _harm(new),
        Change.MOVED: _place(old.item) != _place(new.item),
        Change.NOTED: _notes(old) != _notes(new),
    }
    return tuple(change for change in Change if found.get(change)) or (Change.SAME,)


def _wording(manifest: Mapping[str, Any], item: Item) -> tuple[Any, ...]:
    # Not the canary: it is a mark that asks nothing.
    prompt = manifest["prompts"][item.track.value]
    return item.kind, prompt, item.question, item.options, item.multiple


def _pictures(item: Item) -> list[str]:
    return [shown.sha256 for shown in item.images]


def _checks(reference: ItemReference) -> Any:
    return _without_harm(reference.checklist)


def _harm(known: Known) -> tuple[Any, ...]:
    graded = [
        (check["key"], check["harm"]) for check in known.reference.checklist if "harm" in check
    ]
    return known.harm, graded


def _without_harm(value: Any) -> Any:
    """A checklist or rubric without its harm grades, by which nothing is rated."""
    if isinstance(value, dict):
        return {key: _without_harm(one) for key, one in value.items() if key != "harm"}
    return [_without_harm(one) for one in value] if isinstance(value, list) else value


def _question_harm(manifest: Mapping[str, Any]) -> list[Any]:
    return [
        (dimension["key"], question["key"], question.get("harm"))
        for section in manifest["rubric"]["sections"]
        for dimension in section["dimensions"]
        for question in dimension.get("questions", [])
        if "harm" in question
    ]


def _place(item: Item) -> tuple[Any, ...]:
    return item.subcondition, item.axis, item.modality, item.levels, item.attributes, item.case_key


def _notes(known: Known) -> tuple[Any, ...]:
    reference = known.reference
    descriptions = [shown.alt for shown in known.item.images]
    source = reference.provenance_kind, reference.provenance_reference
    return reference.explanation, source, descriptions


def _compare_manifests(was: Mapping[str, Any], now: Mapping[str, Any]) -> set[Shared]:
    parts = (Shared.PROMPTS, Shared.TAXONOMY, Shared.HARM, Shared.CANARY, Shared.LICENCE)
    found = {part for part in parts if was.get(part.value) != now.get(part.value)}
    if _without_harm(was["rubric"]) != _without_harm(now["rubric"]):
        found.add(Shared.RUBRIC)
    if _question_harm(was) != _question_harm(now):
        found.add(Shared.HARM)
    if rule_of(was) != rule_of(now):
        found.add(Shared.WEIGHTS)
    if was.get("demonstration") != now.get("demonstration"):
        found.add(Shared.ANSWERS)
    return found


def _has_other_weights(diff: SplitDiff) -> bool:
    """Whether the tracks count for other parts of the overall score."""
    shares = diff.shares.values()
    n_before, n_after = sum(one.n_before for one in shares), sum(one.n_after for one in shares)
    return any(one.n_before * n_after != one.n_after * n_before for one in shares)
