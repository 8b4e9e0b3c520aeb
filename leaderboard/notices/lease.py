"""Who sends a notice, and a test notice: their leases; and the form of such leases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from leaderboard.leases import LeasedTable, make_phase
from leaderboard.models.letter import Letter
from leaderboard.models.notice import Notice, NoticeState, NoticeTest
from leaderboard.queue import SEND, SEND_TEST, Job

PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 30, 120, 720))
"""How long to wait after each failed attempt; after one more it has failed."""
LEASE = timedelta(minutes=2)


def make_sent_table(
    job: Job, model: type[Notice | Letter], pauses: Sequence[timedelta]
) -> LeasedTable[int]:
    """The lease of rows that are sent, and again after each of `pauses` where that failed."""

    def note_failed(session: Session, key: int, reason: str) -> None:
        session.execute(update(model).where(model.id == key).values(result=reason))

    return LeasedTable[int](
        job=job,
        key=model.id,
        waiting=make_phase(model.state, NoticeState.WAITING),
        held=make_phase(model.state, NoticeState.SENDING),
        failed=make_phase(model.state, NoticeState.FAILED),
        fence=model.n_attempts,
        # next_at is when a row is due (again), so it lies ahead of when it was last heard of.
        heartbeat=model.next_at,
        waits_ahead=LEASE,
        held_ahead=LEASE,
        lease=LEASE,
        wait_share=1.0,
        attempts=model.n_attempts,
        max_attempts=len(pauses) + 1,
        on_failed=note_failed,
    )


NOTICES = make_sent_table(SEND, Notice, PAUSES)

NOTICE_TESTS = LeasedTable[int](
    job=SEND_TEST,
    key=NoticeTest.target_id,
    waiting=make_phase(NoticeTest.state, NoticeState.WAITING),
    held=make_phase(NoticeTest.state, NoticeState.SENDING),
    # A test is sent once: its page says in time that it was lost, and its team asks again.
    fence=NoticeTest.asked_at,
)
