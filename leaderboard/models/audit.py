"""What hosts did: added to, and changed only where a deleted account gives way to a pseudonym."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from leaderboard.db import Base


class AuditEntry(Base):
    """One act of a host: who (an e-mail address, or the command line), what, on what, why."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(254))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200), index=True)
    note: Mapped[str] = mapped_column(Text)


class AuditBenchmark(Base):
    """The benchmark that an act was about, by its short name; none is of the site as a whole."""

    __tablename__ = "audit_benchmarks"

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entries.id"), primary_key=True)
    benchmark: Mapped[str] = mapped_column(String(80), index=True)
