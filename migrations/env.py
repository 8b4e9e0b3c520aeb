"""Run the migrations on the database that the caller names, or that of the environment."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, event

import leaderboard.models.approval
import leaderboard.models.audit
import leaderboard.models.benchmark
import leaderboard.models.calibration
import leaderboard.models.campaign
import leaderboard.models.commitment
import leaderboard.models.correction
import leaderboard.models.deletion
import leaderboard.models.endpoint
import leaderboard.models.erratum
import leaderboard.models.expert
import leaderboard.models.exposure
import leaderboard.models.factor
import leaderboard.models.harm
import leaderboard.models.identity
import leaderboard.models.invitation
import leaderboard.models.judging
import leaderboard.models.key_check
import leaderboard.models.letter
import leaderboard.models.maker
import leaderboard.models.moderation
import leaderboard.models.notice
import leaderboard.models.objection
import leaderboard.models.provider
import leaderboard.models.quota
import leaderboard.models.ranking
import leaderboard.models.rating
import leaderboard.models.reading
import leaderboard.models.reference
import leaderboard.models.release
import leaderboard.models.reported
import leaderboard.models.robustness
import leaderboard.models.role
import leaderboard.models.run
import leaderboard.models.sealed
import leaderboard.models.submission
import leaderboard.models.team
import leaderboard.models.turn
import leaderboard.models.uploaded  # noqa: F401
from config import Config
from leaderboard.db import Base, UtcDateTime, make_engine


def render_item(kind: str, value: Any, autogen_context: object) -> str | Literal[False]:
    """Write our own column types as what they are in the database: no application code here."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def check_references(connection: Connection) -> None:
    """Raise if a migration left a row of an SQLite database without what it refers to."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"{len(broken)} rows refer to rows that are not there: {broken[:3]}")


def run() -> None:
    """Migrate online, in one transaction where the database allows.

    SQLite changes a table by making it anew, which foreign keys would forbid while others refer
    to it: there they are checked at the end instead.
    """
    url = context.config.attributes.get("url") or Config.from_env().database_url
    engine = make_engine(url)
    is_sqlite = engine.dialect.name == "sqlite"
    if is_sqlite:
        event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA foreign_keys = OFF"))
    with engine.execution_options(writes=True).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=True,
            compare_server_default=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if is_sqlite:
                check_references(connection)
    engine.dispose()


run()
