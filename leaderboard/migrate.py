"""Bring a database to a revision of the schema.

Alembic is loaded by what migrates: a server only looks whether its tables are of `find_head`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_KINDS = ("revision", "down_revision")
_LINK = re.compile(r'^(revision|down_revision)\b[^=]*= "(\w+)"', re.MULTILINE)


def make_alembic(url: str) -> AlembicConfig:
    """Alembic's settings for the database at `url`, for its commands."""
    from alembic.config import Config

    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    alembic.set_main_option("path_separator", "os")
    alembic.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    alembic.attributes["url"] = url
    return alembic


@lru_cache(maxsize=1)
def find_head() -> str:
    """The newest revision that this code has; read from the files, which costs less than Alembic.

    None of them names it as the one before.
    """
    texts = (place.read_text() for place in (MIGRATIONS / "versions").glob("*.py"))
    links: list[tuple[str, str]] = [link for text in texts for link in _LINK.findall(text)]
    own, before = ({name for kind, name in links if kind == one} for one in _KINDS)
    (head,) = own - before
    return str(head)


def upgrade(url: str, revision: str = "head") -> None:
    """Migrate the database at `url` up to `revision`."""
    from alembic import command

    command.upgrade(make_alembic(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Migrate the database at `url` down to `revision` ("base": an empty one)."""
    from alembic import command

    command.downgrade(make_alembic(url), revision)
