"""Where sign-ins are kept: one file of the user's, which nobody else may read."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from spinebench.errors import NotSignedInError

FILE_NAME = "credentials.json"


@dataclass(frozen=True)
class Credentials:
    """The server used last, and one token per server address."""

    url: str | None = None
    tokens: Mapping[str, str] = field(default_factory=dict, repr=False)

    def with_token(self, url: str, token: str) -> Credentials:
        """These credentials, signed in at `url`."""
        return Credentials(url, {**self.tokens, url: token})

    def without_token(self, url: str) -> Credentials:
        """These credentials, signed out of `url`, which stays the server used."""
        return Credentials(self.url, {k: v for k, v in self.tokens.items() if k != url})


def credentials_path(environ: Mapping[str, str], platform: str = sys.platform) -> Path:
    """SPINEBENCH_CONFIG_DIR, or the platform's place for a user's settings."""
    if chosen := environ.get("SPINEBENCH_CONFIG_DIR"):
        return Path(chosen) / FILE_NAME
    if platform == "win32":
        root = Path(environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    elif platform == "darwin":
        root = Path.home() / "Library" / "Application Support"
    else:
        root = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return root / "spinebench" / FILE_NAME


def read_credentials(path: Path) -> Credentials:
    """What is kept at `path`; nothing when there is no such file. Raises NotSignedInError."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Credentials(raw["url"], {str(k): str(v) for k, v in raw["tokens"].items()})
    except FileNotFoundError:
        return Credentials()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotSignedInError(
            f"The sign-ins in {path} cannot be read ({type(error).__name__}).",
            remedy="Delete that file and run `spinebench login` again.",
        ) from error


def write_credentials(path: Path, credentials: Credentials) -> None:
    """Replaces the file at once; it is readable for its owner alone from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    text = json.dumps({"url": credentials.url, "tokens": dict(credentials.tokens)}, indent=2)
    # mkstemp creates with mode 0600.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=FILE_NAME)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(name, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name)
        raise


def is_readable_by_others(path: Path) -> bool:
    """Whether other users of the machine can read the file (False where modes mean nothing)."""
    if os.name != "posix" or not path.exists():
        return False
    return bool(path.stat().st_mode & 0o077)
