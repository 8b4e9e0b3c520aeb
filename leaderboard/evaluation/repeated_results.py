"""The result of a model that stands on a track by several runs, made of the runs' results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from leaderboard.evaluation.estimates import Scored
from leaderboard.evaluation.repeated import make_run_scores, mean_ratings
from leaderboard.evaluation.results import CalibratedBy, Result, find_report_mean
from leaderboard.items.runs import Runs, mean_calibrated, mean_errors, stack_runs
from leaderboard.items.targets import REPORT
from leaderboard.items.values import pack_values, unpack_values
from leaderboard.items.weights import select_deciding
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Metric
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean

Sets = Mapping[Track, Mapping[str, Result]]
Values = NDArray[np.float64]


def combine_runs(
    sets: Sets,
    items: pd.DataFrame,
    foreign: Collection[Track] = (),
    readings: Mapping[str, pd.DataFrame] | None = None,
) -> Result:
    """The result of a model that stands on each track by the mean of the runs in `sets`.

    `items` are those of the split; what several tracks have a part in is made without the tracks of
    `foreign`, which another ruler scored. `readings` are as of `read_readings`, by submission;
    without them precision and recall are left out.
    """
    packed = {key: one.values for runs in sets.values() for key, one in runs.items()}
    values = {key: unpack_values(content) for key, content in packed.items()}
    means, blocks = stack_runs({track: list(runs) for track, runs in sets.items()}, values, items)
    table = items.assign(value=means, precision=np.nan, recall=np.nan, answered=~np.isnan(means))
    decides = items["decides"].to_numpy()
    multiple = {}
    asked: dict[Track, list[str]] = {
        track: list(of) for track, of in sets.items() if not track.is_report
    }
    if readings is not None:
        for metric in (Metric.PRECISION, Metric.RECALL):
            read = {key: _read(readings[key], metric, items) for key in values}
            table[metric.value], of_metric = stack_runs(asked, read, items)
            in_percent = [100 * block[:, decides] for block in of_metric]
            multiple[metric] = Runs(select_deciding(items), in_percent)
    deciding = select_deciding(table)
    reports = list(sets.get(Track.REPORT, {}).values())
    mean = _find_mean(reports)
    runs = Runs(deciding, [block[:, decides] for block in blocks])
    scores = list(make_run_scores(deciding, list(sets), mean, runs, multiple, foreign))
    first = next(
        (one for track, of in sets.items() if not track.is_report for one in of.values()),
        None,
    )
    return Result(
        scores=(*scores, *_mean_ratings(reports)),
        values=pack_values(means),
        outcomes=_sum_outcomes(sets),
        calibrated=_describe(reports, mean),
        reports=reports[-1].reports if reports else None,
        parser_version=first.parser_version if first else None,
        runs=tuple(tuple(map(pack_values, block)) for block in blocks),
    )


def _read(readings: pd.DataFrame, metric: Metric, items: pd.DataFrame) -> Values:
    by_item = readings.set_index("item_id")[metric.value]
    return np.asarray(items["item_id"].map(by_item), np.float64)


def _find_mean(reports: Sequence[Result]) -> CalibratedMean | None:
    """The mean of the runs' calibrated report scores; None unless all of them are calibrated."""
    found = [find_report_mean(one) for one in reports]
    known = [one for one in found if one is not None]
    return mean_calibrated(known) if known and len(known) == len(found) else None


def _mean_ratings(reports: Sequence[Result]) -> list[Scored]:
    by_place: dict[tuple[str, str], list[Scored]] = {}
    for one in reports:
        for score in one.scores:
            if score.metric is Metric.RATING:
                by_place.setdefault((score.slice, score.name), []).append(score)
    if len(reports) == 1:
        return [score for of in by_place.values() for score in of]
    return [mean_ratings(of) for of in by_place.values() if len(of) == len(reports)]


def _describe(reports: Sequence[Result], mean: CalibratedMean | None) -> tuple[CalibratedBy, ...]:
    """How the mean scores were calibrated: by the calibrations of the latest run."""
    if not reports:
        return ()
    described = []
    for by in reports[-1].calibrated:
        same = [
            one
            for report in reports
            for one in report.calibrated
            if (one.slice, one.name) == (by.slice, by.name)
        ]
        if len(same) < len(reports) or ((by.slice, by.name) == REPORT and mean is None):
            continue
        error, freedom, raters = mean_errors(same)
        described.append(
            by._replace(
                badge=max((one.badge for one in same), key=[*map(str, Badge)].index),
                n_labels=sum(one.n_labels for one in same),
                raw_value=float(np.mean([one.raw_value for one in same])),
                standard_error=error,
                freedom=freedom,
                raters=raters,
            )
        )
    return tuple(described)


def _sum_outcomes(sets: Sets) -> tuple[tuple[Track, str, int], ...]:
    """How many predictions of all runs were read as what."""
    counts: Counter[tuple[Track, str]] = Counter()
    for track, runs in sets.items():
        for one in runs.values():
            for of, outcome, n in one.outcomes:
                if of == track:
                    counts[track, outcome] += n
    return tuple((track, outcome, n) for (track, outcome), n in counts.items())
