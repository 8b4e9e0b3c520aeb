"""Reported results: what others say that models score, never measured here and never ranked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, KeyColumn, enum_column
from leaderboard.labelled import Labelled
from leaderboard.models.benchmark import Split
from leaderboard.models.team import ModelCard, User
from leaderboard.scoring.boards import Board


class SourceKind(Labelled):
    """Where reported results come from."""

    PAPER = "paper", "Paper"
    EVERY_EVAL_EVER = "every_eval_ever", "Every Eval Ever"
    OTHER = "other", "Other"


class Difference(Labelled):
    """In what a source's way of measuring differs from that of this site."""

    ITEMS = "items", "other items"
    SPLIT = "split", "another split"
    PROMPT = "prompt", "other prompts"
    SHOTS = "shots", "another number of examples in the prompt"
    JUDGE = "judge", "another judge of reports"
    METRIC = "metric", "another metric"


class ReportedSource(Base):
    """A paper, a file or a page whose figures a host added beside the ranking of a split.

    `address` is a URL or a DOI, `measured_on` what the source calls its benchmark, `differs` values
    of Difference. `counts` has how many items the source's tracks have, where it says so, and
    `content_hash` is of all that was added. `added_by_id` is null for the command line.
    """

    __tablename__ = "reported_sources"
    __table_args__ = (UniqueConstraint("split_id", "content_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"))
    kind: Mapped[SourceKind] = mapped_column(enum_column(SourceKind))
    title: Mapped[str] = mapped_column(String(200))
    citation: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(String(300))
    measured_on: Mapped[str] = mapped_column(String(200))
    differs: Mapped[list[str]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text)
    counts: Mapped[dict[str, int]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime]

    split: Mapped[Split] = relationship()
    added_by: Mapped[User | None] = relationship()
    models: Mapped[list[ReportedModel]] = relationship(
        back_populates="source", order_by="ReportedModel.place", cascade="all, delete-orphan"
    )


class ReportedModel(Base):
    """A model as a source describes it, in its place from 0; null is not stated."""

    __tablename__ = "reported_models"
    __table_args__ = (UniqueConstraint("source_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("reported_sources.id"))
    place: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    organisation: Mapped[str | None] = mapped_column(String(120))
    parameters_billion: Mapped[float | None]
    open_weights: Mapped[bool | None]
    url: Mapped[str | None] = mapped_column(String(300))
    note: Mapped[str] = mapped_column(Text)

    source: Mapped[ReportedSource] = relationship(back_populates="models")
    figures: Mapped[list[ReportedFigure]] = relationship(
        order_by="ReportedFigure.place", cascade="all, delete-orphan"
    )
    link: Mapped[ReportedLink | None] = relationship(cascade="all, delete-orphan")


class ReportedFigure(Base):
    """A figure of a reported model, 0..100, in its place from 0, as printed with `decimals`.

    `board` is null for one that none of this site's boards orders by; `metric` is the source's name
    for it. `low` and `high` are the ends of its interval of `level` (0..1), made as `method` says.
    """

    __tablename__ = "reported_figures"
    __table_args__ = (UniqueConstraint("model_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("reported_models.id"))
    place: Mapped[int]
    board: Mapped[Board | None] = mapped_column(KeyColumn(Board))
    metric: Mapped[str] = mapped_column(String(200))
    value: Mapped[float]
    decimals: Mapped[int]
    low: Mapped[float | None]
    high: Mapped[float | None]
    level: Mapped[float | None]
    method: Mapped[str] = mapped_column(String(200))
    n: Mapped[int | None]


class ReportedLink(Base):
    """That a host says that a reported model is the one of a team's card."""

    __tablename__ = "reported_links"

    reported_model_id: Mapped[int] = mapped_column(
        ForeignKey("reported_models.id"), primary_key=True
    )
    model_card_id: Mapped[int] = mapped_column(ForeignKey("model_cards.id"), index=True)
    linked_at: Mapped[datetime]

    model_card: Mapped[ModelCard] = relationship()
