"""Coverage of the intervals of calibrated means: a seeded simulation, not a measure of speed.

Experts' and judge's values of a report are drawn with a given correlation, rounded to the steps
of their scale and cut at its ends. The judge is kinder than the experts and spreads less. The
target is the mean over all reports that such a model could write, which is known exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, stdtrit

from leaderboard.scoring.statistics.calibration import (
    CalibratedMean,
    ppi_mean,
    probe_mean,
    transported_mean,
)
from leaderboard.scoring.statistics.calibration_fit import Pairs, fit_pooled

Values = NDArray[np.float64]
SEED = 20261125
N_REPORTS = 87
N_ANCHORS = 30
N_PROBES = 15
N_MODELS = 8
CORRELATIONS = (0.4, 0.7, 0.95)
GAMES = 12.0
JUDGE_SPREAD = 0.6
"""The judge's spread by the experts'."""


class Scale(NamedTuple):
    """A scale, and how experts' and judge's values lie on it.

    mean, spread: of experts' values; bias: of the judge; mean_spread, bias_spread: of the models'
    means and of the judge's bias from model to model.
    """

    low: float
    high: float
    step: float
    mean: float
    spread: float
    bias: float
    mean_spread: float
    bias_spread: float


REPORT = Scale(20, 100, 0.4, mean=72, spread=12, bias=10, mean_spread=6, bias_spread=3)
RATING = Scale(1, 5, 1, mean=3.4, spread=0.8, bias=0.6, mean_spread=0.3, bias_spread=0.15)


class Coverage(NamedTuple):
    """The shares of intervals that hold the target, and the calibrated ones' mean width.

    realised: the mean correlation of the drawn values, after rounding.
    """

    covered: float
    naive_covered: float
    width: float
    realised: float


def measure() -> None:
    """Print a row for each scale, way and correlation."""
    print(f"{N_REPORTS} reports; 95 % intervals; naive: the judge's own mean")
    print(f"{'scale':8}{'way':32}{'r':>6}{'drawn r':>9}{'covered':>9}{'naive':>8}{'width':>8}")
    for name, scale in (("20-100", REPORT), ("1-5", RATING)):
        for correlation in CORRELATIONS:
            rng = np.random.default_rng(SEED)
            anchored = cover_anchored(scale, correlation, 10_000, rng)
            _report(name, f"expert-anchored, {N_ANCHORS} labels", correlation, anchored)
            probed, transported = cover_carried(scale, correlation, 4_000, rng)
            _report(name, f"probe-anchored, {N_PROBES} labels", correlation, probed)
            _report(name, f"transported, {N_MODELS} models", correlation, transported)
    for correlation in CORRELATIONS:
        rng = np.random.default_rng(SEED)
        gamed = cover_carried(REPORT, correlation, 4_000, rng, games=GAMES, n_probes=10)
        for way, coverage in zip(("10 own labels", "transported"), gamed, strict=True):
            _report("20-100", f"gamed by {GAMES:g}, {way}", correlation, coverage)


def cover_anchored(
    scale: Scale, correlation: float, n_draws: int, rng: np.random.Generator
) -> Coverage:
    """Coverage of the expert-anchored mean of one model, over `n_draws` samples."""
    target = float(true_mean(scale, np.array([scale.mean]))[0])
    labels, scores = draw_reports(
        scale, correlation, np.full((n_draws, 1), scale.mean), scale.bias, N_REPORTS, rng
    )
    means = [
        ppi_mean(s[:N_ANCHORS], y[:N_ANCHORS], s[N_ANCHORS:], (scale.low, scale.high))
        for y, s in zip(labels, scores, strict=True)
    ]
    return _coverage(means, np.full(n_draws, target), labels, scores)


def cover_carried(
    scale: Scale,
    correlation: float,
    n_draws: int,
    rng: np.random.Generator,
    *,
    games: float = 0.0,
    n_probes: int = N_PROBES,
) -> tuple[Coverage, Coverage]:
    """Coverage of the probe-anchored and of the transported mean of a new model.

    With `games` the judge is kinder to the new model by so many points than to one like the others.

    Each draw has new models: N_MODELS with N_ANCHORS labels for the calibrator, and the new one.
    Models differ in their mean and in the judge's bias towards them.
    """
    shape = (n_draws, N_MODELS + 1, 1)
    centres = scale.mean + scale.mean_spread * rng.standard_normal(shape)
    biases = scale.bias + scale.bias_spread * rng.standard_normal(shape)
    biases[:, -1] += games
    labels, scores = draw_reports(scale, correlation, centres, biases, N_REPORTS, rng)
    bounds = (scale.low, scale.high)
    probed, transported = [], []
    for y, s in zip(labels, scores, strict=True):
        others = {str(k): Pairs(s[k, :N_ANCHORS], y[k, :N_ANCHORS]) for k in range(N_MODELS)}
        calibrator = fit_pooled(others, bounds)
        own, rest = s[-1, :n_probes], s[-1, n_probes:]
        probed.append(probe_mean(calibrator, own, y[-1, :n_probes], rest, bounds))
        transported.append(transported_mean(calibrator, s[-1]))
    targets = true_mean(scale, centres[:, -1, 0])
    new_labels, new_scores = labels[:, -1], scores[:, -1]
    return (
        _coverage(probed, targets, new_labels, new_scores),
        _coverage(transported, targets, new_labels, new_scores),
    )


def draw_reports(
    scale: Scale,
    correlation: float,
    centres: Values,
    biases: Values | float,
    n_reports: int,
    rng: np.random.Generator,
) -> tuple[Values, Values]:
    """Experts' and judge's values: centres (..., 1) to (..., n_reports) each.

    The judge sees the report, not the model: around the scale's mean plus the bias its value
    follows the expert's, with JUDGE_SPREAD of the experts' spread within a model.
    """
    shape = (*centres.shape[:-1], n_reports)
    experts = centres + scale.spread * rng.standard_normal(shape)
    noise = scale.spread * np.sqrt(1 - correlation**2) * rng.standard_normal(shape)
    judge = JUDGE_SPREAD * (correlation * (experts - scale.mean) + noise)
    return _put_on(scale, experts), _put_on(scale, scale.mean + biases + judge)


def true_mean(scale: Scale, centres: Values) -> Values:
    """The exact mean of the experts' values, rounded and cut: (n,) centres to (n,) means."""
    steps = np.arange(round((scale.high - scale.low) / scale.step) + 1) * scale.step + scale.low
    edges = (steps[:-1] + steps[1:]) / 2
    above = 1 - ndtr((edges[None, :] - centres[:, None]) / scale.spread)
    means: Values = scale.low + scale.step * above.sum(axis=1)
    return means


def _put_on(scale: Scale, values: Values) -> Values:
    steps = np.round((values - scale.low) / scale.step)
    placed: Values = np.clip(scale.low + scale.step * steps, scale.low, scale.high)
    return placed


def _coverage(
    means: list[CalibratedMean], targets: Values, labels: Values, scores: Values
) -> Coverage:
    low = np.array([mean.low for mean in means], dtype=np.float64)
    high = np.array([mean.high for mean in means], dtype=np.float64)
    n = scores.shape[1]
    reach = stdtrit(n - 1, 0.975) * scores.std(axis=1, ddof=1) / np.sqrt(n)
    naive = np.abs(scores.mean(axis=1) - targets) <= reach
    ours = labels - labels.mean(axis=1, keepdims=True)
    theirs = scores - scores.mean(axis=1, keepdims=True)
    realised = (ours * theirs).mean(axis=1) / (labels.std(axis=1) * scores.std(axis=1))
    return Coverage(
        float(((low <= targets) & (targets <= high)).mean()),
        float(naive.mean()),
        float((high - low).mean()),
        float(realised.mean()),
    )


def _report(scale: str, way: str, correlation: float, coverage: Coverage) -> None:
    """Print one row."""
    covered, naive, width, realised = coverage
    print(
        f"{scale:8}{way:32}{correlation:6.2f}{realised:9.2f}"
        f"{100 * covered:8.1f}%{100 * naive:7.1f}%{width:8.2f}"
    )
