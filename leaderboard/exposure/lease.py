"""Who works on an exposure audit."""

from __future__ import annotations

from leaderboard.models.exposure import ExposureAudit
from leaderboard.queue import AUDIT_EXPOSURE
from leaderboard.robustness.lease import make_audit_table

EXPOSURES = make_audit_table(ExposureAudit, AUDIT_EXPOSURE)
