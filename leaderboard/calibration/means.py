"""Calibrated means of a model's reports, from ratings, labels and calibrators alone."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.calibration.pairs import share_labels
from leaderboard.items.targets import REPORT, Target, list_targets
from leaderboard.late import pandas as pd
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.calibration import CalibratedMean, calibrated_mean
from leaderboard.scoring.statistics.calibration_fit import (
    PooledCalibrator,
    apply_pooled,
    read_pooled,
    shift_to_mean,
)
from leaderboard.scoring.statistics.influence import find_influences
from leaderboard.scoring.statistics.severity import RaterShares, Severity

RATERS = "raters"
"""The calibrator's member for how far raters differ in severity; fits from before have none."""


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


class LabelTables(NamedTuple):
    """Target tables by prediction id of what experts said: `mean` over raters, and each one's own.

    Of the reports at hand or of others too. `chosen` are reports that were not drawn at random.
    """

    mean: pd.DataFrame
    raters: Mapping[int, pd.DataFrame]
    chosen: Set[int] = frozenset()


def read_severity_of(calibrator: Mapping[str, Any]) -> Severity | None:
    """How far the raters of the labels differ, as it was fitted; None where that is not known."""
    plain = calibrator.get(RATERS)
    return None if plain is None else Severity(**plain)


def calibrate_means(
    calibrators: Mapping[Target, PooledCalibrator | None],
    scores: pd.DataFrame,
    labels: LabelTables | None,
    rubric: Rubric,
    severities: Mapping[Target, Severity | None],
) -> CalibratedMeans:
    """Apply calibrators to `scores`, the target table of a model's reports.

    A target whose calibrator is None has only the model's own labels. Where the severity of a
    target's raters is known, the choice of raters is in its interval. A model with a label of a
    report that was chosen is not anchored by its own labels.
    """
    if not calibrators or scores.empty:
        return CalibratedMeans({}, None)
    means: dict[Target, CalibratedMean] = {}
    values = influences = None
    for target in list_targets(rubric):
        if target not in calibrators:
            continue
        own = scores[target.key].dropna()
        mean = _mean(own, labels, calibrators[target], target, severities.get(target))
        if mean is not None:
            means[target] = mean
            if target == REPORT:
                values = _shift(own, calibrators[target], mean)
                table = None if labels is None else labels.mean
                influences = _find_influences(own, table, calibrators[target], mean)
    return CalibratedMeans(means, values, influences)


def _mean(
    own: pd.Series[float],
    labels: LabelTables | None,
    calibrator: PooledCalibrator | None,
    target: Target,
    severity: Severity | None,
) -> CalibratedMean | None:
    known = own.iloc[:0] if labels is None else labels.mean[target.key].reindex(own.index).dropna()
    labelled, rest = own[known.index], own.drop(known.index)
    raters: RaterShares | None = None
    if labels is not None and severity is not None and len(known):
        raters = share_labels(labels.raters, target, known.index, severity)
    return calibrated_mean(
        _numbers(labelled),
        _numbers(known),
        _numbers(rest),
        calibrator,
        target.bounds,
        raters,
        is_random=labels is None or not any(key in labels.chosen for key in known.index),
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
