"""Robustness audits: questions of a submission asked again with their options shifted."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.submission import Submission


class AuditState(enum.StrEnum):
    """Where a robustness audit stands."""

    WAITING = "waiting"
    ASKING = "asking"
    FINISHED = "finished"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether it has ended."""
        return self in (AuditState.FINISHED, AuditState.FAILED)


class AuditRow:
    """The columns of an audit of one endpoint submission, with its figures over all attempts.

    `run_id` fences the run that holds it, as with submissions. `reason` says how it ended.
    """

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    seed: Mapped[int]
    n_items: Mapped[int]
    state: Mapped[AuditState] = mapped_column(enum_column(AuditState), index=True)
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text, default="")
    run_id: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime]
    n_attempts: Mapped[int] = mapped_column(default=0)
    n_requests: Mapped[int] = mapped_column(default=0)
    n_tokens: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)


class RobustnessAudit(AuditRow, Base):
    """One robustness audit."""

    __tablename__ = "robustness_audits"

    submission: Mapped[Submission] = relationship()


class AuditQuestion(Base):
    """An item that an audit asks, with its options shifted by `rotation` places."""

    __tablename__ = "audit_questions"

    audit_id: Mapped[int] = mapped_column(ForeignKey("robustness_audits.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    rotation: Mapped[int] = mapped_column(primary_key=True)


class AuditAnswer(Base):
    """What came of a question of an audit; never changed.

    `letter` is the item's own letter of the chosen option. Where the endpoint gave nothing for
    good, `outcome` is "unscored" and `failure` says why.
    """

    __tablename__ = "audit_answers"

    audit_id: Mapped[int] = mapped_column(ForeignKey("robustness_audits.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    rotation: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(String(20))
    letter: Mapped[str | None] = mapped_column(String(1))
    is_correct: Mapped[bool]
    failure: Mapped[str] = mapped_column(String(40))
    parser_version: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime]


class AuditReply(Base):
    """How a reply to an audit ended that was cut, only reasoning or filtered; others have no row.

    `is_silent`: cut by the limit on its tokens before an answer, or only reasoning.
    """

    __tablename__ = "audit_replies"

    audit_id: Mapped[int] = mapped_column(ForeignKey("robustness_audits.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    rotation: Mapped[int] = mapped_column(primary_key=True)
    is_cut: Mapped[bool]
    is_only_reasoning: Mapped[bool]
    is_filtered: Mapped[bool]
    is_silent: Mapped[bool]
