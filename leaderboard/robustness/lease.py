"""Who works on an audit."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.leases import LeasedTable, make_phase, make_run_id
from leaderboard.models.robustness import AuditRow, AuditState, RobustnessAudit
from leaderboard.queue import AUDIT_ENDPOINT, Job


def make_audit_table(audits: type[AuditRow], job: Job) -> LeasedTable[int]:
    """The leased table of a kind of audit."""

    def note_failed(session: Session, audit_id: int, reason: str) -> None:
        session.execute(
            update(audits).where(audits.id == audit_id).values(reason=reason, finished_at=now())
        )

    return LeasedTable[int](
        job=job,
        key=audits.id,
        waiting=make_phase(audits.state, AuditState.WAITING),
        held=make_phase(audits.state, AuditState.ASKING),
        failed=make_phase(audits.state, AuditState.FAILED),
        fence=audits.run_id,
        make_fence=make_run_id,
        heartbeat=audits.heartbeat_at,
        attempts=audits.n_attempts,
        on_failed=note_failed,
    )


AUDITS = make_audit_table(RobustnessAudit, AUDIT_ENDPOINT)
