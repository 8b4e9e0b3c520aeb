"""Experts: who they are, what they are asked to rate, have seen and changed, and what is open."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.rating import Rater
from leaderboard.models.submission import Prediction


class ExpertRater(Base):
    """The rater that an expert is, on every benchmark."""

    __tablename__ = "expert_raters"

    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)


class RatingPlan(Base):
    """How the reports of a split are spread over experts; the seed stays once it is drawn."""

    __tablename__ = "rating_plans"

    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), primary_key=True)
    seed: Mapped[int] = mapped_column(BigInteger)
    per_model: Mapped[int]
    overlap: Mapped[float]
    changed_at: Mapped[datetime]


class RatingAssignment(Base):
    """A report that an expert is asked to rate, in its place in the expert's own random order.

    `key` names it in addresses: it says nothing of the report.
    """

    __tablename__ = "rating_assignments"
    __table_args__ = (
        UniqueConstraint("rater_id", "prediction_id"),
        UniqueConstraint("rater_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(16), unique=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"))
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), index=True)
    position: Mapped[int]
    assigned_at: Mapped[datetime]

    rater: Mapped[Rater] = relationship()
    prediction: Mapped[Prediction] = relationship()


class RatingDraft(Base):
    """A value of a report that its expert has not finished: it may still change."""

    __tablename__ = "rating_drafts"

    assignment_id: Mapped[int] = mapped_column(
        ForeignKey("rating_assignments.id"), primary_key=True
    )
    dimension: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[int]
    changed_at: Mapped[datetime]


class RatedReport(Base):
    """That a rater has rated a report, and when; its ratings are facts from then on."""

    __tablename__ = "rated_reports"

    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), primary_key=True)
    prediction_id: Mapped[int] = mapped_column(
        ForeignKey("predictions.id"), primary_key=True, index=True
    )
    rated_at: Mapped[datetime]


class DrawSource(enum.StrEnum):
    """How a report came to be rated: drawn by the server, assigned by a host, or from a file."""

    DRAWN = "drawn"
    ASSIGNED = "assigned"
    IMPORTED = "imported"


class LabelDraw(Base):
    """How a report came to be one that a rater rates, whether or not it is rated yet.

    `is_random`: drawn by chance from the model's reports, by the server or, as the host says,
    elsewhere; otherwise somebody chose it. A rated report without such a row is undeclared: it is
    from before this was kept.
    """

    __tablename__ = "label_draws"

    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), primary_key=True, index=True)
    source: Mapped[DrawSource] = mapped_column(enum_column(DrawSource))
    is_random: Mapped[bool]
    declared_at: Mapped[datetime]


class SeenReferences(Base):
    """That an expert was shown a case of a split with its reference, and when first."""

    __tablename__ = "seen_references"

    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), primary_key=True, index=True)
    seen_at: Mapped[datetime]


class Change(enum.StrEnum):
    """What became of a rating: a draft's first value, another one, and what the draft became."""

    GIVEN = "given"
    CHANGED = "changed"
    FINISHED = "finished"
    UNDONE = "undone"
    IMPORTED = "imported"


class RatingChange(Base):
    """One change of one rater's value of a report on a dimension; only ever added to.

    `before` is null where there was no value, `after` where there is none any more.
    """

    __tablename__ = "rating_changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"))
    prediction_id: Mapped[int] = mapped_column(ForeignKey("predictions.id"), index=True)
    dimension: Mapped[str] = mapped_column(String(80))
    change: Mapped[Change] = mapped_column(enum_column(Change))
    before: Mapped[float | None]
    after: Mapped[float | None]
