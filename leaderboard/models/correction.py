"""Corrections of keys: the draft for a benchmark's next version, and the versions made from one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class Correction(Base):
    """The right letters of an item as the next version will have them, and why, for hosts."""

    __tablename__ = "corrections"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    answer: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class CorrectedVersion(Base):
    """A version that was made here, from another one and its corrections."""

    __tablename__ = "corrected_versions"

    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"), primary_key=True)
    former_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"), index=True)
    made_at: Mapped[datetime]
