"""Correct keys: the draft for a benchmark's next version, and that version made from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import lock_row, now
from leaderboard.errors import Conflict, FieldProblems, InvalidRequest
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.benchmark import Benchmark, Item, ItemKind, Split
from leaderboard.models.correction import CorrectedVersion, Correction
from leaderboard.models.reference import ItemReference
from leaderboard.packages.catalogue import find_successor
from leaderboard.packages.load import load_package
from leaderboard.packages.read import read_package
from leaderboard.packages.write import write_package

NUMBER = re.compile(r"^([0-9]+)\.([0-9]+)\.([0-9]+)[a-z0-9.-]*$")
MAX_NUMBER = 40


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
    _refuse_older(session, benchmark)
    if item.kind is ItemKind.REPORT:
        raise Conflict(
            f"{item.key} is a report: it has no key.",
            "Change its reference or checklist in the package, and load that as a new version.",
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


def read_corrected(session: Session, benchmark: Benchmark) -> list[Benchmark]:
    """The versions that were made here from `benchmark` and its corrections, newest first."""
    return list(
        session.scalars(
            select(Benchmark)
            .join(CorrectedVersion, CorrectedVersion.benchmark_id == Benchmark.id)
            .where(CorrectedVersion.former_id == benchmark.id)
            .order_by(Benchmark.id.desc())
        )
    )


def name_next(session: Session, benchmark: Benchmark) -> str:
    """The next free patch number after a version's: 1.0.1 after 1.0.0, or 1.0.2 if that is used."""
    found = NUMBER.match(benchmark.version)
    major, minor, patch = found.groups() if found else ("1", "0", "0")
    used = set(session.scalars(select(Benchmark.version).where(Benchmark.slug == benchmark.slug)))
    number = int(patch) + 1
    while f"{major}.{minor}.{number}" in used:
        number += 1
    return f"{major}.{minor}.{number}"


def prepare_corrected(session: Session, benchmark: Benchmark, version: str, actor: str) -> Act:
    """Make the next version of a benchmark from its rows and all corrections of its keys.

    It is written as a package and loaded like any other: prepared until a host opens it. The draft
    stays with the version that it corrects: made again under another number, a version has all of
    its corrections again. Raises InvalidRequest for a number that is none or is used, Conflict
    without corrections and for an older version.
    """
    lock_row(session, Benchmark.id, benchmark.id)
    _refuse_older(session, benchmark)
    drafted = read_corrections(session, benchmark)
    if not drafted:
        raise Conflict(
            f"No key of {benchmark.slug} {benchmark.version} is corrected.",
            "Correct a key on its item's page first.",
        )
    number = version.strip() or name_next(session, benchmark)
    _check_number(session, benchmark, number)
    answers = {one.item.id: one.correction.answer for one in drafted}
    package = read_package(write_package(session, benchmark, number, answers))
    made = load_package(session, package).benchmark
    session.add(CorrectedVersion(benchmark_id=made.id, former_id=benchmark.id, made_at=now()))
    n = len(drafted)
    words = f"{n:,} corrected key{'' if n == 1 else 's'}"
    subject, note = f"benchmark {made.slug} {made.version}", f"{words} of {benchmark.version}"
    add_audit(session, actor, "prepare version", subject, note, benchmark=made.slug)
    session.flush()
    return Act(
        f"{made.slug} {made.version} is prepared, with {words}. Hosts alone know of it until one "
        "opens it."
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


def _check_number(session: Session, benchmark: Benchmark, number: str) -> None:
    if not NUMBER.match(number) or len(number) > MAX_NUMBER:
        raise InvalidRequest(
            f"{number[:MAX_NUMBER]!r} is not a version number.",
            f"Write three numbers with dots between, such as {name_next(session, benchmark)}.",
        ).at("version")
    used = session.scalar(
        select(Benchmark.id).where(Benchmark.slug == benchmark.slug, Benchmark.version == number)
    )
    if used is not None:
        raise InvalidRequest(
            f"There is a version {number} of {benchmark.slug} already.",
            f"Choose another one, such as {name_next(session, benchmark)}.",
        ).at("version")


def _refuse_older(session: Session, benchmark: Benchmark) -> None:
    newest = find_successor(session, benchmark)
    if newest is not None:
        raise Conflict(
            f"{benchmark.slug} {benchmark.version} was followed by {newest.version}.",
            f"Correct the keys of {newest.version}.",
        )
