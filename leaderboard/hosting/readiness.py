"""Whether the database is as this code needs it, and how long submissions wait."""

from __future__ import annotations

from sqlalchemy import func, inspect, select, text
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


def read_age(session: Session) -> int | None:
    """For how many seconds the submission has waited that waits longest; None if none does.

    One that is to wait for a judge does not count.
    """
    oldest = session.scalar(
        select(func.min(Submission.created_at)).where(
            Submission.status == Status.QUEUED, Submission.heartbeat_at <= clock()
        )
    )
    return None if oldest is None else max(0, int((read_clock(session) - oldest).total_seconds()))
