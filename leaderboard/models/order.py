"""How judges order pairs of reports whose order is beyond doubt: runs, calls, scores, results."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.judging import CallFacts
from leaderboard.models.rating import Rater
from leaderboard.scoring.order import OrderKind


class OrderState(enum.StrEnum):
    """Where a run of a judge on the order suite stands."""

    WAITING = "waiting"
    RATING = "rating"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing follows."""
        return self in (OrderState.FINISHED, OrderState.FAILED)


class OrderRun(Base):
    """A judge on one version of the order suite; its newest finished run counts.

    `run_id` fences whoever holds it, as with submissions. `reason` says why it waits or failed.
    """

    __tablename__ = "order_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), index=True)
    suite: Mapped[str] = mapped_column(String(20))
    state: Mapped[OrderState] = mapped_column(enum_column(OrderState), index=True)
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    run_id: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime]
    n_attempts: Mapped[int] = mapped_column(default=0)

    rater: Mapped[Rater] = relationship()


class OrderCall(CallFacts, Base):
    """A call to a language model about one dimension of a report of the suite.

    `report` is the name of a pair's first report, or the pair whose second one it is. `rater_id` is
    the judge itself, or a member of the panel.
    """

    __tablename__ = "order_calls"
    __table_args__ = (
        UniqueConstraint("order_run_id", "rater_id", "report", "dimension", "repeat", "attempt"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    order_run_id: Mapped[int] = mapped_column(ForeignKey("order_runs.id"))
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"))
    report: Mapped[str] = mapped_column(String(80))


class OrderScore(Base):
    """A judge's report score (20..100) of one report of the suite; null is unscored."""

    __tablename__ = "order_scores"

    order_run_id: Mapped[int] = mapped_column(ForeignKey("order_runs.id"), primary_key=True)
    report: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[float | None]


class OrderResult(Base):
    """A pair of a finished run: the scores of both reports, and whether they are in order."""

    __tablename__ = "order_results"

    order_run_id: Mapped[int] = mapped_column(ForeignKey("order_runs.id"), primary_key=True)
    pair: Mapped[str] = mapped_column(String(80), primary_key=True)
    kind: Mapped[OrderKind] = mapped_column(enum_column(OrderKind))
    first: Mapped[float | None]
    second: Mapped[float | None]
    is_right: Mapped[bool]
