"""Who works on a robustness audit: a claim in its row, renewed with every write."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import CursorResult, or_, update
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.errors import ClaimLost
from leaderboard.models.robustness import AuditState, RobustnessAudit


class AuditClaim(NamedTuple):
    """The right of one run to write answers of one audit."""

    audit_id: int
    run_id: str


def find_audit_claim(session: Session, audit_id: int) -> AuditClaim | None:
    """Claim a waiting audit; None if it does not wait (any more)."""
    claim = AuditClaim(audit_id, secrets.token_hex(16))
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(RobustnessAudit)
        .where(RobustnessAudit.id == audit_id, RobustnessAudit.state == AuditState.WAITING)
        .values(
            state=AuditState.ASKING,
            run_id=claim.run_id,
            n_attempts=RobustnessAudit.n_attempts + 1,
            heartbeat_at=now(),
        )
    )
    return claim if done.rowcount else None


def renew_audit(session: Session, claim: AuditClaim, **values: Any) -> None:
    """Beat the heart and set `values`, first in every transaction. Raises ClaimLost."""
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(RobustnessAudit)
        .where(
            RobustnessAudit.id == claim.audit_id,
            RobustnessAudit.run_id == claim.run_id,
            RobustnessAudit.state == AuditState.ASKING,
        )
        .values(heartbeat_at=now(), **values)
    )
    if done.rowcount == 0:
        raise ClaimLost(str(claim.audit_id))


def end_audit(session: Session, claim: AuditClaim, state: AuditState, reason: str) -> None:
    """Give the row up in its final state."""
    renew_audit(session, claim, state=state, reason=reason, finished_at=now(), run_id=None)


def nudge_audits(session: Session, lease: timedelta, max_attempts: int) -> list[int]:
    """Ids of audits to enqueue again: nobody took them for half a lease, or their run is gone.

    Each is nudged once in that time. After `max_attempts` runs that died it fails instead.
    """
    moment = now()
    stale = (RobustnessAudit.state == AuditState.ASKING) & (
        RobustnessAudit.heartbeat_at < moment - lease
    )
    session.execute(
        update(RobustnessAudit)
        .where(stale, RobustnessAudit.n_attempts >= max_attempts)
        .values(
            state=AuditState.FAILED,
            finished_at=moment,
            run_id=None,
            reason=f"No worker could finish it in {max_attempts} attempts.",
        )
    )
    unclaimed = (RobustnessAudit.state == AuditState.WAITING) & (
        RobustnessAudit.heartbeat_at < moment - lease / 2
    )
    nudged = session.scalars(
        update(RobustnessAudit)
        .where(or_(stale, unclaimed))
        .values(state=AuditState.WAITING, run_id=None, heartbeat_at=moment)
        .returning(RobustnessAudit.id)
    )
    return sorted(nudged)
