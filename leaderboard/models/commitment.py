"""What binds hidden answers and item values before they are shown: salted hashes, and reveals.

Everything here is public; the salts are in `models.sealed`.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class AnswerCommitment(Base):
    """The salted hash (64 hexadecimal digits) of a hidden item's answer; it never changes."""

    __tablename__ = "answer_commitments"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]


class ValueCommitment(Base):
    """The root of the hash tree over a submission's value on every item of its split.

    A submission whose values change gets another one; the one before stays.
    """

    __tablename__ = "value_commitments"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    root: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]


class RankedCommitment(Base):
    """The values by which a submission stands in a ranking."""

    __tablename__ = "ranked_commitments"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("rankings.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    value_commitment_id: Mapped[int] = mapped_column(ForeignKey("value_commitments.id"))


class Reveal(Base):
    """An act of a host that made answers of a version public for good; `reason` is public too."""

    __tablename__ = "reveals"

    id: Mapped[int] = mapped_column(primary_key=True)
    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"), index=True)
    revealed_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class RevealedItem(Base):
    """An item whose answer, salt and values are public; no row, they are not."""

    __tablename__ = "revealed_items"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    reveal_id: Mapped[int] = mapped_column(ForeignKey("reveals.id"), index=True)


class RevealDate(Base):
    """From when on all answers of a split are to be public; once they are, the row is gone.

    `also_live`: even if another version asks the same and hides the answers.
    """

    __tablename__ = "reveal_dates"

    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), primary_key=True)
    reveals_at: Mapped[datetime]
    also_live: Mapped[bool]
    set_at: Mapped[datetime]


class RevealHold(Base):
    """Why a reveal that was due was not made: its date waits until a host sets it anew."""

    __tablename__ = "reveal_holds"

    split_id: Mapped[int] = mapped_column(ForeignKey("reveal_dates.split_id"), primary_key=True)
    message: Mapped[str] = mapped_column(Text)
    held_at: Mapped[datetime]
