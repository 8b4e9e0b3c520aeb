"""On which terms a benchmark's items leave the house: what its host says of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class ThirdPartyChoice(Base):
    """Whether items of a benchmark, in all its versions, may go to servers of third parties.

    To judges and the second reader, and to endpoints of teams; without a row both may be asked.
    """

    __tablename__ = "third_party_choices"

    benchmark: Mapped[str] = mapped_column(String(80), primary_key=True)
    judges: Mapped[bool]
    endpoints: Mapped[bool]
    chosen_at: Mapped[datetime]
