"""The tables whose rows the workers take up: the reconciler sweeps each of them."""

from __future__ import annotations

from typing import Any

from leaderboard.calibration.refits import REFITS
from leaderboard.campaigns.lease import CAMPAIGNS, PARTS
from leaderboard.endpoints.registry.connection_tests import CONNECTION_TESTS
from leaderboard.evaluation.claim import SUBMISSIONS
from leaderboard.exposure.lease import EXPOSURES
from leaderboard.hosting.uploaded.lease import UPLOADS
from leaderboard.judges.order_runs import ORDER_RUNS
from leaderboard.leases import LeasedTable
from leaderboard.lens.irt.lease import IRT_RUNS
from leaderboard.letters.lease import LETTERS
from leaderboard.notices.lease import NOTICE_TESTS, NOTICES
from leaderboard.robustness.lease import AUDITS

LEASED: tuple[LeasedTable[Any], ...] = (
    SUBMISSIONS,
    NOTICES,
    REFITS,
    CAMPAIGNS,
    PARTS,
    AUDITS,
    EXPOSURES,
    CONNECTION_TESTS,
    NOTICE_TESTS,
    LETTERS,
    ORDER_RUNS,
    IRT_RUNS,
    UPLOADS,
)
