"""The hidden half of an item: only scoring, and dev items on request, may read it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class ItemReference(Base):
    """The right answer of an MCQ, or the reference report and checklist of a case.

    Kind and reference of its provenance are empty where the package does not say it.
    """

    __tablename__ = "item_references"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    answer: Mapped[list[str]] = mapped_column(JSON)
    explanation: Mapped[str] = mapped_column(Text)
    reference_report: Mapped[str] = mapped_column(Text)
    checklist: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    provenance_kind: Mapped[str] = mapped_column(String(40))
    provenance_reference: Mapped[str] = mapped_column(Text)


class ItemHarm(Base):
    """The harm of a question's wrong options and of a missing answer (`scoring.harm.OptionHarm`).

    That of a report's checks stands in its checklist.
    """

    __tablename__ = "item_harms"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class ItemImageSource(Base):
    """How a picture of an item was made from a scan (`pictures.source.PictureSource`)."""

    __tablename__ = "item_image_sources"
    __table_args__ = (
        ForeignKeyConstraint(
            ["item_id", "position"], ["item_images.item_id", "item_images.position"]
        ),
    )

    item_id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
