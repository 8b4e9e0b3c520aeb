"""How people sign in by way of others: the accounts that they have with providers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base
from leaderboard.models.team import User


class ProviderLink(Base):
    """An account with a provider that signs a user in; `handle` is what its owner knows it by.

    A provider is known by its issuer, whatever the host calls it.
    """

    __tablename__ = "provider_links"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    handle: Mapped[str] = mapped_column(String(200))
    linked_at: Mapped[datetime]

    user: Mapped[User] = relationship()
