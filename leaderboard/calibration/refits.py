"""Splits whose labels changed: who fits their calibrations again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderboard.db import clock, now
from leaderboard.leases import Claim, LeasedTable, Phase, end, is_held, renew
from leaderboard.models.calibration import Refit
from leaderboard.queue import CALIBRATE

LEASE = timedelta(minutes=2)

REFITS = LeasedTable[int](
    job=CALIBRATE,
    key=Refit.split_id,
    # The row has one time for both: a run that holds it keeps it a lease ahead.
    waiting=Phase(Refit.nudged_at <= clock(), {}),
    held=Phase(Refit.nudged_at > clock(), {}),
    fence=Refit.nudged_at,
    heartbeat=Refit.nudged_at,
    held_ahead=LEASE,
    lease=LEASE,
)


def request_refit(session: Session, split_id: int) -> None:
    """Write down that the labels of a split changed; the caller enqueues after its commit.

    A run that is under way keeps its claim, and the request outlives it.
    """
    if _ask_again(session, split_id):
        return
    try:
        with session.begin_nested():
            session.add(Refit(split_id=split_id, requested_at=now(), nudged_at=clock()))
    except IntegrityError:
        # Asked for by somebody else since we looked.
        _ask_again(session, split_id)


def _ask_again(session: Session, split_id: int) -> bool:
    kept = case((Refit.nudged_at > clock(), Refit.nudged_at), else_=clock())
    row = session.execute(
        update(Refit)
        .where(Refit.split_id == split_id)
        .values(requested_at=now(), nudged_at=kept)
        .returning(Refit.split_id)
    ).one_or_none()
    return row is not None


def begin_refit(session: Session, claim: Claim[int]) -> datetime:
    """When the refit that is claimed was asked for last. Raises ClaimLost."""
    renew(session, claim)
    return session.scalars(select(Refit.requested_at).where(Refit.split_id == claim.key)).one()


def end_refit(session: Session, claim: Claim[int], requested_at: datetime) -> None:
    """Strike the request off; one that came after `requested_at` waits for a run of its own.

    Raises ClaimLost.
    """
    renew(session, claim)
    done = session.execute(
        delete(Refit)
        .where(is_held(claim), Refit.requested_at == requested_at)
        .returning(Refit.split_id)
    ).one_or_none()
    if done is None:
        end(session, claim, nudged_at=clock(-LEASE))
