"""What a person may do beside submitting."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, enum_column


class Role(enum.StrEnum):
    """A host runs the benchmark; an expert rates reports."""

    HOST = "host"
    EXPERT = "expert"


class UserRole(Base):
    """A role that a user has."""

    __tablename__ = "user_roles"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(enum_column(Role), primary_key=True)
