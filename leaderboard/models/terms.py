"""On which terms a benchmark's items leave the house: what its host says of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base
from leaderboard.models.team import Team, User


class ThirdPartyChoice(Base):
    """Whether items of a benchmark, in all its versions, may go to servers of third parties.

    To judges and the second reader, and to endpoints of teams; without a row both may be asked.
    """

    __tablename__ = "third_party_choices"

    benchmark: Mapped[str] = mapped_column(String(80), primary_key=True)
    judges: Mapped[bool]
    endpoints: Mapped[bool]
    chosen_at: Mapped[datetime]


class Agreement(Base):
    """A text, in Markdown, that a team accepts before it has items of a benchmark.

    The newest of a benchmark is in force, in all versions of it, unless it was ended. It covers
    pages that show items too where it `covers_pages`.
    """

    __tablename__ = "agreements"
    __table_args__ = (UniqueConstraint("benchmark", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    benchmark: Mapped[str] = mapped_column(String(80))
    version: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    covers_pages: Mapped[bool]
    stated_at: Mapped[datetime]


class AgreementEnd(Base):
    """That nobody is asked for an agreement any more, until another one is stated."""

    __tablename__ = "agreement_ends"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    ended_at: Mapped[datetime]


class AcceptedAgreement(Base):
    """That a team accepted an agreement, by one of its owners."""

    __tablename__ = "accepted_agreements"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    accepted_at: Mapped[datetime]

    agreement: Mapped[Agreement] = relationship()
    team: Mapped[Team] = relationship()
    user: Mapped[User] = relationship()
