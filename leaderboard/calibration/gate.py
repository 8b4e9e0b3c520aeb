"""The gate of a stored calibration, which follows from what was fitted."""

from __future__ import annotations

import msgspec

from leaderboard.items.targets import Target
from leaderboard.models.calibration import Calibration
from leaderboard.scoring.statistics.agreement import Agreement
from leaderboard.scoring.statistics.calibration_fit import read_pooled
from leaderboard.scoring.statistics.gate import Gate, assess_gate


def read_gate(fit: Calibration) -> Gate:
    """The gate of one target of a judge; models go by the text of their row id."""
    after = fit.calibrated_agreement
    icc = None if after is None else msgspec.convert(after, Agreement).icc
    residuals = read_pooled(fit.calibrator["pooled"]).residuals
    return assess_gate(icc, residuals, Target(fit.slice, fit.name).points_per_rating)
