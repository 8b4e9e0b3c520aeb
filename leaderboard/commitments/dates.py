"""From when on a split's hidden answers are public: dates that a package or its host gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.disclosure import is_protected
from leaderboard.errors import Conflict
from leaderboard.items.contents import read_contents
from leaderboard.models.benchmark import Answers, Benchmark, Item, Split
from leaderboard.models.commitment import AnswerCommitment, RevealDate, RevealedItem, RevealHold


def read_unrevealed(session: Session, split: Split) -> list[Item]:
    """The items of a split whose answers are neither public nor revealed, in their order."""
    if split.answers is Answers.PUBLIC:
        return []
    rows = session.scalars(
        select(Item)
        .where(Item.split_id == split.id, Item.id.not_in(select(RevealedItem.item_id)))
        .order_by(Item.position)
    )
    return list(rows)


def require_committed(session: Session, items: Sequence[Item]) -> None:
    """Raise Conflict where one of the items has no commitment."""
    query = select(AnswerCommitment.item_id).join(Item, Item.id == AnswerCommitment.item_id)
    committed = set(
        session.scalars(query.where(Item.split_id.in_({one.split_id for one in items})))
    )
    if missing := [item.key for item in items if item.id not in committed]:
        raise Conflict(
            f"{len(missing)} of these items have no commitment, the first is {missing[0]}.",
            "Make them with flask benchmark commit, and give people time to keep their root.",
        )


def count_live(
    session: Session, benchmark: Benchmark, items: Sequence[Item], until: datetime | None = None
) -> Mapping[str, int]:
    """By version, how many answers of other versions a reveal of these items would give away.

    Those are hidden answers to what these items ask. With `until` those do not count that become
    public by then themselves.
    """
    own = read_contents(session, {item.split_id for item in items})
    contents = {own[item.id] for item in items}
    dated: set[int] = set()
    if until is not None:
        dated = set(
            session.scalars(select(RevealDate.split_id).where(RevealDate.reveals_at <= until))
        )
    others = {
        split.id: split.benchmark.version
        for split in session.scalars(
            select(Split)
            .join(Benchmark)
            .where(Benchmark.slug == benchmark.slug, Benchmark.id != benchmark.id)
        )
        if is_protected(split) and split.id not in dated
    }
    revealed = select(RevealedItem.item_id)
    rows = session.execute(
        select(Item.id, Item.split_id).where(Item.split_id.in_(others), Item.id.not_in(revealed))
    ).all()
    known = read_contents(session, others)
    return Counter(others[split_id] for item_id, split_id in rows if known[item_id] in contents)


def say_live(benchmark: Benchmark, live: Mapping[str, int]) -> str:
    """That other versions hide these answers, how many in which."""
    told = ", ".join(f"{n:,} of {benchmark.slug} {version}" for version, n in live.items())
    return f"Other versions ask the same and hide the answers: {told}."


def set_date(
    session: Session, split: Split, reveals_at: datetime, *, also_live: bool = False
) -> RevealDate:
    """Have all answers of a split become public at that moment, in place of a date before.

    Raises Conflict where nothing of it is hidden, an item has no commitment, or, unless
    `also_live`, another version hides one of these answers beyond that moment.
    """
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    items = read_unrevealed(session, split)
    if not items:
        raise Conflict(f"All answers of {name} are public already.", "No date is needed.")
    require_committed(session, items)
    live = {} if also_live else count_live(session, split.benchmark, items, until=reveals_at)
    if live:
        raise Conflict(
            f"{say_live(split.benchmark, live)} This date would give them away.",
            "Give those the same date or an earlier one first, or retire them. To set it "
            "nevertheless: flask benchmark reveal-at with --also-live.",
        )
    drop_date(session, split)
    row = RevealDate(split_id=split.id, reveals_at=reveals_at, also_live=also_live, set_at=now())
    session.add(row)
    session.flush()
    return row


def drop_date(session: Session, split: Split) -> bool:
    """Take a split's date back; whether there was one."""
    for table in (RevealHold, RevealDate):
        row = session.get(table, split.id)
        if row is not None:
            session.delete(row)
            session.flush()
    return row is not None


def read_dates(session: Session, benchmark: Benchmark) -> dict[str, RevealDate]:
    """The dates of a version's splits that wait, by the splits' names."""
    rows = session.execute(
        select(Split.name, RevealDate)
        .join(RevealDate, RevealDate.split_id == Split.id)
        .where(Split.benchmark_id == benchmark.id)
        .order_by(Split.id)
    )
    return {row[0]: row[1] for row in rows}


def read_holds(session: Session, split_ids: Sequence[int]) -> dict[int, RevealHold]:
    """Why reveals of these splits that were due were not made, by split."""
    rows = session.scalars(select(RevealHold).where(RevealHold.split_id.in_(split_ids)))
    return {row.split_id: row for row in rows}
