"""One team's predictions of one model on one split, and what became of them."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.benchmark import Split
from leaderboard.models.moderation import BannedTeam, BannedUser, HiddenSubmission
from leaderboard.models.publication import FeedbackScore, Publication, PublishedRun
from leaderboard.models.team import ModelCard, User


class Status(enum.StrEnum):
    """Where a submission stands.

    A pending one waits until the host has approved its team, a held one for the host to look.
    """

    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    HELD = "held"
    SCORED = "scored"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def came_to_nothing(self) -> bool:
        """Whether it ended without a result: the same file may be sent again."""
        return self in (Status.FAILED, Status.CANCELLED)

    @property
    def is_final(self) -> bool:
        """Whether it has ended; a host alone can put it back."""
        return self is Status.SCORED or self.came_to_nothing

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing more happens by itself: it has ended, or waits for the host."""
        return self in (Status.PENDING, Status.HELD) or self.is_final


FINAL = tuple(status for status in Status if status.is_final)
CAME_TO_NOTHING = tuple(status for status in Status if status.came_to_nothing)


class Step(enum.StrEnum):
    """What a submission waits for or is at."""

    WAITING = "waiting"
    COLLECT = "collect"
    PARSE = "parse"
    RATE = "rate"
    SCORE = "score"
    DONE = "done"


class EventKind(enum.StrEnum):
    """What happened to a submission."""

    SUBMITTED = "submitted"
    PENDING = "pending"
    APPROVED = "approved"
    STARTED = "started"
    COLLECTED = "collected"
    REQUEUED = "requeued"
    HELD = "held"
    SCORED = "scored"
    AUDITED = "audited"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Decision(enum.StrEnum):
    """Whether a result on hidden answers is public, or no significant change."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"


class Decider(enum.StrEnum):
    """Who decided."""

    LADDER = "ladder"
    HOST = "host"


_STANDS = text("status NOT IN ('failed', 'cancelled')")


class Submission(Base):
    """Predictions on their way to scores.

    `run_id` fences the run that holds the claim: a worker writes only while the row still
    carries its own. `n_done` of `n_total` counts the work of all steps. It is withheld while a
    host hides it or bans its person or its team.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        Index(
            "uq_submissions_same_file",
            "model_card_id",
            "split_id",
            "file_hash",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
    )

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    model_card_id: Mapped[int] = mapped_column(ForeignKey("model_cards.id"), index=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    file_name: Mapped[str] = mapped_column(String(200))
    file_hash: Mapped[str] = mapped_column(String(64))
    n_predictions: Mapped[int]
    tracks: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    status: Mapped[Status] = mapped_column(enum_column(Status), index=True)
    step: Mapped[Step] = mapped_column(enum_column(Step))
    n_done: Mapped[int] = mapped_column(default=0)
    n_total: Mapped[int]
    n_attempts: Mapped[int] = mapped_column(default=0)
    run_id: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime]
    is_withheld: Mapped[bool] = column_property(
        or_(
            select(HiddenSubmission.submission_id)
            .where(HiddenSubmission.submission_id == id)
            .correlate_except(HiddenSubmission)
            .exists(),
            select(BannedUser.user_id)
            .where(BannedUser.user_id == user_id)
            .correlate_except(BannedUser)
            .exists(),
            select(BannedTeam.team_id)
            .join(ModelCard, ModelCard.team_id == BannedTeam.team_id)
            .where(ModelCard.id == model_card_id)
            .correlate_except(BannedTeam, ModelCard)
            .exists(),
        )
    )

    model_card: Mapped[ModelCard] = relationship()
    split: Mapped[Split] = relationship()
    user: Mapped[User] = relationship()
    events: Mapped[list[SubmissionEvent]] = relationship(order_by="SubmissionEvent.id")
    acceptance: Mapped[Acceptance | None] = relationship(lazy="selectin")
    publication: Mapped[Publication | None] = relationship(lazy="selectin")
    published_run: Mapped[PublishedRun | None] = relationship()
    feedback_scores: Mapped[list[FeedbackScore]] = relationship(order_by=FeedbackScore.track)


class SubmissionEvent(Base):
    """Something that happened to a submission, in words for its team."""

    __tablename__ = "submission_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[EventKind] = mapped_column(enum_column(EventKind))
    message: Mapped[str] = mapped_column(Text)
    remedy: Mapped[str] = mapped_column(Text, default="")


class Acceptance(Base):
    """What was decided about a scored submission on hidden answers.

    `difference` to the team's best and its `standard_error` are in points; null where there was
    nothing to compare with. No page shows them: they would tell what the decision withholds.
    """

    __tablename__ = "acceptances"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    decided_at: Mapped[datetime]
    decision: Mapped[Decision] = mapped_column(enum_column(Decision))
    difference: Mapped[float | None]
    standard_error: Mapped[float | None]
    decided_by: Mapped[Decider] = mapped_column(enum_column(Decider))
    reason: Mapped[str] = mapped_column(Text)


class Prediction(Base):
    """One model's raw output for one item, as it came."""

    __tablename__ = "predictions"
    __table_args__ = (UniqueConstraint("submission_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    text: Mapped[str] = mapped_column(Text)


class PredictionExtras(Base):
    """What came beside a prediction: in its file, or in the reply of an endpoint.

    `confidence`, 0..1, is the model's own probability that its answer is right; `latency_s` is in
    seconds, `run` how its team names the run it comes from. What was not said is null.
    """

    __tablename__ = "prediction_extras"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    confidence: Mapped[float | None]
    input_tokens: Mapped[int | None] = mapped_column(BigInteger)
    output_tokens: Mapped[int | None] = mapped_column(BigInteger)
    cost_usd: Mapped[float | None]
    latency_s: Mapped[float | None]
    run: Mapped[str | None] = mapped_column(String(100))


EXTRA_NAMES = tuple(
    column.name for column in PredictionExtras.__table__.columns if not column.primary_key
)


class ParsedPrediction(Base):
    """What an MCQ prediction says, by the answer parser, and how it compares with the answer.

    `precision` and `recall` are those of multi-answer items, null elsewhere.
    """

    __tablename__ = "parsed_predictions"

    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20))
    letters: Mapped[str] = mapped_column(String(26))
    is_correct: Mapped[bool]
    precision: Mapped[float | None]
    recall: Mapped[float | None]
    parser_version: Mapped[str] = mapped_column(String(20))
