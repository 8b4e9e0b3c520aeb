"""Where a team wants to hear of its submissions, and what was sent there."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.submission import EventKind, Submission
from leaderboard.models.team import Team


class TargetKind(enum.StrEnum):
    """How a notice travels."""

    WEBHOOK = "webhook"
    EMAIL = "email"


class NoticeState(enum.StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing more is sent."""
        return self in (NoticeState.SENT, NoticeState.FAILED)


class NoticeTarget(Base):
    """A web address or an e-mail address of a team.

    `secret` signs what a webhook gets; while it is replaced, the new one and the old one.
    """

    __tablename__ = "notice_targets"
    __table_args__ = (UniqueConstraint("team_id", "kind", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    kind: Mapped[TargetKind] = mapped_column(enum_column(TargetKind))
    address: Mapped[str] = mapped_column(String(500))
    secret: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]

    team: Mapped[Team] = relationship()
    notices: Mapped[list[Notice]] = relationship(
        back_populates="target", order_by="Notice.id", cascade="all, delete-orphan"
    )
    test: Mapped[NoticeTest | None] = relationship(cascade="all, delete-orphan")


class NoticeTest(Base):
    """The last test notice to a target: sent once, when its team asked for it at `asked_at`.

    `result` says how that went, once it is sent or has failed.
    """

    __tablename__ = "notice_tests"

    target_id: Mapped[int] = mapped_column(ForeignKey("notice_targets.id"), primary_key=True)
    asked_at: Mapped[datetime]
    state: Mapped[NoticeState] = mapped_column(enum_column(NoticeState))
    result: Mapped[str] = mapped_column(String(200), default="")


class Notice(Base):
    """What a target is told about one event of a submission.

    A waiting one is sent from `next_at` on; one that is being sent is taken up again then, for
    its worker did not end. `result` says how the last attempt went.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_state_next_at", "state", "next_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("notice_targets.id"), index=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    event: Mapped[EventKind] = mapped_column(enum_column(EventKind))
    at: Mapped[datetime]
    state: Mapped[NoticeState] = mapped_column(enum_column(NoticeState))
    n_attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    result: Mapped[str] = mapped_column(String(200), default="")

    target: Mapped[NoticeTarget] = relationship(back_populates="notices")
    submission: Mapped[Submission] = relationship()
