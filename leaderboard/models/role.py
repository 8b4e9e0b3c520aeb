"""What a person may do beside submitting, and on which benchmark."""

from __future__ import annotations

import enum

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, enum_column

SITE = ""
"""The whole site, where otherwise a benchmark's short name stands."""


class Role(enum.StrEnum):
    """An administrator runs the site, a host a benchmark; an expert rates a benchmark's reports."""

    ADMIN = "admin"
    HOST = "host"
    EXPERT = "expert"


def make_place_check() -> CheckConstraint:
    """What the database checks of a role and its benchmark: an administrator's alone is on SITE."""
    return CheckConstraint("(role = 'admin') = (benchmark = '')", name="admin_is_of_the_site")


class GrantedRole(Base):
    """A role that a user has on a benchmark, in all its versions; an administrator's is on SITE."""

    __tablename__ = "granted_roles"
    __table_args__ = (make_place_check(),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(enum_column(Role), primary_key=True)
    benchmark: Mapped[str] = mapped_column(String(80), primary_key=True, index=True)
