"""Who works on a run of item response theory."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from leaderboard.leases import LeasedTable, make_phase, make_run_id
from leaderboard.models.irt import IrtRun, IrtState
from leaderboard.queue import FIT_IRT

LEASE = timedelta(minutes=10)
"""Renewed after each round; the last one, with the standard errors, is the longest."""


def _note_failed(session: Session, key: int, reason: str) -> None:
    session.execute(update(IrtRun).where(IrtRun.id == key).values(reason=reason))


IRT_RUNS = LeasedTable[int](
    job=FIT_IRT,
    key=IrtRun.id,
    waiting=make_phase(IrtRun.state, IrtState.WAITING),
    held=make_phase(IrtRun.state, IrtState.FITTING),
    failed=make_phase(IrtRun.state, IrtState.FAILED),
    fence=IrtRun.run_id,
    make_fence=make_run_id,
    heartbeat=IrtRun.heartbeat_at,
    attempts=IrtRun.n_attempts,
    lease=LEASE,
    on_failed=_note_failed,
)
