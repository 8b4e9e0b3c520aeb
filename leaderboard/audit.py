"""The audit trail: every act of a host leaves one line."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.models.audit import AuditEntry

COMMAND_LINE = "command line"


def add_audit(session: Session, actor: str, action: str, subject: str, note: str = "") -> None:
    """Write down that `actor` did `action` to `subject` (kind and name, as "submission abc")."""
    session.add(AuditEntry(at=now(), actor=actor, action=action, subject=subject, note=note))


def read_audit(session: Session, limit: int = 200) -> list[AuditEntry]:
    """The newest acts, newest first."""
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)))


def read_audit_state(session: Session) -> int:
    """A number that grows with every act: 0 before the first."""
    return session.scalar(select(func.max(AuditEntry.id))) or 0
