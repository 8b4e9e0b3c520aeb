"""The random check of keys by clinicians: which items were drawn, and what was said of each."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, enum_column


class Verdict(enum.StrEnum):
    """What a clinician says of a key."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSURE = "unsure"


class KeyDraw(Base):
    """An order in which the keys of a split are checked, drawn by the server once.

    `track` is the one whose questions it is about, "" for all of the split. The seed is secret.
    """

    __tablename__ = "key_draws"
    __table_args__ = (UniqueConstraint("split_id", "track"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"))
    track: Mapped[str] = mapped_column(String(80))
    seed: Mapped[int] = mapped_column(BigInteger)


class DrawnKey(Base):
    """An item of a draw, in its place from 0."""

    __tablename__ = "drawn_keys"
    __table_args__ = (UniqueConstraint("draw_id", "item_id"),)

    draw_id: Mapped[int] = mapped_column(ForeignKey("key_draws.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    drawn_at: Mapped[datetime]


class KeyVerdict(Base):
    """What a clinician, whom the host names in `checked_by`, says of an item's key.

    Never changed: of several of an item the newest counts.
    """

    __tablename__ = "key_verdicts"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    verdict: Mapped[Verdict] = mapped_column(enum_column(Verdict))
    checked_by: Mapped[str] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
