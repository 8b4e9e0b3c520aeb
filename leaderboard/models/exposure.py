"""Exposure audits: what a model can say of items of which a part was left out."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, enum_column
from leaderboard.models.robustness import AuditRow


class Way(enum.StrEnum):
    """What is left out, and so asked for: the question, its second half, half the canary."""

    OPTIONS = "options"
    QUESTION = "question"
    CANARY = "canary"


class ExposureAudit(AuditRow, Base):
    """One exposure audit; its `n_items` are those of the submission's own split."""

    __tablename__ = "exposure_audits"


class ExposureQuestion(Base):
    """What an audit asks, in the order of `place`; the canary is of no item.

    Items of another split than the submission's are the control.
    """

    __tablename__ = "exposure_questions"

    audit_id: Mapped[int] = mapped_column(ForeignKey("exposure_audits.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    way: Mapped[Way] = mapped_column(enum_column(Way))
    item_id: Mapped[int | None] = mapped_column(ForeignKey("items.id"))


class ExposureAnswer(Base):
    """What came of a question of an audit; never changed.

    `score` (0..1): whether the option was the right one, how much of the withheld words came,
    whether the canary was completed. Where the endpoint gave nothing for good, `outcome` is
    "unscored" and `failure` says why.
    """

    __tablename__ = "exposure_answers"

    audit_id: Mapped[int] = mapped_column(ForeignKey("exposure_audits.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    score: Mapped[float]
    failure: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime]
