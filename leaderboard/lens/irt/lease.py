"""Who works on a run of item response theory."""

from __future__ import annotations

from datetime import timedelta

from leaderboard.leases import make_run_table
from leaderboard.models.irt import IrtRun, IrtState
from leaderboard.queue import FIT_IRT

LEASE = timedelta(minutes=10)
"""Renewed after each round; the last one, with the standard errors, is the longest."""

IRT_RUNS = make_run_table(
    FIT_IRT,
    IrtRun.id,
    (IrtState.WAITING, IrtState.FITTING, IrtState.FAILED),
    reason=IrtRun.reason,
    lease=LEASE,
)
