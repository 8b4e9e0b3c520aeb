"""Phases of a split: when it takes submissions, and the rankings that their ends left."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base
from leaderboard.models.benchmark import Split
from leaderboard.models.release import Release


class Phase(Base):
    """A split with phases takes submissions from `opens_at` to before `closes_at` of one of them.

    In all of it a team may send `units` submissions; null is no limit of its own. Where it
    `is_final`, the ranking at its end stays as it is.
    """

    __tablename__ = "phases"
    __table_args__ = (UniqueConstraint("split_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"))
    name: Mapped[str] = mapped_column(String(80))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    units: Mapped[int | None]
    is_final: Mapped[bool]

    split: Mapped[Split] = relationship()
    final: Mapped[PhaseFinal | None] = relationship(back_populates="phase", lazy="joined")


class PhaseSubmission(Base):
    """In which phase a submission was received, by the database's clock."""

    __tablename__ = "phase_submissions"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    phase_id: Mapped[int] = mapped_column(ForeignKey("phases.id"), index=True)


class PhaseFinal(Base):
    """The release whose ranking is that of the end of a phase."""

    __tablename__ = "phase_finals"

    phase_id: Mapped[int] = mapped_column(ForeignKey("phases.id"), primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), unique=True)
    frozen_at: Mapped[datetime]

    phase: Mapped[Phase] = relationship(back_populates="final")
    release: Mapped[Release] = relationship(lazy="joined")
