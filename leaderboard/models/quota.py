"""The ledger of what teams and their members used of their limits of submissions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base
from leaderboard.models.benchmark import Split
from leaderboard.models.submission import Submission


class QuotaEntry(Base):
    """A unit that a submission used (1), or got back (-1), with its reason; each at most once."""

    __tablename__ = "quota_entries"
    __table_args__ = (UniqueConstraint("submission_id", "units"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"))
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    units: Mapped[int]
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    split: Mapped[Split] = relationship()
    submission: Mapped[Submission] = relationship()


class QuotaCharge(Base):
    """A person whom a submission's unit is charged to: a member when it was sent, for good."""

    __tablename__ = "quota_charges"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
