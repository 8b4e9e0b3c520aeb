"""The random check of keys: draw items, record what clinicians say, and bound the wrong keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.audit import add_audit
from leaderboard.db import lock_row, now
from leaderboard.errors import FieldProblems, InvalidRequest, NotFound
from leaderboard.hosting.act import MAX_REASON, Act
from leaderboard.models.benchmark import Item, ItemKind, Split, Track
from leaderboard.models.key_check import DrawnKey, KeyDraw, KeyVerdict, Verdict
from leaderboard.names import read_line
from leaderboard.scoring.statistics.key_bound import KeyBound, bound_wrong

MAX_CHECKER = 80
SEED_BITS = 62
TRACKS = ("", Track.TEXT.value, Track.IMAGE.value)
"""What a draw may be about: all questions of a split, or those of a track."""


class CheckedKey(NamedTuple):
    """A drawn item and the newest verdict on its key, None where there is none yet."""

    item: Item
    verdict: KeyVerdict | None


@dataclass(frozen=True)
class KeyCheck:
    """A draw of a split's keys, in its random order, and what its beginning says of all of them.

    Only the items before the first without a verdict count: so nobody can leave out the hard ones.
    `n_items` are those that the draw is about. Unsure counts as wrong.
    """

    draw: KeyDraw
    n_items: int
    keys: Sequence[CheckedKey]

    @property
    def counted(self) -> list[KeyVerdict]:
        """The verdicts before the first item without one."""
        found: list[KeyVerdict] = []
        for one in self.keys:
            if one.verdict is None:
                break
            found.append(one.verdict)
        return found

    @property
    def n_waiting(self) -> int:
        """How many verdicts do not count yet, because one before them is missing."""
        return sum(one.verdict is not None for one in self.keys) - len(self.counted)

    @property
    def n_unsure(self) -> int:
        """How many of the wrong ones nobody was sure of."""
        return sum(one.verdict is Verdict.UNSURE for one in self.counted)

    @property
    def checked_at(self) -> datetime | None:
        """When the last verdict that counts was given."""
        return max((one.at for one in self.counted), default=None)

    @property
    def bound(self) -> KeyBound:
        """What the verdicts that count say of all keys."""
        verdicts = self.counted
        n_wrong = sum(one.verdict is not Verdict.RIGHT for one in verdicts)
        return bound_wrong(self.n_items, len(verdicts), n_wrong)


def draw_keys(session: Session, split: Split, n: int, track: str, actor: str) -> Act:
    """Draw items until `n` of the split's questions, or of a track's, are drawn.

    The order is drawn once, by a secret seed: a larger number goes on in it. Raises InvalidRequest,
    each under its field, for an unknown track and for a number that draws nothing or too many.
    """
    lock_row(session, Split.id, split.id)
    questions = _read_questions(session, split, track)
    draw = _find_draw(session, split, track)
    drawn = set(
        session.scalars(select(DrawnKey.item_id).where(DrawnKey.draw_id == draw.id)) if draw else ()
    )
    if not len(drawn) < n <= len(questions):
        raise InvalidRequest(
            f"{n:,} items cannot be drawn: {len(drawn):,} of {len(questions):,} are drawn already.",
            f"Give the number of all that are to be drawn, {len(drawn) + 1:,} to "
            f"{len(questions):,}."
            if len(drawn) < len(questions)
            else "There is nothing more to draw.",
        ).at("n")
    if draw is None:
        draw = KeyDraw(split_id=split.id, track=track, seed=secrets.randbits(SEED_BITS))
        session.add(draw)
        session.flush()
    rest = sorted(
        (one for one in questions if one.id not in drawn), key=lambda one: _order(draw.seed, one)
    )
    session.add_all(
        DrawnKey(draw_id=draw.id, place=len(drawn) + place, item_id=one.id, drawn_at=now())
        for place, one in enumerate(rest[: n - len(drawn)])
    )
    benchmark, of = split.benchmark, f" of {track}" if track else ""
    subject = f"split {benchmark.slug} {benchmark.version} {split.name}"
    note = f"{n} of {len(questions)} keys{of}"
    add_audit(session, actor, "draw keys", subject, note, benchmark=benchmark.slug)
    session.flush()
    return Act(f"{n:,} of {len(questions):,} keys{of} are drawn.")


def record_verdict(
    session: Session, item: Item, verdict: str, checked_by: str, note: str, actor: str
) -> Act:
    """Keep what a clinician says of the key of a drawn item.

    Raises InvalidRequest, each under its field, for an unknown verdict and without who checked it;
    NotFound for an item that was not drawn.
    """
    if not is_drawn(session, item):
        raise NotFound(
            f"{item.key} was not drawn.", "Only keys that the server has drawn count for a bound."
        )
    fields = FieldProblems()
    with fields.at("checked_by"):
        who = read_line(checked_by, "Who checked the key", MAX_CHECKER)
        if not who:
            raise InvalidRequest("Nobody is named who checked the key.", "Name the clinician.")
    with fields.at("verdict"):
        if verdict not in set(Verdict):
            raise InvalidRequest("The verdict is missing.", f"Choose one of {', '.join(Verdict)}.")
    with fields.at("note"):
        said = " ".join(note.split())
        if len(said) > MAX_REASON:
            raise InvalidRequest("The note is too long.", f"Use at most {MAX_REASON} characters.")
    fields.raise_all()
    row = KeyVerdict(item_id=item.id, verdict=Verdict(verdict), checked_by=who, note=said, at=now())
    session.add(row)
    benchmark = session.get_one(Split, item.split_id).benchmark
    subject = f"item {item.key} of {benchmark.slug} {benchmark.version}"
    words = f"{verdict}, by {who}{f': {said}' if said else ''}"
    add_audit(session, actor, "check key", subject, words, benchmark=benchmark.slug)
    session.flush()
    return Act(f"The key of {item.key} is marked {verdict}.")


def read_checks(session: Session, split: Split) -> list[KeyCheck]:
    """The draws of a split: that of all its questions first, then those of tracks."""
    draws = session.scalars(
        select(KeyDraw).where(KeyDraw.split_id == split.id).order_by(KeyDraw.track)
    )
    return [_read_check(session, split, draw) for draw in draws]


def is_drawn(session: Session, item: Item) -> bool:
    """Whether the key of an item is to be checked."""
    query = select(DrawnKey.draw_id).where(DrawnKey.item_id == item.id).limit(1)
    return session.scalar(query) is not None


def get_item(session: Session, split: Split, key: str) -> Item:
    """The item of a split with this id. Raises NotFound."""
    found = session.scalar(select(Item).where(Item.split_id == split.id, Item.key == key))
    if found is None:
        raise NotFound(
            f"The {split.name} split has no item {key[:120]!r}.",
            "Choose one from the list of items.",
        )
    return found


def find_verdict(session: Session, item: Item) -> KeyVerdict | None:
    """The newest verdict on an item's key."""
    return session.scalar(
        select(KeyVerdict)
        .where(KeyVerdict.item_id == item.id)
        .order_by(KeyVerdict.id.desc())
        .limit(1)
    )


def count_questions(session: Session, split: Split, track: str = "") -> int:
    """How many questions with a key a split, or a track of it, has."""
    return len(_read_questions(session, split, track))


def _read_check(session: Session, split: Split, draw: KeyDraw) -> KeyCheck:
    rows = session.scalars(
        select(Item)
        .join(DrawnKey, DrawnKey.item_id == Item.id)
        .where(DrawnKey.draw_id == draw.id)
        .order_by(DrawnKey.place)
    ).all()
    verdicts = {
        one.item_id: one
        for one in session.scalars(
            select(KeyVerdict)
            .join(DrawnKey, DrawnKey.item_id == KeyVerdict.item_id)
            .where(DrawnKey.draw_id == draw.id)
            .order_by(KeyVerdict.id)
        )
    }
    keys = [CheckedKey(item, verdicts.get(item.id)) for item in rows]
    return KeyCheck(draw, count_questions(session, split, draw.track), keys)


def _read_questions(session: Session, split: Split, track: str) -> list[Item]:
    if track not in TRACKS:
        raise InvalidRequest(
            f"{track[:40]!r} is not a track with keys.",
            "Choose text or image, or leave it out for all questions.",
        ).at("track")
    query = select(Item).where(Item.split_id == split.id, Item.kind == ItemKind.MCQ)
    if track:
        query = query.where(Item.track == Track(track))
    return list(session.scalars(query.order_by(Item.position)))


def _find_draw(session: Session, split: Split, track: str) -> KeyDraw | None:
    return session.scalar(
        select(KeyDraw).where(KeyDraw.split_id == split.id, KeyDraw.track == track)
    )


def _order(seed: int, item: Item) -> bytes:
    """A random number for an item, as bytes that sort."""
    return hashlib.sha256(f"{seed}:{item.key}".encode()).digest()
