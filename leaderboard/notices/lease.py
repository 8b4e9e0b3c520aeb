"""Who sends a notice, and a test notice: their leases."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from leaderboard.leases import LeasedTable, make_phase
from leaderboard.models.notice import Notice, NoticeState, NoticeTest
from leaderboard.queue import SEND, SEND_TEST

PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 720))
"""How long to wait after each failed attempt; after one more it has failed."""
LEASE = timedelta(minutes=2)


def _note_failed(session: Session, notice_id: int, reason: str) -> None:
    session.execute(update(Notice).where(Notice.id == notice_id).values(result=reason))


NOTICES = LeasedTable[int](
    job=SEND,
    key=Notice.id,
    waiting=make_phase(Notice.state, NoticeState.WAITING),
    held=make_phase(Notice.state, NoticeState.SENDING),
    failed=make_phase(Notice.state, NoticeState.FAILED),
    fence=Notice.n_attempts,
    # next_at is when a notice is due (again), so it lies ahead of when it was last heard of.
    heartbeat=Notice.next_at,
    waits_ahead=LEASE,
    held_ahead=LEASE,
    lease=LEASE,
    wait_share=1.0,
    attempts=Notice.n_attempts,
    max_attempts=len(PAUSES) + 1,
    on_failed=_note_failed,
)

NOTICE_TESTS = LeasedTable[int](
    job=SEND_TEST,
    key=NoticeTest.target_id,
    waiting=make_phase(NoticeTest.state, NoticeState.WAITING),
    held=make_phase(NoticeTest.state, NoticeState.SENDING),
    # A test is sent once: its page says in time that it was lost, and its team asks again.
    fence=NoticeTest.asked_at,
)
