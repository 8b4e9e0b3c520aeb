"""Reveal hidden answers for good: of a whole version, or of single items that are retired."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.commitments.dates import (
    count_live,
    drop_date,
    read_unrevealed,
    require_committed,
    say_live,
    set_date,
)
from leaderboard.db import clock, now, read_clock
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.hosting.act import Act, read_reason
from leaderboard.models.benchmark import Answers, Benchmark, Item, Opening, Split
from leaderboard.models.commitment import Reveal, RevealDate, RevealedItem, RevealHold
from leaderboard.moments import read_moment, say_moment

MAX_LISTED = 20
ON_ITS_DATE = "the date of its reveal"
"""Who the audit trail names where a date had come."""
REVEAL_WARNING = (
    "Revealed answers are public at once and for good: this cannot be undone. Everybody will also "
    "see which ranked models had these items right."
)


def reveal_items(
    session: Session,
    benchmark: Benchmark,
    keys: Sequence[str],
    actor: str,
    reason: str,
    *,
    also_live: bool = False,
) -> Act:
    """Make answers, salts and values of the items with these keys public; this cannot be undone.

    Raises InvalidRequest without a reason or for a key that no hidden split has; Conflict where
    an item has no commitment, all are revealed already, or, unless `also_live`, another version
    asks one of them too and has not revealed it.
    """
    why, wanted = read_reason(reason), set(keys)
    hidden = _read_hidden(session, benchmark)
    unknown = sorted(wanted - {item.key for item in hidden})
    if unknown or not wanted:
        raise InvalidRequest(
            f"{benchmark.slug} {benchmark.version} has no hidden item {', '.join(unknown)[:200]!r}."
            if unknown
            else "No item is named.",
            "Name items by their ids in the questions of its hidden splits.",
        ).at("items")
    named = [one for one in hidden if one.key in wanted]
    return _reveal(session, benchmark, named, actor, why, also_live)


def reveal_version(
    session: Session, benchmark: Benchmark, actor: str, reason: str, *, also_live: bool = False
) -> Act:
    """Make the same public of every hidden item of a version; this cannot be undone."""
    why = read_reason(reason)
    return _reveal(session, benchmark, _read_hidden(session, benchmark), actor, why, also_live)


def date_reveal(
    session: Session, split: Split, at: str, actor: str, *, also_live: bool = False
) -> Act:
    """Have the answers of a split become public at the moment that `at` names; empty for never.

    It is made by the reconciler, by the clock of the database. Raises InvalidRequest for a moment
    that is past, Conflict where there is no date to take back, and as `set_date` does.
    """
    name = f"{split.benchmark.slug} {split.benchmark.version} {split.name}"
    subject, slug = f"split {name}", split.benchmark.slug
    if not at.strip():
        if not drop_date(session, split):
            raise Conflict(f"No date is set for {name}.", "Give one, such as 2027-01-31.").at("at")
        add_audit(session, actor, "take back date of reveal", subject, benchmark=slug)
        return Act(f"The answers of {name} stay hidden until a host reveals them.")
    moment = _read_future(session, at)
    set_date(session, split, moment, also_live=also_live)
    add_audit(session, actor, "set date of reveal", subject, say_moment(moment), benchmark=slug)
    return Act(f"The answers of {name} become public at {say_moment(moment)}.")


def _read_future(session: Session, text: str) -> datetime:
    try:
        moment = read_moment(text)
    except InvalidRequest as error:
        raise error.at("at") from None
    if moment <= read_clock(session):
        raise InvalidRequest(
            f"{say_moment(moment)} is past.",
            "Choose a later moment, or reveal the answers now: both are for good.",
        ).at("at")
    return moment


def find_due(session: Session) -> Sequence[int]:
    """The ids of the splits whose dates have come, the earliest first."""
    return session.scalars(_select_due().order_by(RevealDate.reveals_at, RevealDate.split_id)).all()


def reveal_due(session: Session, split_id: int) -> str | None:
    """Make the reveal of a split whose date has come; what was done, None if it is not due.

    Where it is refused by then, say because a newer version hides the same answers, its date is
    put on hold with the reason, which hosts see, until they set it anew.
    """
    row = session.scalar(
        select(RevealDate)
        .where(RevealDate.split_id == split_id, RevealDate.split_id.in_(_select_due()))
        .with_for_update(key_share=True)
    )
    return None if row is None else _reveal_dated(session, row)


def hold_reveal(session: Session, split_id: int, message: str) -> None:
    """Put the date of a split on hold with the reason, which hosts see, until they set it anew."""
    if session.get(RevealDate, split_id) and not session.get(RevealHold, split_id):
        session.add(RevealHold(split_id=split_id, message=message, held_at=now()))
        session.flush()


def _select_due() -> Select[int]:
    return (
        select(RevealDate.split_id)
        .join(Split, Split.id == RevealDate.split_id)
        .join(Opening, Opening.benchmark_id == Split.benchmark_id)
        .where(
            RevealDate.reveals_at <= clock(),
            RevealDate.split_id.not_in(select(RevealHold.split_id)),
        )
    )


def _reveal_dated(session: Session, row: RevealDate) -> str:
    split = session.get_one(Split, row.split_id)
    benchmark, items = split.benchmark, read_unrevealed(session, split)
    live = {} if row.also_live else count_live(session, benchmark, items, until=row.reveals_at)
    if live:
        message = f"{say_live(benchmark, live)} The reveal of {split.name} would give them away."
        hold_reveal(session, split.id, message)
        return message
    reason = f"As announced, at {say_moment(row.reveals_at)}."
    drop_date(session, split)
    if not items:
        return f"All answers of {benchmark.slug} {benchmark.version} {split.name} were public."
    return _reveal(session, benchmark, items, ON_ITS_DATE, reason, also_live=True).message


def _read_hidden(session: Session, benchmark: Benchmark) -> list[Item]:
    rows = session.scalars(
        select(Item)
        .join(Split, Split.id == Item.split_id)
        .where(Split.benchmark_id == benchmark.id, Split.answers == Answers.HIDDEN)
        .order_by(Split.id, Item.position)
    )
    return list(rows)


def _reveal(
    session: Session,
    benchmark: Benchmark,
    items: Sequence[Item],
    actor: str,
    reason: str,
    also_live: bool,
) -> Act:
    name = f"{benchmark.slug} {benchmark.version}"
    ids = [item.id for item in items]
    require_committed(session, items)
    known = set(session.scalars(select(RevealedItem.item_id).where(RevealedItem.item_id.in_(ids))))
    new = [item for item in items if item.id not in known]
    if not new:
        raise Conflict(f"All of these items of {name} are revealed already.", "Nothing to do.")
    live = {} if also_live else count_live(session, benchmark, new)
    if live:
        raise Conflict(
            f"{say_live(benchmark, live)} This reveal would give them away.",
            "Retire those first. To reveal nevertheless: flask benchmark reveal with --also-live.",
        )
    act = Reveal(benchmark_id=benchmark.id, revealed_at=now(), reason=reason)
    session.add(act)
    session.flush()
    session.add_all(RevealedItem(item_id=item.id, reveal_id=act.id) for item in new)
    listed = ", ".join(item.key for item in new[:MAX_LISTED])
    more = f" and {len(new) - MAX_LISTED} more" if len(new) > MAX_LISTED else ""
    subject, note = f"benchmark {name}", f"{listed}{more}: {reason}"
    add_audit(session, actor, "reveal answers", subject, note, benchmark=benchmark.slug)
    session.flush()
    return Act(f"{len(new):,} item{'' if len(new) == 1 else 's'} of {name} revealed.")
