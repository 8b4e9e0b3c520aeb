"""What the demo is told by the environment, and what it tells its children."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import URL

ROOT = Path(__file__).resolve().parent.parent
PREFERRED_PORT = 8000

# What belongs to other programs of this shell and would bend ours.
FOREIGN_PREFIXES = ("FLASK_", "GUNICORN_", "SPINEBENCH_", "RQ_")


class SettingsError(ValueError):
    """A variable of the environment cannot be used; the message names it and the remedy."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One demo. `redis_url` None: an embedded server; `port` None: the preferred or any free.

    `takes_model`: the endpoint is a real small model where one is installed.
    """

    folder: Path
    database_url: str
    redis_url: str | None
    port: int | None
    exits: bool
    takes_model: bool = True

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        """Read DEMO_DIR, DATABASE_URL, REDIS_URL, PORT, DEMO_EXIT and WITH_MODEL.

        Raises SettingsError.
        """
        folder = (ROOT / (environ.get("DEMO_DIR") or "var/demo")).resolve()
        sqlite = URL.create("sqlite", database=str(folder / "demo.sqlite3"))
        exits = environ.get("DEMO_EXIT") or "0"
        if exits not in {"0", "1"}:
            raise SettingsError(f"DEMO_EXIT must be 1 or 0, not {exits!r}.")
        return cls(
            folder=folder,
            database_url=environ.get("DATABASE_URL") or sqlite.render_as_string(),
            redis_url=environ.get("REDIS_URL") or None,
            port=_read_port(environ.get("PORT") or ""),
            exits=exits == "1",
            takes_model=environ.get("WITH_MODEL") != "0",
        )


def make_environ(environ: Mapping[str, str], **ours: str) -> dict[str, str]:
    """`environ` for a child: without what steers other programs, with `ours`.

    Requests to this machine never go through a proxy.
    """
    kept = {key: value for key, value in environ.items() if not key.startswith(FOREIGN_PREFIXES)}
    for name in ("NO_PROXY", "no_proxy"):
        kept[name] = ",".join(filter(None, [environ.get(name), "127.0.0.1", "localhost"]))
    return {**kept, "FLASK_SKIP_DOTENV": "1", "PYTHONUNBUFFERED": "1", **ours}


def _read_port(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise SettingsError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)
