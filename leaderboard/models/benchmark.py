"""A benchmark: versions, splits, items and their images, as everybody may see them once opened."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, KeyColumn, enum_column
from leaderboard.scoring.boards import Board, list_boards, tracks_of
from leaderboard.scoring.boards import Track as Track
from leaderboard.storage import StoredBytes


class Answers(enum.StrEnum):
    """Who may see a split's answers."""

    PUBLIC = "public"
    HIDDEN = "hidden"


class ItemKind(enum.StrEnum):
    """How an item is answered."""

    MCQ = "mcq"
    REPORT = "report"


class Benchmark(Base):
    """One version of a benchmark; it never changes.

    It is known to hosts alone from when it is loaded (`published_at`) until it is opened.
    """

    __tablename__ = "benchmarks"
    __table_args__ = (UniqueConstraint("slug", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), index=True)
    version: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    licence: Mapped[str] = mapped_column(String(100))
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    manifest: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime]

    splits: Mapped[list[Split]] = relationship(
        back_populates="benchmark", order_by="Split.id", cascade="all, delete-orphan"
    )
    opening: Mapped[Opening | None] = relationship(lazy="joined", cascade="all, delete-orphan")

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Its tracks, in their order, whether or not items are in them."""
        return tracks_of(self.manifest)

    @property
    def boards(self) -> tuple[Board, ...]:
        """What its rankings order by."""
        return list_boards(self.tracks)

    @property
    def opened_at(self) -> datetime | None:
        """Since when everybody may see it; None as long as it is prepared."""
        return self.opening.opened_at if self.opening else None


class Opening(Base):
    """That a version is open to everybody; the one opened last is the newest."""

    __tablename__ = "openings"

    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"), primary_key=True)
    opened_at: Mapped[datetime]


class Split(Base):
    """A named part of a benchmark."""

    __tablename__ = "splits"
    __table_args__ = (UniqueConstraint("benchmark_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    benchmark_id: Mapped[int] = mapped_column(ForeignKey("benchmarks.id"))
    name: Mapped[str] = mapped_column(String(40))
    answers: Mapped[Answers] = mapped_column(enum_column(Answers))

    benchmark: Mapped[Benchmark] = relationship(back_populates="splits")


class Item(Base):
    """One question or case, without its answer (see models.reference)."""

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("split_id", "key"),
        UniqueConstraint("split_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ItemKind] = mapped_column(enum_column(ItemKind))
    track: Mapped[Track] = mapped_column(KeyColumn(Track))
    question: Mapped[str] = mapped_column(Text)
    options: Mapped[dict[str, str]] = mapped_column(JSON)
    multiple: Mapped[bool]
    subcondition: Mapped[str | None] = mapped_column(String(80))
    axis: Mapped[str | None] = mapped_column(String(80))
    modality: Mapped[str | None] = mapped_column(String(80))
    levels: Mapped[list[str]] = mapped_column(JSON)
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    case_key: Mapped[str] = mapped_column(String(120))

    images: Mapped[list[ItemImage]] = relationship(
        order_by="ItemImage.position", cascade="all, delete-orphan"
    )


class Image(Base):
    """The bytes of one picture, known by their hash."""

    __tablename__ = "images"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    width: Mapped[int]
    height: Mapped[int]
    content: Mapped[bytes] = mapped_column(StoredBytes, deferred=True)


class ItemImage(Base):
    """A picture shown with an item, in its place."""

    __tablename__ = "item_images"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("images.sha256"), index=True)
    path: Mapped[str] = mapped_column(String(200))
    alt: Mapped[str] = mapped_column(Text)

    image: Mapped[Image] = relationship()
