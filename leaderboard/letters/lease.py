"""Who sends a letter: its lease."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from leaderboard.leases import LeasedTable, make_phase
from leaderboard.models.letter import Letter
from leaderboard.models.notice import NoticeState
from leaderboard.queue import SEND_LETTER

PAUSES = tuple(timedelta(minutes=n) for n in (1, 5, 30))
"""How long to wait after each failed attempt; after one more it has failed."""
LEASE = timedelta(minutes=2)


def _note_failed(session: Session, letter_id: int, reason: str) -> None:
    session.execute(update(Letter).where(Letter.id == letter_id).values(result=reason))


LETTERS = LeasedTable[int](
    job=SEND_LETTER,
    key=Letter.id,
    waiting=make_phase(Letter.state, NoticeState.WAITING),
    held=make_phase(Letter.state, NoticeState.SENDING),
    failed=make_phase(Letter.state, NoticeState.FAILED),
    fence=Letter.n_attempts,
    # next_at is when a letter is due (again), so it lies ahead of when it was last heard of.
    heartbeat=Letter.next_at,
    waits_ahead=LEASE,
    held_ahead=LEASE,
    lease=LEASE,
    wait_share=1.0,
    attempts=Letter.n_attempts,
    max_attempts=len(PAUSES) + 1,
    on_failed=_note_failed,
)
