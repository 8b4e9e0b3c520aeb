"""Who made what of a team: counted against their limits, and closed when they leave.

What was made on the host's command line has no row.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class TeamMaker(Base):
    """The person who made a team."""

    __tablename__ = "team_makers"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class CardMaker(Base):
    """The person who made a model card."""

    __tablename__ = "card_makers"

    model_card_id: Mapped[int] = mapped_column(ForeignKey("model_cards.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class EndpointMaker(Base):
    """The person who registered an endpoint."""

    __tablename__ = "endpoint_makers"

    endpoint_id: Mapped[str] = mapped_column(
        ForeignKey("endpoints.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class TargetMaker(Base):
    """The person who set up a notice target."""

    __tablename__ = "target_makers"

    target_id: Mapped[int] = mapped_column(
        ForeignKey("notice_targets.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
