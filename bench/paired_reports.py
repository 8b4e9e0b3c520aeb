"""Coverage of the intervals of differences of report scores: a seeded simulation, not of speed.

Two models write reports on the same cases; some cases are hard for both. Experts label some of
each model's reports: the same cases, cases drawn apart for each, or no case twice. The target is
the difference of the models' means over all cases of the kind, which is known exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from leaderboard.scoring.ranking import calibrated_differences
from leaderboard.scoring.statistics.calibration import CalibratedMean, calibrated_mean
from leaderboard.scoring.statistics.calibration_fit import Pairs, PooledCalibrator, fit_pooled
from leaderboard.scoring.statistics.influence import find_influences

Values = NDArray[np.float64]
SEED = 20261130
N_REPORTS = 87
N_MODELS = 8
BOUNDS = (-1e6, 1e6)
CASES_SD, OWN_SD = 8.0, 8.0
"""How far cases differ for all models, and a model's reports beyond that."""
JUDGE_SPREAD = 0.6
LABELS = (30, 15)
CORRELATIONS = (0.4, 0.7, 0.95)
OVERLAPS = ("same", "random", "apart")
DRAWS = 2_000


class PairCoverage(NamedTuple):
    """Shares of intervals that hold the difference and their mean width: unpaired, then paired."""

    unpaired: float
    unpaired_width: float
    paired: float
    paired_width: float


def study(
    n_labels: int, correlation: float, overlap: str, draws: int = DRAWS, seed: int = SEED
) -> PairCoverage:
    """Draw pairs of models with `n_labels` labels each."""
    rng = np.random.default_rng([seed, n_labels, round(100 * correlation), OVERLAPS.index(overlap)])
    rows = np.array([_draw(rng, n_labels, correlation, overlap) for _ in range(draws)])
    return PairCoverage(*rows.mean(axis=0).tolist())


def _draw(
    rng: np.random.Generator, n_labels: int, correlation: float, overlap: str
) -> tuple[float, float, float, float]:
    labels, scores, _ = _write(rng, N_MODELS, 30, correlation)
    models = {str(k): Pairs(scores[k], labels[k]) for k in range(N_MODELS)}
    calibrator = fit_pooled(models, BOUNDS)
    labels, scores, means = _write(rng, 2, N_REPORTS, correlation)
    chosen = _choose(rng, n_labels, overlap)
    known = np.full_like(labels, np.nan)
    for model, cases in enumerate(chosen):
        known[model, cases] = labels[model, cases]
    calibrated = [_calibrate(*pair, calibrator) for pair in zip(scores, known, strict=True)]
    influences = np.array(
        [
            find_influences(mean, own, label, calibrator)
            for mean, own, label in zip(calibrated, scores, known, strict=True)
        ]
    )
    truth = means[0] - means[1]
    unpaired = _interval(calibrated, None, truth)
    return (*unpaired, *_interval(calibrated, influences, truth))


def _write(
    rng: np.random.Generator, n_models: int, n_cases: int, correlation: float
) -> tuple[Values, Values, Values]:
    """What experts and the judge say of the reports of some models, and the models' true means."""
    means = rng.normal(60, 6, n_models)
    spread = np.hypot(CASES_SD, OWN_SD)
    cases = rng.normal(0, CASES_SD, n_cases)
    labels = means[:, None] + cases + rng.normal(0, OWN_SD, (n_models, n_cases))
    noise = JUDGE_SPREAD * spread * np.sqrt(1 / correlation**2 - 1)
    bias = 10 + rng.normal(0, 3, (n_models, 1))
    scores = bias + 24 + JUDGE_SPREAD * labels + rng.normal(0, noise, labels.shape)
    return labels, scores, means


def _choose(rng: np.random.Generator, n_labels: int, overlap: str) -> list[NDArray[np.int64]]:
    first = rng.permutation(N_REPORTS)
    if overlap == "same":
        return [first[:n_labels]] * 2
    if overlap == "apart":
        return [first[:n_labels], first[n_labels : 2 * n_labels]]
    return [first[:n_labels], rng.permutation(N_REPORTS)[:n_labels]]


def _calibrate(scores: Values, known: Values, calibrator: PooledCalibrator) -> CalibratedMean:
    has = ~np.isnan(known)
    mean = calibrated_mean(scores[has], known[has], scores[~has], calibrator, BOUNDS)
    if mean is None:
        raise ValueError("a model with labels has a mean")
    return mean


def _interval(
    means: list[CalibratedMean], influences: Values | None, truth: float
) -> tuple[float, float]:
    """Whether the interval of the difference holds the truth, and its width."""
    n = N_REPORTS
    design = np.zeros(n, np.int64), np.arange(n), np.ones(n, bool)
    found = calibrated_differences(np.zeros((2, n)), *design, means, None, influences)
    reach = stdtrit(found.freedoms[0, 1], 0.975) * np.sqrt(found.variances[0, 1])
    return float(abs(found.values[0, 1] - truth) <= reach), float(2 * reach)


def measure() -> None:
    """Print the table of docs/method.md."""
    print("labels  r     cases   unpaired: %, width   paired: %, width")
    for n_labels in LABELS:
        for correlation in CORRELATIONS:
            for overlap in OVERLAPS:
                one = study(n_labels, correlation, overlap)
                print(
                    f"{n_labels:6}  {correlation:.2f}  {overlap:6}  "
                    f"{100 * one.unpaired:.1f}, {one.unpaired_width:.1f}        "
                    f"{100 * one.paired:.1f}, {one.paired_width:.1f}",
                    flush=True,
                )
