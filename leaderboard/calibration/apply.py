"""Score the reports of a submission on the experts' scale, by a judge's calibrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leaderboard.calibration.labels import Labels
from leaderboard.calibration.split_facts import SplitFacts
from leaderboard.items.targets import REPORT, Target, list_targets
from leaderboard.models.calibration import Calibration
from leaderboard.scoring.statistics.calibration import CalibratedMean, calibrated_mean
from leaderboard.scoring.statistics.calibration_fit import (
    PooledCalibrator,
    apply_pooled,
    read_pooled,
)


class CalibratedTarget(NamedTuple):
    """A submission's calibrated mean on one target, and the calibration it came by."""

    mean: CalibratedMean
    calibration: Calibration


class CalibratedReports(NamedTuple):
    """What the calibrations make of a submission's reports.

    `means` has a target where there is a calibration and a score. `values` are the report
    scores by prediction id on the experts' scale, shifted so that their mean is the calibrated
    one; None where the report score is not calibrated.
    """

    means: dict[Target, CalibratedTarget]
    values: pd.Series[float] | None


def calibrate_reports(
    calibrations: Mapping[Target, Calibration],
    model_card_id: int,
    scores: pd.DataFrame,
    split: SplitFacts,
) -> CalibratedReports:
    """Apply a judge's calibrations to its `scores` of the reports of a model's submission.

    scores: a target table (`targets.make_target_table`) of the submission's predictions. Labels
    of the submission's own reports anchor its means; those of other submissions only calibrate.
    """
    if not calibrations or scores.empty:
        return CalibratedReports({}, None)
    model = str(model_card_id)
    means: dict[Target, CalibratedTarget] = {}
    values = None
    for target in list_targets(split.rubric):
        if target not in calibrations:
            continue
        calibration = calibrations[target]
        own = scores[target.key].dropna()
        calibrator = choose_calibrator(calibration, model)
        mean = _mean(own, split.labels, calibrator, target)
        if mean is not None:
            means[target] = CalibratedTarget(mean, calibration)
            if target == REPORT:
                values = _shift(own, calibrator, mean)
    return CalibratedReports(means, values)


def choose_calibrator(calibration: Calibration, model: str) -> PooledCalibrator | None:
    """The calibrator for one model, fitted on the others; None where there are no others."""
    left_out: Mapping[str, object] = calibration.calibrator["left_out"]
    plain = left_out[model] if model in left_out else calibration.calibrator["pooled"]
    return None if plain is None else read_pooled(plain)


def _mean(
    own: pd.Series[float],
    labels: Labels | None,
    calibrator: PooledCalibrator | None,
    target: Target,
) -> CalibratedMean | None:
    known = own.iloc[:0] if labels is None else labels.table[target.key].reindex(own.index).dropna()
    labelled, rest = own[known.index], own.drop(known.index)
    return calibrated_mean(
        _numbers(labelled), _numbers(known), _numbers(rest), calibrator, target.bounds
    )


def _shift(
    own: pd.Series[float], calibrator: PooledCalibrator | None, mean: CalibratedMean
) -> pd.Series[float]:
    """Calibrated report scores whose mean is the model's calibrated mean."""
    calibrated = own
    if calibrator is not None:
        calibrated = pd.Series(apply_pooled(calibrator, _numbers(own)), index=own.index)
    return calibrated + (mean.value - calibrated.mean())


def _numbers(values: pd.Series[float]) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)
