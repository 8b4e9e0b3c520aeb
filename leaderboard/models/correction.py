"""Corrections of keys and checks: the draft for the next version, and the versions made from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class Correction(Base):
    """The right letters of an item as the next version will have them, and why, for hosts."""

    __tablename__ = "corrections"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    answer: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class CheckCorrection(Base):
    """A check of a report as the next version will have it, and why, for hosts.

    `content` is the whole check as a package has it, None where it is dropped.
    """

    __tablename__ = "check_corrections"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    check_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]


class CorrectedVersion(Base):
    """A version that was made here, from another one and its corrections."""

    __tablename__ = "corrected_versions"

    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"), primary_key=True)
    former_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"), index=True)
    made_at: Mapped[datetime]
