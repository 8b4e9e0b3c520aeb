"""Move pictures between the database and the object store, one at a time."""

from __future__ import annotations

from sqlalchemy import LargeBinary, func, select, type_coerce, update

from leaderboard.db import Sessions
from leaderboard.models.benchmark import Image
from leaderboard.storage import MARK, STORAGE


def move_pictures(sessions: Sessions, *, back: bool = False) -> int:
    """Move every picture into the store, or `back` into the database; how many were moved.

    A picture leaves its place only after it was read again from the other. No transaction is open
    while the store is asked, and pictures go on being shown.
    """
    raw = type_coerce(Image.content, LargeBinary)
    is_stored = func.substr(raw, 1, len(MARK)) == MARK
    with sessions.read() as session:
        keys = session.scalars(
            select(Image.sha256).where(is_stored if back else ~is_stored).order_by(Image.sha256)
        ).all()
    for key in keys:
        if back:
            moved = STORAGE.read(key)
        else:
            with sessions.read() as session:
                content = session.execute(select(raw).where(Image.sha256 == key)).scalar_one()
            moved = MARK + STORAGE.keep(bytes(content)).encode()
            STORAGE.read(key)
        with sessions.write() as session:
            session.execute(
                update(Image)
                .where(Image.sha256 == key)
                .values(content=type_coerce(moved, LargeBinary))
            )
    return len(keys)
