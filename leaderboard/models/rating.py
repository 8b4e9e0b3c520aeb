"""Who rates reports, and the raw ratings: never overwritten.

A report whose finish is undone loses them, and the trail of changes keeps what they were.
"""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column


class RaterKind(enum.StrEnum):
    """A program, a person, or the rule by which a report was constructed (never an expert)."""

    JUDGE = "judge"
    EXPERT = "expert"
    CONSTRUCTED = "constructed"


class Rater(Base):
    """A judge in one version, or an expert."""

    __tablename__ = "raters"
    __table_args__ = (UniqueConstraint("kind", "name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RaterKind] = mapped_column(enum_column(RaterKind))
    name: Mapped[str] = mapped_column(String(120))
    version: Mapped[str] = mapped_column(String(40))


class Rating(Base):
    """One rater's value for one prediction on one dimension; null is unscored, with its reason."""

    __tablename__ = "ratings"
    __table_args__ = (UniqueConstraint("prediction_id", "rater_id", "dimension"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"))
    dimension: Mapped[str] = mapped_column(String(80))
    value: Mapped[float | None]
    reason: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[Any]] = mapped_column(JSON)

    rater: Mapped[Rater] = relationship()
