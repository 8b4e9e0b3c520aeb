"""Who works on an audit."""

from __future__ import annotations

from leaderboard.leases import LeasedTable, make_run_table
from leaderboard.models.robustness import AuditRow, AuditState, RobustnessAudit
from leaderboard.queue import AUDIT_ENDPOINT, Job


def make_audit_table(audits: type[AuditRow], job: Job) -> LeasedTable[int]:
    """The leased table of a kind of audit."""
    return make_run_table(
        job,
        audits.id,
        (AuditState.WAITING, AuditState.ASKING, AuditState.FAILED),
        reason=audits.reason,
        ended_at=audits.finished_at,
    )


AUDITS = make_audit_table(RobustnessAudit, AUDIT_ENDPOINT)
