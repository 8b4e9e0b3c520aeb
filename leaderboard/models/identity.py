"""That a person is who they say: where they are signed in, and which address is theirs."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.factor import PassedFactor

if TYPE_CHECKING:
    from leaderboard.models.team import User


class WebSession(Base):
    """A browser in which a user is signed in: the hash of the token that its cookie holds.

    `network` (an IPv4 address, or an IPv6 /64) and `agent` (a browser in words) are what it came
    with at first. It ends at `ends_at` whatever happens, and earlier when it is not used.
    """

    __tablename__ = "web_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    network: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))

    user: Mapped[User] = relationship()
    passed: Mapped[PassedFactor | None] = relationship(lazy="joined", viewonly=True)


class Means(enum.StrEnum):
    """By what an e-mail address was confirmed."""

    MAIL = "mail"
    HOST = "host"
    PROVIDER = "provider"
    SET_UP = "set_up"


class Confirmation(Base):
    """That the address `email` is a user's; it says nothing of another one they changed to."""

    __tablename__ = "confirmations"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    confirmed_at: Mapped[datetime]
    means: Mapped[Means] = mapped_column(enum_column(Means))


class ConfirmationGrace(Base):
    """That a user with the address `email` was here before addresses were confirmed.

    For a while from `began_at` on it counts as if it were.
    """

    __tablename__ = "confirmation_graces"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    began_at: Mapped[datetime]
