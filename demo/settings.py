"""What the demo is told by the environment, and what it tells its children."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from sqlalchemy import URL

from config import Environment

ROOT = Path(__file__).resolve().parent.parent
PREFERRED_PORT = 8000

# What belongs to other programs of this shell and would bend ours.
FOREIGN_PREFIXES = ("FLASK_", "GUNICORN_", "SPINEBENCH_", "RQ_")


def _find_folder(text: str) -> Path:
    return (ROOT / text).resolve()


def _make_sqlite_url(values: Mapping[str, Any]) -> str:
    database = values.get("folder", ROOT) / "demo.sqlite3"
    return URL.create("sqlite", database=str(database)).render_as_string()


class Settings(Environment):
    """One demo. `redis_url` None: an embedded server; `port` None: the preferred or any free.

    `takes_model`: the endpoint is a real small model where one is installed.
    """

    folder: Annotated[Path, BeforeValidator(_find_folder)] = Field(
        Path("var/demo"), alias="DEMO_DIR", validate_default=True
    )
    database_url: str = Field(default_factory=_make_sqlite_url, repr=False)
    redis_url: str | None = Field(None, repr=False)
    port: int | None = Field(None, ge=1, le=65535)
    exits: bool = Field(False, alias="DEMO_EXIT")
    takes_model: bool = Field(True, alias="WITH_MODEL")


def make_environ(environ: Mapping[str, str], **ours: str) -> dict[str, str]:
    """`environ` for a child: without what steers other programs, with `ours`.

    Requests to this machine never go through a proxy.
    """
    kept = {key: value for key, value in environ.items() if not key.startswith(FOREIGN_PREFIXES)}
    for name in ("NO_PROXY", "no_proxy"):
        kept[name] = ",".join(filter(None, [environ.get(name), "127.0.0.1", "localhost"]))
    return {**kept, "FLASK_SKIP_DOTENV": "1", "PYTHONUNBUFFERED": "1", **ours}
