"""What hosts decide about submissions, people, teams and models: each a fact of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base
from leaderboard.models.role import SITE


class HiddenSubmission(Base):
    """A submission whose results are shown to its team alone; no row, not hidden."""

    __tablename__ = "hidden_submissions"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    hidden_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class BannedUser(Base):
    """A person who can neither sign in nor use tokens, and whose results are not shown."""

    __tablename__ = "banned_users"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    banned_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class BannedTeam(Base):
    """A team that cannot submit, and whose results are not shown."""

    __tablename__ = "banned_teams"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    banned_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class VerifiedModel(Base):
    """A model card whose facts a host has checked, as they were at `verified_at`."""

    __tablename__ = "verified_models"

    model_card_id: Mapped[int] = mapped_column(ForeignKey("model_cards.id"), primary_key=True)
    verified_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class Announcement(Base):
    """A short text above pages until `until_at`; one that was ended has ended by then.

    It stands above every page, or above those of the benchmark that a row beside it names.
    """

    __tablename__ = "announcements"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime]
    until_at: Mapped[datetime]

    about: Mapped[AnnouncementBenchmark | None] = relationship(lazy="joined")

    @property
    def benchmark(self) -> str:
        """The benchmark above whose pages it stands, or SITE."""
        return self.about.benchmark if self.about else SITE


class AnnouncementBenchmark(Base):
    """The benchmark that an announcement is about, by its short name."""

    __tablename__ = "announcement_benchmarks"

    announcement_id: Mapped[int] = mapped_column(ForeignKey("announcements.id"), primary_key=True)
    benchmark: Mapped[str] = mapped_column(String(80))
