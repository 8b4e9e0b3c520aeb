"""Whether the database is as this code needs it, and how long submissions wait."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, inspect, select, text
from sqlalchemy.orm import Session

from leaderboard.db import clock, read_clock
from leaderboard.migrate import find_head
from leaderboard.models.submission import Status, Submission


def read_schema(session: Session) -> str:
    """How the database's tables differ from those that this code needs; empty if they do not."""
    if not inspect(session.connection()).has_table("alembic_version"):
        return "the database has no tables yet"
    found = session.scalar(text("SELECT version_num FROM alembic_version"))
    wanted = find_head()
    return "" if found == wanted else f"the database is at {found}, this code needs {wanted}"


def find_oldest(session: Session, *which: ColumnElement[bool]) -> datetime | None:
    """Since when the submission has waited that waits longest, of those that are meant.

    None if none does; one that is to wait for a judge does not count.
    """
    return session.scalar(
        select(func.min(Submission.created_at)).where(
            Submission.status == Status.QUEUED, Submission.heartbeat_at <= clock(), *which
        )
    )


def read_age(session: Session) -> int | None:
    """For how many seconds the submission has waited that waits longest; None if none does."""
    oldest = find_oldest(session)
    return None if oldest is None else max(0, int((read_clock(session) - oldest).total_seconds()))
