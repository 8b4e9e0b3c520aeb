"""What of a hidden split's results is public, since when, and what its teams were told before."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base, KeyColumn, enum_column
from leaderboard.models.benchmark import Track


class Policy(enum.StrEnum):
    """Under which policy a result on hidden answers became public.

    LADDER was the policy before releases decided: a result was public as soon as it was scored
    and beat its team's best. DEMONSTRATION is that of a benchmark whose answers are known.
    """

    LADDER = "ladder"
    RELEASE = "release"
    DEMONSTRATION = "demonstration"


class Publication(Base):
    """That a result on hidden answers is public; what is public stays so, unless it is withheld."""

    __tablename__ = "publications"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    published_at: Mapped[datetime]
    policy: Mapped[Policy] = mapped_column(enum_column(Policy))


class PublishedRun(Base):
    """That a release made a run on hidden answers public as a part of its set, not by itself."""

    __tablename__ = "published_runs"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    published_at: Mapped[datetime]


class FeedbackItem(Base):
    """An item of a hidden split's feedback part: teams hear of it at once, no rank rests on it."""

    __tablename__ = "feedback_items"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)


class FeedbackScore(Base):
    """What a team was told of a first look at a track: its score, rounded to whole steps.

    `value` (0..100) is that of the `n` items of the track's feedback part.
    """

    __tablename__ = "feedback_scores"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    track: Mapped[Track] = mapped_column(KeyColumn(Track), primary_key=True)
    value: Mapped[int]
    n: Mapped[int]


class ChosenResult(Base):
    """Which submission a team wants its model to stand by at the split's next release."""

    __tablename__ = "chosen_results"

    model_card_id: Mapped[int] = mapped_column(ForeignKey("model_cards.id"), primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), primary_key=True)
    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"))
    chosen_at: Mapped[datetime]
