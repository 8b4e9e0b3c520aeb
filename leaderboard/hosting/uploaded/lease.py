"""Who works on an uploaded package."""

from __future__ import annotations

from datetime import timedelta

from leaderboard.leases import make_run_table
from leaderboard.models.uploaded import UploadedPackage, UploadState
from leaderboard.queue import WORK_ON_UPLOAD

LEASE = timedelta(minutes=15)
"""Renewed every few pictures; before them all items are read, and loading them takes longest."""

UPLOADS = make_run_table(
    WORK_ON_UPLOAD,
    UploadedPackage.id,
    (UploadState.WAITING, UploadState.WORKING, UploadState.FAILED),
    reason=UploadedPackage.reason,
    lease=LEASE,
    wait_share=0.05,
)
