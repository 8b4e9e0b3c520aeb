"""Archives of submissions as tests make them, and what verifying says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy.orm import Session

from leaderboard.bundles.archive import Archive, read_archive, write_archive
from leaderboard.bundles.gather import gather_submission
from leaderboard.bundles.verifying import verify_file
from leaderboard.db import Sessions
from leaderboard.disclosure import Viewer
from leaderboard.models.submission import Submission

Line = dict[str, Any]


def bundle(sessions: Sessions, key: str, viewer: Viewer, private: str | None = None) -> bytes:
    """The archive of a submission."""
    with sessions.read() as session:
        made = gather_submission(session, _get(session, key), viewer)
        return write_archive(made.manifest, made.members, private)


def _get(session: Session, key: str) -> Submission:
    return session.get_one(Submission, key)


def change_line(
    raw: bytes, member: str, change: Callable[[Line], Line | None], number: int = 0
) -> bytes:
    """An unsigned archive in which one fact is another, and nothing else gives it away."""
    archive: Archive = read_archive(raw)
    lines = archive.members[member].splitlines()
    changed = change(msgspec.json.decode(lines[number]))
    lines[number : number + 1] = [] if changed is None else [msgspec.json.encode(changed)]
    content = b"".join(line + b"\n" for line in lines)
    manifest = {name: one for name, one in archive.manifest.items() if name != "members"}
    return write_archive(manifest, {**archive.members, member: content}, None)


def verify(raw: bytes, **more: Any) -> dict[str, dict[str, str]]:
    """What verifying says of each figure, by its name."""
    figures = verify_file(raw, **more)["figures"]
    found = {one["name"]: one for one in figures}
    assert len(found) == len(figures), "two figures have one name"
    return found


def names_of(found: dict[str, dict[str, str]], verdict: str) -> list[str]:
    """The figures with a verdict, in their order."""
    return [name for name, one in found.items() if one["verdict"] == verdict]
