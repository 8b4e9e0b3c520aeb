"""What hosts and administrators were told by mail that needs their attention."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class ToldConcern(Base):
    """What a person was told of, for as long as it holds: it is told again when `state` changes.

    `words` and `path`, an address of this site, are what the letter says of it.
    """

    __tablename__ = "told_concerns"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    concern: Mapped[str] = mapped_column(String(120), primary_key=True)
    state: Mapped[str] = mapped_column(String(64))
    words: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(String(200))
    letter_id: Mapped[int | None] = mapped_column(
        ForeignKey("letters.id", ondelete="SET NULL"), index=True
    )


class AttentionRefusal(Base):
    """A person wants no letters about what needs attention."""

    __tablename__ = "attention_refusals"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
