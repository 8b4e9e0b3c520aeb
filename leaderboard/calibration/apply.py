"""Score the reports of a submission on the experts' scale, by a judge's calibrations."""

from __future__ import annotations

from collections.abc import Mapping

from leaderboard.calibration.means import (
    CalibratedMeans,
    LabelTables,
    calibrate_means,
    choose_calibrator,
    read_severity_of,
)
from leaderboard.calibration.split_facts import SplitFacts
from leaderboard.items.targets import Target
from leaderboard.late import pandas as pd
from leaderboard.models.calibration import Calibration


def calibrate_reports(
    calibrations: Mapping[Target, Calibration],
    model_card_id: int,
    scores: pd.DataFrame,
    split: SplitFacts,
) -> CalibratedMeans:
    """Apply a judge's calibrations to its `scores` of the reports of a model's submission.

    scores: a target table (`targets.make_target_table`) of the submission's predictions. Labels
    of the submission's own reports anchor its means; those of other submissions only calibrate.
    """
    calibrators = {
        target: choose_calibrator(one.calibrator, str(model_card_id))
        for target, one in calibrations.items()
    }
    severities = {target: read_severity_of(one.calibrator) for target, one in calibrations.items()}
    labels = None
    if split.labels is not None:
        labels = LabelTables(split.labels.table, split.labels.raters, split.labels.chosen)
    return calibrate_means(calibrators, scores, labels, split.rubric, severities)
