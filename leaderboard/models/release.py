"""Releases of a split: what its scores were made by while a ranking stood."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.benchmark import Split
from leaderboard.models.rating import Rater, RaterKind


class Release(Base):
    """One release of a split, counted from 1; scores compare only within one.

    The split stands for the benchmark's version and its rubric. A release is closed by the next.
    `note` says why it was opened.
    """

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("split_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"))
    number: Mapped[int]
    opened_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)

    split: Mapped[Split] = relationship()
    judges: Mapped[list[ReleaseJudge]] = relationship(
        order_by="ReleaseJudge.rater_id", cascade="all, delete-orphan"
    )


class ReleaseJudge(Base):
    """A judge of a release, and the labels of its newest calibration of the report score.

    `label_kind` and `fitted_at` are null for a judge without a calibration.
    """

    __tablename__ = "release_judges"

    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"), primary_key=True)
    label_kind: Mapped[RaterKind | None] = mapped_column(enum_column(RaterKind))
    n_labels: Mapped[int]
    fitted_at: Mapped[datetime | None]

    rater: Mapped[Rater] = relationship()


class ApartSplit(Base):
    """A split on which models without a rank stand apart whose teams say that they learnt it."""

    __tablename__ = "apart_splits"

    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), primary_key=True)
    since_at: Mapped[datetime]
