"""A team's model behind an address, the runs that ask it, and what left the house for them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base
from leaderboard.models.submission import Submission
from leaderboard.models.team import Team


class Endpoint(Base):
    """An OpenAI-compatible address with the settings that a team gave it (TeamSettings)."""

    __tablename__ = "endpoints"
    __table_args__ = (UniqueConstraint("team_id", "name"),)

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    name: Mapped[str] = mapped_column(String(80))
    base_url: Mapped[str] = mapped_column(String(500))
    model: Mapped[str] = mapped_column(String(200))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    team: Mapped[Team] = relationship()
    key: Mapped[EndpointKey | None] = relationship(cascade="all, delete-orphan")


class EndpointKey(Base):
    """An endpoint's key, encrypted; `sealed_by` names the host's key that opens it."""

    __tablename__ = "endpoint_keys"

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id"), primary_key=True)
    ciphertext: Mapped[str] = mapped_column(Text)
    sealed_by: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class EndpointTest(Base):
    """The last test of an endpoint's connection: asked, and what came of it once it ended."""

    __tablename__ = "endpoint_tests"

    endpoint_id: Mapped[str] = mapped_column(ForeignKey("endpoints.id"), primary_key=True)
    asked_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    results: Mapped[dict[str, Any]] = mapped_column(JSON)


class EndpointSplit(Base):
    """A split with hidden answers whose items the host lets endpoints see."""

    __tablename__ = "endpoint_splits"

    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), primary_key=True)
    allowed_at: Mapped[datetime]


class EndpointRun(Base):
    """A submission that asks an endpoint, with its figures over all attempts.

    `settings` are those of the time it was submitted, without the key. `end` is empty until the
    asking has ended, then says why it did. `per_second` and `seconds_left` are those of the last
    look. The endpoint may have been deleted since.
    """

    __tablename__ = "endpoint_runs"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    endpoint_id: Mapped[str | None] = mapped_column(ForeignKey("endpoints.id"), index=True)
    endpoint_name: Mapped[str] = mapped_column(String(80))
    base_url: Mapped[str] = mapped_column(String(500))
    model: Mapped[str] = mapped_column(String(200))
    settings: Mapped[dict[str, Any]] = mapped_column(JSON)
    wipes_key: Mapped[bool]
    saw_hidden: Mapped[bool]
    n_requests: Mapped[int] = mapped_column(default=0)
    n_tokens: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    per_second: Mapped[float] = mapped_column(default=0.0)
    seconds_left: Mapped[float | None]
    model_reported: Mapped[str | None] = mapped_column(String(200))
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end: Mapped[str] = mapped_column(Text, default="")
    key_wiped_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship()


class SentItem(Base):
    """An item that was sent to an endpoint, and the hash of the bytes that left."""

    __tablename__ = "sent_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    sha256: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime]


class FailedItem(Base):
    """An item that an endpoint gave no prediction for, for good, and why."""

    __tablename__ = "failed_items"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(Text)


class EndpointReply(Base):
    """How the reply ended that became an item's prediction; the finish reason in the server's word.

    `is_silent`: cut by the limit on its tokens before an answer, or only reasoning.
    """

    __tablename__ = "endpoint_replies"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    finish_reason: Mapped[str | None] = mapped_column(String(200))
    is_cut: Mapped[bool]
    is_only_reasoning: Mapped[bool]
    is_filtered: Mapped[bool]
    is_silent: Mapped[bool]
