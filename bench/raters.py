"""What intervals of anchored means cover when other experts might have rated: a seeded simulation.

Reports of two models on the same cases are labelled by raters who differ in severity, and are
calibrated as the product does it. The target is the mean that all raters of the kind would give.
The interval without the component of raters holds for these raters; with it, it holds for others
too. In the difference of the two models what they share of it cancels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from leaderboard.calibration.means import LabelTables, calibrate_means
from leaderboard.calibration.pairs import assess_severity, mean_labels
from leaderboard.items.targets import REPORT
from leaderboard.scoring.ranking import calibrated_differences
from leaderboard.scoring.rubric import Rubric
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.calibration_fit import Pairs, fit_pooled
from leaderboard.scoring.statistics.severity import Severity

SEED = 20261130
N_CASES, N_OTHERS = 60, 180
"""Reports of each of the two models, and labelled ones of others."""
MEANS = (70.0, 64.0)
CASES, SPREAD, NOISE = 8.0, 8.0, 8.0
"""Standard deviations of cases, of models on a case, and of one rating of a report."""
STEP = 20.0
"""Points of the report score in one rating step."""
RUBRIC = Rubric(sections=[])

Values = NDArray[np.float64]


class Design(NamedTuple):
    """How many raters share the work, how many rate each report, their severity's spread.

    n_labels: of each of the two models; with `apart`, two halves of the raters label one each.
    """

    n_raters: int
    n_each: int
    spread: float
    n_labels: int = 30
    apart: bool = False


class Coverage(NamedTuple):
    """Shares of intervals that hold the mean over raters, without and with the component.

    `width` is that with it; `difference` and `difference_width` of the two models' difference, and
    `plain_width` its width without the component.
    """

    plain: float
    widened: float
    width: float
    difference: float
    difference_width: float
    plain_width: float


DESIGNS = (
    Design(3, 3, 0.3 * STEP),
    Design(3, 2, 0.3 * STEP),
    Design(5, 2, 0.3 * STEP),
    Design(8, 2, 0.3 * STEP),
    Design(8, 2, 0.3 * STEP, n_labels=12),
    Design(8, 2, 0.3 * STEP, apart=True),
    Design(5, 2, 0.0),
)


def measure() -> None:
    """Print a row for each design."""
    print(
        f"{N_CASES} reports of each of two models on the same cases, {N_OTHERS} labels of others;"
    )
    print("share of 95 % intervals that hold, of a mean and of the difference, and their widths")
    columns = f"{'these raters':>14}{'any raters':>12}{'width':>8}{'difference':>12}{'width':>8}"
    print(f"{'raters':>7}{'each':>6}{'SD':>6}{'labels':>8}{columns}{'without':>9}")
    for design in DESIGNS:
        found = cover(design, 400, np.random.default_rng(SEED))
        print(
            f"{design.n_raters:7}{design.n_each:6}{design.spread:6.1f}{design.n_labels:8}"
            f"{100 * found.plain:13.1f}%{100 * found.widened:11.1f}%{found.width:8.1f}"
            f"{100 * found.difference:11.1f}%{found.difference_width:8.1f}{found.plain_width:9.1f}"
            f"{'  other raters each' if design.apart else ''}"
        )


def cover(design: Design, n_draws: int, rng: np.random.Generator) -> Coverage:
    """Coverage over `n_draws` sets of raters and reports."""
    found = [_draw(design, rng) for _ in range(n_draws)]
    return Coverage(*(float(one) for one in np.mean(found, axis=0)))


def _draw(design: Design, rng: np.random.Generator) -> tuple[float, ...]:
    quality = np.array(MEANS)[:, None] + rng.normal(0, CASES, N_CASES)
    quality = quality + rng.normal(0, SPREAD, (2, N_CASES))
    others = rng.normal(MEANS[0], np.hypot(CASES, SPREAD), N_OTHERS)
    table = draw_ratings(design, np.concatenate([*quality, others]), rng)
    rated = np.tile(np.arange(N_CASES) < design.n_labels, 2)
    table[: 2 * N_CASES][~rated] = np.nan
    if design.apart:
        half = design.n_raters // 2
        table[:N_CASES, half:], table[N_CASES : 2 * N_CASES, :half] = np.nan, np.nan
    scores = 30 + 0.6 * np.concatenate([*quality, others]) + rng.normal(0, 4, len(table))
    raters = {
        rater: pd.DataFrame({REPORT.key: table[:, rater]}).dropna()
        for rater in range(design.n_raters)
    }
    labels = LabelTables(mean_labels(raters), raters)
    severity = assess_severity(raters, REPORT)
    assert severity is not None
    plain, wide = _calibrate(scores, labels, None), _calibrate(scores, labels, severity)
    before, after = _compare(scores, *plain), _compare(scores, *wide)
    gap = MEANS[0] - MEANS[1]
    return (
        _holds(plain[0][0], MEANS[0]),
        _holds(wide[0][0], MEANS[0]),
        _width(wide[0][0]),
        abs(after[0] - gap) <= after[1],
        2 * after[1],
        2 * before[1],
    )


def draw_ratings(design: Design, reports: Values, rng: np.random.Generator) -> Values:
    """Ratings of reports of these true values, (reports, raters), NaN where not rated."""
    shape = (len(reports), design.n_raters)
    table = reports[:, None] + rng.normal(0, design.spread, shape[1]) + rng.normal(0, NOISE, shape)
    n_each = design.n_each
    if design.apart:
        # Each half has as many of a report, so that as many are left of each.
        half = shape[1] // 2
        order = np.hstack(
            [rng.random((shape[0], part)).argsort(axis=1) for part in (half, shape[1] - half)]
        )
    else:
        order = rng.random(shape).argsort(axis=1)
    return np.where(order >= n_each, np.nan, table)


def _calibrate(
    scores: Values, labels: LabelTables, severity: Severity | None
) -> tuple[list[CalibratedMean], Values]:
    """The two models' means, and how far each report moves them: (2, N_CASES)."""
    of_others = labels.mean[labels.mean.index >= 2 * N_CASES][REPORT.key]
    pairs = Pairs(scores[of_others.index], of_others.to_numpy(float))
    calibrator = fit_pooled({"others": pairs}, REPORT.bounds)
    means, influences = [], []
    for model in (0, 1):
        rows = range(model * N_CASES, (model + 1) * N_CASES)
        own = pd.DataFrame({REPORT.key: scores[rows.start : rows.stop]}, index=rows)
        found = calibrate_means({REPORT: calibrator}, own, labels, RUBRIC, {REPORT: severity})
        assert found.influences is not None
        means.append(found.means[REPORT])
        influences.append(found.influences.to_numpy(float))
    return means, np.array(influences)


def _compare(
    scores: Values, means: list[CalibratedMean], influences: Values
) -> tuple[float, float]:
    """The difference of the two models and the half-width of its interval."""
    values = scores[: 2 * N_CASES].reshape(2, N_CASES)
    design = np.zeros(N_CASES, np.int64), np.arange(N_CASES), np.ones(N_CASES, dtype=bool)
    found = calibrated_differences(values, *design, means, None, influences)
    value, variance, freedom = (float(part[0, 1]) for part in found)
    return value, float(stdtrit(freedom, 0.975)) * np.sqrt(variance)


def _holds(mean: CalibratedMean, truth: float) -> bool:
    assert mean.low is not None
    assert mean.high is not None
    return mean.low <= truth <= mean.high


def _width(mean: CalibratedMean) -> float:
    assert mean.low is not None
    assert mean.high is not None
    return mean.high - mean.low
