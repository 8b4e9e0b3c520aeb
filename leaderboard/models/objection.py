"""Objections: what people report of an item, or contest of a result, and what a host answers."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.benchmark import Item
from leaderboard.models.submission import Submission
from leaderboard.models.team import User


class ObjectionKind(enum.StrEnum):
    """What an objection is about: an item, or what was read of a text, or its verdict."""

    ITEM = "item"
    READING = "reading"
    VERDICT = "verdict"


class Effect(enum.StrEnum):
    """What follows from an objection."""

    NONE = "none"
    CORRECTION = "correction"
    CAMPAIGN = "campaign"


class Objection(Base):
    """What somebody reports of an item, or of what it gave in a submission of their team's.

    It is open until it has an answer.
    """

    __tablename__ = "objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
    kind: Mapped[ObjectionKind] = mapped_column(enum_column(ObjectionKind))
    submission_id: Mapped[str | None] = mapped_column(ForeignKey("submissions.id"))
    text: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    at: Mapped[datetime]

    item: Mapped[Item] = relationship()
    submission: Mapped[Submission | None] = relationship()
    user: Mapped[User] = relationship()


class ObjectionAnswer(Base):
    """A host's one answer; the audit trail says whose it is."""

    __tablename__ = "objection_answers"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    effect: Mapped[Effect] = mapped_column(enum_column(Effect))
    at: Mapped[datetime]
