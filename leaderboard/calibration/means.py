"""Calibrated means of a model's reports, from ratings, labels and calibrators alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.items.targets import REPORT, Target, list_targets
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.calibration import CalibratedMean, calibrated_mean
from leaderboard.scoring.statistics.calibration_fit import (
    PooledCalibrator,
    apply_pooled,
    read_pooled,
    shift_to_mean,
)
from leaderboard.scoring.statistics.influence import find_influences


class CalibratedMeans(NamedTuple):
    """What calibrators make of the reports of a model.

    `means` has a target where there is a calibrator and a score. `values` are the report scores by
    prediction id on the experts' scale and within its ends, shifted so that their mean is the
    calibrated one; None where the report score is not calibrated. `influences` say how far each
    report moves that mean (see `statistics.influence`).
    """

    means: dict[Target, CalibratedMean]
    values: pd.Series[float] | None
    influences: pd.Series[float] | None = None


def choose_calibrator(calibrator: Mapping[str, Any], model: str) -> PooledCalibrator | None:
    """The calibrator for one model, fitted on the others; None where there are no others."""
    left_out: Mapping[str, object] = calibrator["left_out"]
    plain = left_out[model] if model in left_out else calibrator["pooled"]
    return None if plain is None else read_pooled(plain)


def calibrate_means(
    calibrators: Mapping[Target, PooledCalibrator | None],
    scores: pd.DataFrame,
    labels: pd.DataFrame | None,
    rubric: Rubric,
) -> CalibratedMeans:
    """Apply calibrators to `scores`, the target table of a model's reports.

    labels: the target table of what experts said, of these reports or of others too. A target
    whose calibrator is None has only the model's own labels.
    """
    if not calibrators or scores.empty:
        return CalibratedMeans({}, None)
    means: dict[Target, CalibratedMean] = {}
    values = influences = None
    for target in list_targets(rubric):
        if target not in calibrators:
            continue
        own = scores[target.key].dropna()
        mean = _mean(own, labels, calibrators[target], target)
        if mean is not None:
            means[target] = mean
            if target == REPORT:
                values = _shift(own, calibrators[target], mean)
                influences = _find_influences(own, labels, calibrators[target], mean)
    return CalibratedMeans(means, values, influences)


def _mean(
    own: pd.Series[float],
    labels: pd.DataFrame | None,
    calibrator: PooledCalibrator | None,
    target: Target,
) -> CalibratedMean | None:
    known = own.iloc[:0] if labels is None else labels[target.key].reindex(own.index).dropna()
    labelled, rest = own[known.index], own.drop(known.index)
    return calibrated_mean(
        _numbers(labelled), _numbers(known), _numbers(rest), calibrator, target.bounds
    )


def _find_influences(
    own: pd.Series[float],
    labels: pd.DataFrame | None,
    calibrator: PooledCalibrator | None,
    mean: CalibratedMean,
) -> pd.Series[float]:
    """How far each report moves the model's calibrated report score."""
    known = np.full(len(own), np.nan)
    if labels is not None:
        known = _numbers(labels[REPORT.key].reindex(own.index))
    return pd.Series(find_influences(mean, _numbers(own), known, calibrator), index=own.index)


def _shift(
    own: pd.Series[float], calibrator: PooledCalibrator | None, mean: CalibratedMean
) -> pd.Series[float]:
    """Calibrated report scores whose mean is the model's calibrated mean."""
    calibrated = _numbers(own)
    if calibrator is not None:
        calibrated = apply_pooled(calibrator, calibrated)
    return pd.Series(shift_to_mean(calibrated, mean.value, REPORT.bounds), index=own.index)


def _numbers(values: pd.Series[float]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
