"""Commitments of the answers of a version: made once, shown to everybody."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from leaderboard.commitments.hashing import SALT_BYTES, SplitName, hash_answer, hash_list
from leaderboard.db import now
from leaderboard.models.benchmark import Answers, Benchmark, Item, ItemKind, Split, Track
from leaderboard.models.commitment import AnswerCommitment
from leaderboard.models.reference import ItemHarm, ItemReference
from leaderboard.models.sealed import AnswerSalt
from leaderboard.scoring.totals import rule_of

AT_ONCE = timedelta(hours=1)
"""So long the loading of a large package may take."""


class CommittedItem(NamedTuple):
    """A hidden item with the commitment of its answer, and what the overall score groups it by."""

    split: str
    key: str
    track: Track
    commitment: str
    made_at: datetime
    group: str


@dataclass(frozen=True)
class AnswerList:
    """The commitments of a version in the order of its splits and items."""

    published_at: datetime
    items: Sequence[CommittedItem]

    @property
    def root(self) -> str | None:
        """One hash that stands for all of them; None where there are none."""
        return hash_list(item.commitment for item in self.items) if self.items else None

    @property
    def made_at(self) -> datetime | None:
        """When the last of them was made."""
        return max((item.made_at for item in self.items), default=None)

    @property
    def is_late(self) -> bool:
        """Whether one was made later than the version was published."""
        return self.made_at is not None and self.made_at > self.published_at + AT_ONCE


def name_split(split: Split) -> SplitName:
    """What hashes call a split."""
    return SplitName(split.benchmark.slug, split.benchmark.version, split.name)


def describe_answer(item: Item, reference: ItemReference, harm: ItemHarm | None) -> Any:
    """An item's answer as it is hashed and revealed, with the harm of its options if graded.

    Those of a report's checks stand in its checklist.
    """
    return _describe(
        item.kind,
        reference.answer,
        None if harm is None else harm.content,
        reference.checklist,
        reference.reference_report,
    )


def _describe(
    kind: ItemKind, answer: list[str], harm: Any, checklist: list[Any], report: str
) -> Any:
    if kind is ItemKind.MCQ:
        letters = sorted(answer)
        return letters if harm is None else {"letters": letters, "harm": harm}
    return {"checklist": checklist, "reference_report": report}


def commit_answers(session: Session, benchmark: Benchmark) -> int:
    """Make the commitments of a version's hidden items that have none yet; how many those were."""
    n_made = 0
    for split in benchmark.splits:
        if split.answers is not Answers.HIDDEN:
            continue
        # Columns alone: tens of thousands of rows cost half of what as many objects do.
        rows = session.execute(
            select(
                *(Item.id, Item.key, Item.kind, ItemReference.answer, ItemHarm.content),
                *(ItemReference.checklist, ItemReference.reference_report),
            )
            .join(ItemReference, ItemReference.item_id == Item.id)
            .outerjoin(ItemHarm, ItemHarm.item_id == Item.id)
            .outerjoin(AnswerCommitment, AnswerCommitment.item_id == Item.id)
            .where(Item.split_id == split.id, AnswerCommitment.item_id.is_(None))
            .order_by(Item.position)
        ).all()
        if not rows:
            continue
        name, made_at = name_split(split), now()
        digests, salts = [], []
        for item_id, key, *described in rows:
            salt = secrets.token_bytes(SALT_BYTES)
            digest = hash_answer(salt, name, key, _describe(*described))
            digests.append({"item_id": item_id, "digest": digest, "made_at": made_at})
            salts.append({"item_id": item_id, "salt": salt})
        session.execute(insert(AnswerCommitment), digests)
        session.execute(insert(AnswerSalt), salts)
        n_made += len(salts)
    session.flush()
    return n_made


def read_answers(session: Session, benchmark: Benchmark) -> AnswerList:
    """The commitments of a version; none where they were never made."""
    group = getattr(Item, rule_of(benchmark.manifest).over)
    made = AnswerCommitment.digest, AnswerCommitment.made_at
    rows = session.execute(
        select(Split.name, Item.key, Item.track, *made, group)
        .join(Item, Item.split_id == Split.id)
        .join(AnswerCommitment, AnswerCommitment.item_id == Item.id)
        .where(Split.benchmark_id == benchmark.id)
        .order_by(Split.id, Item.position)
    )
    items = [
        CommittedItem(split, key, track, digest, made_at, str(of))
        for split, key, track, digest, made_at, of in rows
    ]
    return AnswerList(benchmark.published_at, items)
