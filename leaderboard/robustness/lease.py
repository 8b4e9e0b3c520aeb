"""Who works on a robustness audit."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.leases import LeasedTable, make_phase, make_run_id
from leaderboard.models.robustness import AuditState, RobustnessAudit
from leaderboard.queue import AUDIT_ENDPOINT


def _note_failed(session: Session, audit_id: int, reason: str) -> None:
    session.execute(
        update(RobustnessAudit)
        .where(RobustnessAudit.id == audit_id)
        .values(reason=reason, finished_at=now())
    )


AUDITS = LeasedTable[int](
    job=AUDIT_ENDPOINT,
    key=RobustnessAudit.id,
    waiting=make_phase(RobustnessAudit.state, AuditState.WAITING),
    held=make_phase(RobustnessAudit.state, AuditState.ASKING),
    failed=make_phase(RobustnessAudit.state, AuditState.FAILED),
    fence=RobustnessAudit.run_id,
    make_fence=make_run_id,
    heartbeat=RobustnessAudit.heartbeat_at,
    attempts=RobustnessAudit.n_attempts,
    on_failed=_note_failed,
)
