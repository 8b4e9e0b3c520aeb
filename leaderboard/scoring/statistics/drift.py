"""Whether a judge still rates as it did: the anchor reports before and now."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from leaderboard.late import special
from leaderboard.scoring.statistics.calibration_fit import Values
from leaderboard.scoring.statistics.intervals import Estimate

HIGHEST_CHANGE = 0.15
"""A change of the mean rating (1..5) that does not matter."""


class Drift(NamedTuple):
    """The mean change of the ratings of n anchor reports, now minus before, on 1..5.

    Its interval is of 90 %, for two one-sided tests at 5 %. None where nothing was rated twice.
    """

    n: int
    change: Estimate | None


def assess_drift(before: Values, after: Values) -> Drift:
    """The mean change over anchor reports with its t interval, undefined with one report.

    before, after: (n,), each report's mean rating, in one order. Raises ValueError unless both
    are finite and of one length.
    """
    before, after = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if before.shape != after.shape or not np.isfinite([before, after]).all():
        raise ValueError("drift is of finite ratings in pairs")
    n = len(before)
    if not n:
        return Drift(0, None)
    changes = after - before
    change = float(changes.mean())
    if n == 1:
        return Drift(n, Estimate(change, None, None))
    reach = float(special.stdtrit(n - 1, 0.95)) * float(changes.std(ddof=1)) / math.sqrt(n)
    return Drift(n, Estimate(change, change - reach, change + reach))


def is_stable(drift: Drift) -> bool:
    """Whether the 90 % interval of the change lies within +-.15; not when it is undefined.

    Two one-sided tests at 5 %: Schuirmann (1987), J. Pharmacokinetics Biopharmaceutics 15:657.
    """
    if drift.change is None or drift.change.low is None or drift.change.high is None:
        return False
    return drift.change.low >= -HIGHEST_CHANGE and drift.change.high <= HIGHEST_CHANGE
