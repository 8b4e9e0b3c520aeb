"""Mail to one person about their account, waiting for a worker."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.notice import NoticeState
from leaderboard.models.objection import Objection


class LetterKind(enum.StrEnum):
    """What a letter is for."""

    REGISTER = "register"
    RESET = "reset"
    CONFIRM = "confirm"
    MOVED = "moved"
    INVITE = "invite"
    WAYS = "ways"
    APPROVALS = "approvals"
    OBJECTION = "objection"
    ATTENTION = "attention"


class Letter(Base):
    """A letter to `address`; what it says, and whether it goes at all, is seen when it is sent.

    So whoever asks for one learns nothing of whose the address is. `user_id` is the signed-in
    person who asked, None for a stranger. States and times are those of a notice; a letter holds no
    secret, for its link is signed when it is sent. From where a stranger asked is a LetterAsker.
    """

    __tablename__ = "letters"
    __table_args__ = (
        Index("ix_letters_state_next_at", "state", "next_at"),
        Index("ix_letters_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[LetterKind] = mapped_column(enum_column(LetterKind))
    address: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]
    state: Mapped[NoticeState] = mapped_column(enum_column(NoticeState))
    n_attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    result: Mapped[str] = mapped_column(String(200), default="")


class LetterAsker(Base):
    """From where a stranger asked for a letter: an IPv4 address, or the /64 of an IPv6 address."""

    __tablename__ = "letter_askers"

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True
    )
    network: Mapped[str] = mapped_column(String(64))


class ObjectionLetter(Base):
    """Which answered objection a letter tells of; it is deleted with the letter."""

    __tablename__ = "objection_letters"

    letter_id: Mapped[int] = mapped_column(
        ForeignKey("letters.id", ondelete="CASCADE"), primary_key=True
    )
    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), unique=True)

    objection: Mapped[Objection] = relationship()
