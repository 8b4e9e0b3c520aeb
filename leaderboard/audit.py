"""The audit trail: every act of a host leaves one line."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.models.audit import AuditBenchmark, AuditEntry
from leaderboard.models.role import SITE

COMMAND_LINE = "command line"


def add_audit(
    session: Session,
    actor: str,
    action: str,
    subject: str,
    note: str = "",
    *,
    benchmark: str = SITE,
) -> None:
    """Write down that `actor` did `action` to `subject` (kind and name, as "submission abc").

    An act about one benchmark names it: its hosts may read of it, of others administrators alone.
    """
    entry = AuditEntry(at=now(), actor=actor, action=action, subject=subject, note=note)
    session.add(entry)
    if benchmark != SITE:
        session.flush()
        session.add(AuditBenchmark(entry_id=entry.id, benchmark=benchmark))


def read_audit(
    session: Session, limit: int = 200, benchmarks: Collection[str] | None = None
) -> list[AuditEntry]:
    """The newest acts, newest first: all, or those that were about some benchmarks."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
    if benchmarks is not None:
        query = query.join(AuditBenchmark, AuditBenchmark.entry_id == AuditEntry.id).where(
            AuditBenchmark.benchmark.in_(benchmarks)
        )
    return list(session.scalars(query))


def read_audit_state(session: Session) -> int:
    """A number that grows with every act: 0 before the first."""
    return session.scalar(select(func.max(AuditEntry.id))) or 0
