"""What a demo keeps in its folder: its secrets, and the lock that lets one demo run at a time."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path


class DemoRunsError(RuntimeError):
    """Another demo uses the folder."""


@dataclass(frozen=True)
class Secrets:
    """Made once a folder. `token` and what was `prepared` for it are None until the host has.

    The token is made last: a database that knows it holds all that was prepared.
    """

    secret_key: str
    password: str
    endpoint_key: str = ""
    bundle_key: str = ""
    token: str | None = None
    prepared: str | None = None


def get_secrets(folder: Path) -> Secrets:
    """The folder's secrets; new ones, kept at once, if it has none."""
    path = folder / "secrets.json"
    if path.exists():
        kept = Secrets(**json.loads(path.read_text()))
        if kept.endpoint_key and kept.bundle_key:
            return kept
    else:
        kept = Secrets(secrets.token_urlsafe(48), secrets.token_urlsafe(12))
    made = replace(
        kept,
        endpoint_key=kept.endpoint_key or _make_key(),
        bundle_key=kept.bundle_key or _make_key(),
    )
    keep_secrets(folder, made)
    return made


def _make_key() -> str:
    """32 random bytes in the spelling of ENDPOINT_KEYS and BUNDLE_KEYS."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def keep_secrets(folder: Path, kept: Secrets) -> None:
    """Replace the folder's secrets, readable by their owner alone."""
    write_private(folder / "secrets.json", json.dumps(asdict(kept), indent=2) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replace `path` as a whole with a file that its owner alone can read."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


@contextmanager
def lock_folder(folder: Path) -> Iterator[None]:
    """Hold the folder, made if need be, for this process. Raises DemoRunsError if it is held."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoRunsError(
                f"A demo already runs in {folder}. Stop it with Ctrl-C in its terminal, "
                "or give this one its own folder: DEMO_DIR=var/demo-2 make demo"
            ) from None
        yield
