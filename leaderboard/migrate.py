"""Bring a database to a revision of the schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def make_alembic(url: str) -> AlembicConfig:
    """Alembic's settings for the database at `url`, for its commands."""
    alembic = AlembicConfig()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    alembic.set_main_option("path_separator", "os")
    alembic.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    alembic.attributes["url"] = url
    return alembic


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` up to `revision`."""
    command.upgrade(make_alembic(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Migrate the database at `url` down to `revision` ("base": an empty one)."""
    command.downgrade(make_alembic(url), revision)
