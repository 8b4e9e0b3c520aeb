"""How far each report moves a model's calibrated mean, so that two models' errors can be paired.

A calibrated mean is a sum over reports: of labels less what the judge predicts of them, and of what
the judge predicts of the others. What a report adds to it, less what it adds on average, is its
influence; their squares add up to the variance of the mean (Hampel 1974, JASA 69:383; for
prediction-powered means Zrnic and Candes 2024, PNAS 121:e2322083121). Two models that were given
the same cases err together where these were hard or easy for both: the covariance of their means is
the sum over cases of the products of their influences.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean, tune_power
from leaderboard.scoring.statistics.calibration_fit import (
    PooledCalibrator,
    Values,
    apply_pooled,
)


def find_influences(
    mean: CalibratedMean, scores: Values, labels: Values, calibrator: PooledCalibrator | None
) -> NDArray[np.float64]:
    """The influence of each report on `mean`, the calibrated mean of these: (N,), in their order.

    scores: (N,) of the judge; labels: (N,), NaN where there is none. The sum of squares is the
    variance of the mean; of one that is not anchored only its part by the choice of reports, since
    by the rest no report is told from another. All 0 where the mean has no standard error.
    """
    if mean.standard_error is None:
        return np.zeros(len(scores))
    if not mean.badge.is_anchored:
        own = scores if calibrator is None else apply_pooled(calibrator, scores)
        return _spread(own, float(own.var(ddof=1)) / len(own))
    known = ~np.isnan(labels)
    power, used = _find_power(mean.badge, scores, labels, known, calibrator)
    found = np.zeros(len(scores))
    rest = labels[known] - power * used[known]
    found[known] = _spread(rest, float(rest.var(ddof=1)) / len(rest))
    if power and not known.all():
        others = used[~known]
        variance = power**2 * float(used.var(ddof=1)) / len(others)
        found[~known] = _spread(math.copysign(1.0, power) * others, variance)
    return found


def stack_influences(
    known: Sequence[NDArray[np.float64] | None], n_items: int
) -> NDArray[np.float64]:
    """(M, N) of what is known, 0 where nothing is: such a model is paired with none."""
    return np.array([np.zeros(n_items) if one is None else one for one in known])


def _find_power(
    badge: Badge,
    scores: Values,
    labels: Values,
    known: NDArray[np.bool_],
    calibrator: PooledCalibrator | None,
) -> tuple[float, Values]:
    """How far the judge is trusted by an anchored mean, and the scores that it trusts."""
    if badge is Badge.EXPERT_ANCHORED:
        return tune_power(scores[known], labels[known], scores[~known]) or 0.0, scores
    if calibrator is None:
        return 0.0, scores
    return float((~known).sum()) / len(scores), apply_pooled(calibrator, scores)


def _spread(values: Values, variance: float) -> NDArray[np.float64]:
    """`values` less their mean, of the size that their squares add up to `variance`."""
    centred = values - values.mean()
    total = float(centred @ centred)
    return centred * math.sqrt(variance / total) if total > 0 else np.zeros(len(values))
