"""Whose turn it was: people take turns at the workers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, enum_column
from leaderboard.queue import Lane


class Turn(Base):
    """When a worker last took up a submission of a person in a lane; no row, never."""

    __tablename__ = "turns"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    lane: Mapped[Lane] = mapped_column(enum_column(Lane), primary_key=True)
    served_at: Mapped[datetime]
