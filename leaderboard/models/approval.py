"""Who may submit to a split with hidden answers, where a host wants to say so first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class TeamApproval(Base):
    """A host's yes to one member of a team on one split.

    A team is approved while each of its members has one: somebody new needs a yes of their own.
    """

    __tablename__ = "team_approvals"

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    approved_at: Mapped[datetime]
