"""Reveal hidden answers for good: of a whole version, or of single items that are retired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import now
from leaderboard.disclosure import is_protected
from leaderboard.errors import Conflict, InvalidRequest
from leaderboard.hosting.act import Act, read_reason
from leaderboard.items.contents import read_contents
from leaderboard.models.benchmark import Answers, Benchmark, Item, Split
from leaderboard.models.commitment import AnswerCommitment, Reveal, RevealedItem

MAX_LISTED = 20
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
    committed = set(
        session.scalars(select(AnswerCommitment.item_id).where(AnswerCommitment.item_id.in_(ids)))
    )
    if missing := [item.key for item in items if item.id not in committed]:
        raise Conflict(
            f"{len(missing)} of these items have no commitment, the first is {missing[0]}.",
            "Make them with flask benchmark commit, and give people time to keep their root.",
        )
    known = set(session.scalars(select(RevealedItem.item_id).where(RevealedItem.item_id.in_(ids))))
    new = [item for item in items if item.id not in known]
    if not new:
        raise Conflict(f"All of these items of {name} are revealed already.", "Nothing to do.")
    if not also_live:
        _refuse_live(session, benchmark, new)
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


def _refuse_live(session: Session, benchmark: Benchmark, items: Sequence[Item]) -> None:
    """Raise Conflict where other versions hide answers to what these items ask."""
    own = read_contents(session, {item.split_id for item in items})
    contents = {own[item.id] for item in items}
    others = {
        split.id: split.benchmark.version
        for split in session.scalars(
            select(Split)
            .join(Benchmark)
            .where(Benchmark.slug == benchmark.slug, Benchmark.id != benchmark.id)
        )
        if is_protected(split)
    }
    revealed = select(RevealedItem.item_id)
    rows = session.execute(
        select(Item.id, Item.split_id).where(Item.split_id.in_(others), Item.id.not_in(revealed))
    ).all()
    known = read_contents(session, others)
    live = Counter(others[split_id] for item_id, split_id in rows if known[item_id] in contents)
    if live:
        told = ", ".join(f"{n:,} of {benchmark.slug} {version}" for version, n in live.items())
        raise Conflict(
            f"Other versions ask the same and hide the answers: {told}. "
            "This reveal would give them away.",
            "Retire those first. To reveal nevertheless: flask benchmark reveal with --also-live.",
        )
