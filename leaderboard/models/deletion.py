"""Accounts that were deleted: their rows stay under a pseudonym, because results refer to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class DeletedUser(Base):
    """A user who deleted their account, or whose account a host deleted."""

    __tablename__ = "deleted_users"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(40), unique=True)
    deleted_at: Mapped[datetime]
