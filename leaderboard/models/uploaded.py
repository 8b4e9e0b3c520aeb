"""Packages that hosts upload: the bytes, what a dry run found, and its preview in sheets."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.labelled import Labelled
from leaderboard.models.team import User


class UploadState(Labelled):
    """Where an uploaded package stands; `label` says it."""

    WAITING = "waiting", "waits for a worker"
    WORKING = "working", "a worker is at it"
    READY = "ready", "looked at"
    LOADED = "loaded", "loaded"
    FAILED = "failed", "failed"

    @property
    def is_open(self) -> bool:
        """Whether a worker has it, or will."""
        return self in (UploadState.WAITING, UploadState.WORKING)


class UploadStep(enum.StrEnum):
    """What a worker is to do with it."""

    READ = "read"
    LOAD = "load"


class SheetKind(enum.StrEnum):
    """What a sheet of the preview lists."""

    PROBLEMS = "problems"
    ITEMS = "items"
    PICTURES = "pictures"


class UploadedPackage(Base):
    """A file that a host sent, for the hosts of `benchmark` (or SITE: administrators) alone.

    `layout` is that of an importer, or "" for a package. `said` is what the host gave beside it
    (`hosting.uploaded.shapes.Said`). `n_done` of `n_all` pictures are done. Its bytes and preview
    go at `expires_at`, once it is loaded, or when a host drops it.
    """

    __tablename__ = "uploaded_packages"

    id: Mapped[int] = mapped_column(primary_key=True)
    benchmark: Mapped[str] = mapped_column(String(80), index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    n_bytes: Mapped[int]
    layout: Mapped[str] = mapped_column(String(40))
    said: Mapped[dict[str, Any]] = mapped_column(JSON)
    step: Mapped[UploadStep] = mapped_column(enum_column(UploadStep))
    state: Mapped[UploadState] = mapped_column(enum_column(UploadState), index=True)
    n_done: Mapped[int] = mapped_column(default=0)
    n_all: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    run_id: Mapped[str | None] = mapped_column(String(32))
    heartbeat_at: Mapped[datetime]
    n_attempts: Mapped[int] = mapped_column(default=0)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)

    uploaded_by: Mapped[User | None] = relationship()


class UploadedPiece(Base):
    """Some bytes of the file, in their place from 0."""

    __tablename__ = "uploaded_pieces"

    uploaded_id: Mapped[int] = mapped_column(ForeignKey("uploaded_packages.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class UploadReport(Base):
    """What the last dry run found (`hosting.uploaded.shapes.Report`)."""

    __tablename__ = "upload_reports"

    uploaded_id: Mapped[int] = mapped_column(ForeignKey("uploaded_packages.id"), primary_key=True)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    read_at: Mapped[datetime]


class UploadSheet(Base):
    """One page of the preview, from 0: as much of it as a web process has to hold."""

    __tablename__ = "upload_sheets"

    uploaded_id: Mapped[int] = mapped_column(ForeignKey("uploaded_packages.id"), primary_key=True)
    kind: Mapped[SheetKind] = mapped_column(enum_column(SheetKind), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class UploadPicture(Base):
    """A picture of the preview, in its place from 0."""

    __tablename__ = "upload_pictures"

    uploaded_id: Mapped[int] = mapped_column(ForeignKey("uploaded_packages.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
