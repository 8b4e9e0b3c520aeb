"""Run the migrations on the database that the caller names, or that of the environment."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

import leaderboard.models.audit
import leaderboard.models.benchmark
import leaderboard.models.ranking
import leaderboard.models.rating
import leaderboard.models.reference
import leaderboard.models.role
import leaderboard.models.submission
import leaderboard.models.team  # noqa: F401
from config import Config
from leaderboard.db import Base, UtcDateTime, make_engine


def render_item(kind: str, value: Any, autogen_context: object) -> str | Literal[False]:
    """Write our own column types as what they are in the database: no application code here."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    """Migrate online, in one transaction where the database allows."""
    url = context.config.attributes.get("url") or Config.from_env().database_url
    engine = make_engine(url)
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
    engine.dispose()


run()
