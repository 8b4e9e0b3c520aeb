"""Correct keys: the draft for a benchmark's next version."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import now
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.benchmark import Benchmark, Item, ItemKind, Split
from leaderboard.models.correction import Correction
from leaderboard.models.reference import ItemReference
from leaderboard.packages.catalogue import find_successor


class DraftedCorrection(NamedTuple):
    """An item with its key as it is and as the next version will have it."""

    item: Item
    split: str
    before: str
    after: str
    correction: Correction


def correct_key(session: Session, item: Item, answer: str, reason: str, actor: str) -> Act:
    """Have the next version say `answer` (letters, such as "B" or "A, C") for a question.

    Nothing changes in this version, nor what anybody sees. A second correction replaces the first.
    Raises InvalidRequest, each under its field, for letters that the question does not have, for
    the key as it is, and without a reason; Conflict for a report and for an older version.
    """
    benchmark = session.get_one(Split, item.split_id).benchmark
    refuse_older(session, benchmark)
    if item.kind is ItemKind.REPORT:
        raise Conflict(
            f"{item.key} is a report: it has no key.",
            "Correct its checks on its page, or change its reference in the package.",
        )
    before = session.get_one(ItemReference, item.id).answer
    fields = FieldProblems()
    with fields.at("answer"):
        letters = _read_letters(item, answer, before)
    with fields.inside():
        why = read_reason(reason)
    fields.raise_all()
    session.merge(Correction(item_id=item.id, answer=letters, reason=why, made_at=now()))
    subject = f"item {item.key} of {benchmark.slug} {benchmark.version}"
    note = f"{', '.join(before)} becomes {', '.join(letters)}: {why}"
    add_audit(session, actor, "correct key", subject, note, benchmark=benchmark.slug)
    session.flush()
    return Act(f"The next version will say {', '.join(letters)} for {item.key}.")


def withdraw_correction(session: Session, item: Item, actor: str) -> Act:
    """Leave the key of an item as it is. Raises Conflict where no correction is drafted."""
    found = session.get(Correction, item.id)
    if found is None:
        raise Conflict(f"No correction of {item.key} is drafted.", "Nothing to do.")
    session.delete(found)
    benchmark = session.get_one(Split, item.split_id).benchmark
    subject = f"item {item.key} of {benchmark.slug} {benchmark.version}"
    add_audit(session, actor, "withdraw correction", subject, benchmark=benchmark.slug)
    session.flush()
    return Act(f"The key of {item.key} stays as it is.")


def find_correction(session: Session, item: Item) -> Correction | None:
    """The drafted correction of an item's key."""
    return session.get(Correction, item.id)


def read_corrections(session: Session, benchmark: Benchmark) -> list[DraftedCorrection]:
    """The draft for the version after `benchmark`, in the order of its items."""
    rows = session.execute(
        select(Item, Split.name, ItemReference.answer, Correction)
        .join(Correction, Correction.item_id == Item.id)
        .join(ItemReference, ItemReference.item_id == Item.id)
        .join(Split, Split.id == Item.split_id)
        .where(Split.benchmark_id == benchmark.id)
        .order_by(Split.id, Item.position)
    )
    return [
        DraftedCorrection(item, name, ", ".join(answer), ", ".join(one.answer), one)
        for item, name, answer, one in rows
    ]


def refuse_older(session: Session, benchmark: Benchmark) -> None:
    """Raise Conflict for a version that another one followed."""
    newest = find_successor(session, benchmark)
    if newest is not None:
        raise Conflict(
            f"{benchmark.slug} {benchmark.version} was followed by {newest.version}.",
            f"Correct {newest.version}.",
        )


def _read_letters(item: Item, answer: str, before: Sequence[str]) -> list[str]:
    letters = sorted(set(re.findall(r"[A-Z]", answer.upper())))
    known = ", ".join(item.options)
    if not letters or re.sub(r"[A-Za-z,;/\s]", "", answer) or set(letters) - set(item.options):
        raise InvalidRequest(
            f"{answer[:40]!r} is not an answer to {item.key}.", f"Its options are {known}."
        )
    if len(letters) > 1 and not item.multiple:
        raise InvalidRequest(
            f"{item.key} takes one answer, and {', '.join(letters)} are several.",
            "Name one letter. To allow several, change the question in the package.",
        )
    if letters == sorted(before):
        raise InvalidRequest(
            f"{', '.join(letters)} is the key of {item.key} already.", "Name another letter."
        )
    return letters
