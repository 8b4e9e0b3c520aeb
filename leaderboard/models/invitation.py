"""Invitations to a team and to a role: each lets one person in, once."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.role import Role, make_place_check
from leaderboard.models.team import Team, User


class InvitationOutcome(enum.StrEnum):
    """How an invitation ended before its time."""

    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


class TeamInvitation(Base):
    """A link to a team until `expires_at`; the database keeps a hash of its secret.

    With an `email` only that address may use it; empty means anybody who has the link.
    """

    __tablename__ = "team_invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), index=True)
    inviter_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    email: Mapped[str] = mapped_column(String(254))
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    team: Mapped[Team] = relationship()
    inviter: Mapped[User] = relationship()
    end: Mapped[InvitationEnd | None] = relationship(back_populates="invitation")


class InvitationEnd(Base):
    """The end of an invitation, at most one: `user_id` accepted, declined or withdrew it."""

    __tablename__ = "invitation_ends"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("team_invitations.id"), primary_key=True)
    outcome: Mapped[InvitationOutcome] = mapped_column(enum_column(InvitationOutcome))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    invitation: Mapped[TeamInvitation] = relationship(back_populates="end")
    user: Mapped[User] = relationship()


class RoleInvitation(Base):
    """An invitation of the owner of `email` to a role on a benchmark, or on SITE.

    `key` stands in its link. It is no secret: nobody else can use it.
    """

    __tablename__ = "role_invitations"
    __table_args__ = (make_place_check(),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[Role] = mapped_column(enum_column(Role))
    benchmark: Mapped[str] = mapped_column(String(80), index=True)
    inviter_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    inviter: Mapped[User] = relationship()
    end: Mapped[RoleInvitationEnd | None] = relationship(back_populates="invitation")


class RoleInvitationEnd(Base):
    """The end of an invitation to a role, as of one to a team."""

    __tablename__ = "role_invitation_ends"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("role_invitations.id"), primary_key=True)
    outcome: Mapped[InvitationOutcome] = mapped_column(enum_column(InvitationOutcome))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime]

    invitation: Mapped[RoleInvitation] = relationship(back_populates="end")
