"""Test notices: a team asks for one, to see whether a target can be reached."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import RateLimited
from leaderboard.models.notice import NoticeState, NoticeTarget, NoticeTest

PAUSE = timedelta(minutes=1)
"""A target gets one test notice in so long, whoever asks."""
LONGEST = timedelta(minutes=2)
"""A test that has not ended after this long was lost."""


def ask_test(session: Session, target: NoticeTarget) -> None:
    """Ask for a test notice to `target`, in place of its last one. Raises RateLimited."""
    asked_at = now()
    again: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(NoticeTest)
        .where(NoticeTest.target_id == target.id, NoticeTest.asked_at <= asked_at - PAUSE)
        .values(asked_at=asked_at, state=NoticeState.WAITING, result="")
    )
    if again.rowcount:
        return
    try:
        with session.begin_nested():
            session.add(
                NoticeTest(target_id=target.id, asked_at=asked_at, state=NoticeState.WAITING)
            )
    except IntegrityError:
        raise RateLimited(
            f"A test notice to {target.address} was requested less than a minute ago.",
            "Wait a minute, then ask again.",
        ) from None


def is_under_way(test: NoticeTest) -> bool:
    """Whether an outcome of `test` is still to come."""
    return not test.state.is_final and test.asked_at > now() - LONGEST
