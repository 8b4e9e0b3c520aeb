"""Whether a model's confidence in its answers says how often they are right.

All figures are over answers that have a confidence, (n,) each: see `selective.Answers.take_known`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import special
from leaderboard.scoring.statistics.intervals import (
    Estimate,
    accuracy,
    design_effect,
    mean,
    share_of_losses,
)
from leaderboard.scoring.statistics.selective import Answers

N_BINS = 10
N_DRAWS = 1_000
SEED = 20261130
BOUNDS = (0.001, 0.999)
"""Confidences beyond are read as these where their logarithm is taken: certainty has none."""
MAX_STEPS, TOLERANCE = 50, 1e-10
FEW_CLUSTERS = 10
"""With fewer cases no line is fitted."""

Values = NDArray[np.float64]


class Bin(NamedTuple):
    """Answers of similar confidence: their mean confidence, and the share of right ones (0..1)."""

    n: int
    confidence: float
    accuracy: Estimate


class CalibrationError(NamedTuple):
    """The expected calibration error (0..1) beside what chance alone makes of it.

    `null` is its mean for a model of the same confidences that is calibrated perfectly, `null_high`
    what 5 % of such models exceed.
    """

    value: float
    null: float
    null_high: float


class CalibrationLine(NamedTuple):
    """log odds of a right answer = intercept + slope x log odds of the confidence.

    A calibrated model has 0 and 1; a slope below 1 is of confidences that are too extreme.
    """

    slope: Estimate
    intercept: Estimate


def measure_brier(known: Answers) -> Estimate:
    """The mean of (confidence - right)^2 on 0..1, n >= 1.

    Brier (1950), Monthly Weather Review 78:1. The interval is that of `share_of_losses`.
    """
    return share_of_losses((known.confidence - known.correct) ** 2, known.clusters)


def measure_excess(known: Answers) -> Estimate:
    """Mean confidence less the share of right answers, -1..1: above 0 is overconfident; n >= 1.

    Student's t over clusters; where nothing varies by Wilson's interval of the share of right ones.
    """
    gaps = known.confidence - known.correct
    found = mean(gaps, known.clusters, (-1.0, 1.0))
    if np.ptp(gaps) > 0:
        return found
    share = accuracy(known.correct, known.clusters)
    low = None if share.high is None else found.value + share.value - share.high
    high = None if share.low is None else found.value + share.value - share.low
    return Estimate(found.value, low, high)


def make_bins(known: Answers) -> list[Bin]:
    """Up to N_BINS bins of about as many answers each, from low confidence to high; n >= 1.

    Answers of one confidence are in one bin: that of the middle of their ranks. The interval of the
    share of right ones is Wilson's with the effective number of items.
    """
    places = place_in_bins(known.confidence)
    return [
        Bin(
            int((own := places == place).sum()),
            float(known.confidence[own].mean()),
            accuracy(known.correct[own], known.clusters[own]),
        )
        for place in np.unique(places)
    ]


def place_in_bins(confidence: Values) -> NDArray[np.int64]:
    """The bin of each answer, (n,) numbers below N_BINS."""
    _, group, sizes = np.unique(confidence, return_inverse=True, return_counts=True)
    middle = (np.cumsum(sizes) - sizes / 2)[group]
    return np.minimum(N_BINS - 1, (middle / len(confidence) * N_BINS).astype(np.int64))


def measure_calibration_error(known: Answers) -> CalibrationError:
    """The sum over bins of n_bin / n x |mean confidence - share of right ones|; n >= 1.

    Naeini, Cooper and Hauskrecht (2015), AAAI 29:2901, with bins of equal mass (Nguyen and O'Connor
    2015, EMNLP). It is above 0 by chance: a calibrated model of 100 answers has about 0.10. So its
    null value stands beside it, of N_DRAWS seeded draws in which each answer is right with the
    probability that its confidence says; widened by the square root of the design effect where
    answers of a case are right and wrong together.
    """
    places = place_in_bins(known.confidence)
    gaps = known.correct - known.confidence
    random = np.random.default_rng(SEED)
    draws = random.random((N_DRAWS, len(gaps))) < known.confidence
    null = _sum_gaps(draws - known.confidence, places)
    widening = math.sqrt(design_effect(gaps, known.clusters)) if np.ptp(gaps) > 0 else 1.0
    return CalibrationError(
        float(_sum_gaps(gaps[None, :], places)[0]),
        min(1.0, float(null.mean()) * widening),
        min(1.0, float(np.quantile(null, 0.95)) * widening),
    )


def _sum_gaps(gaps: Values, places: NDArray[np.int64]) -> Values:
    """Of rows (R, n) the sum over bins of the gap of each bin's mean, weighted: (R,)."""
    member = (places[:, None] == np.unique(places)[None, :]).astype(np.float64)
    found: Values = np.abs(gaps @ member).sum(axis=1) / gaps.shape[1]
    return found


def fit_line(known: Answers) -> CalibrationLine | None:
    """Slope and intercept by logistic regression on the confidence's log odds.

    Cox (1958), Biometrika 45:562; Van Calster et al. (2019), BMC Medicine 17:230. The errors are
    cluster-robust (Liang and Zeger 1986), with G / (G - 1) for G clusters and t of G - 2 degrees.
    None for fewer than FEW_CLUSTERS, where all confidences are one, all answers right or all wrong,
    or a threshold parts right from wrong: then no line is the likeliest.
    """
    _, cluster = np.unique(known.clusters, return_inverse=True)
    n_clusters = int(cluster.max()) + 1 if len(cluster) else 0
    odds = special.logit(known.confidence.clip(*BOUNDS))
    if n_clusters < FEW_CLUSTERS or np.ptp(odds) == 0 or _are_parted(odds, known.correct):
        return None
    design = np.column_stack([np.ones_like(odds), odds])
    beta = _climb(design, known.correct.astype(np.float64))
    if beta is None:
        return None
    fitted = special.expit(design @ beta)
    bread = np.linalg.inv(design.T @ (design * (fitted * (1 - fitted))[:, None]))
    scores = design * (known.correct - fitted)[:, None]
    sums = np.column_stack([np.bincount(cluster, weights=column) for column in scores.T])
    covariance = bread @ (sums.T @ sums) @ bread * n_clusters / (n_clusters - 1)
    reaches = special.stdtrit(n_clusters - 2, 0.975) * np.sqrt(np.diag(covariance))
    intercept, slope = (
        Estimate(float(value), float(value - reach), float(value + reach))
        for value, reach in zip(beta, reaches, strict=True)
    )
    return CalibrationLine(slope, intercept)


def _are_parted(odds: Values, correct: NDArray[np.bool_]) -> bool:
    """Whether some threshold has all right answers on one side and all wrong ones on the other."""
    right, wrong = odds[correct], odds[~correct]
    if not len(right) or not len(wrong):
        return True
    return bool(right.min() >= wrong.max() or right.max() <= wrong.min())


def _climb(design: Values, correct: Values) -> Values | None:
    """The likeliest coefficients by Newton's steps, halved where one loses; None if endless."""
    beta = np.zeros(design.shape[1])
    likelihood = _likelihood(design @ beta, correct)
    for _ in range(MAX_STEPS):
        fitted = special.expit(design @ beta)
        information = design.T @ (design * (fitted * (1 - fitted))[:, None])
        try:
            step = np.linalg.solve(information, design.T @ (correct - fitted))
        except np.linalg.LinAlgError:
            return None
        while (found := _likelihood(design @ (beta + step), correct)) < likelihood - TOLERANCE:
            step = step / 2
        beta, likelihood = beta + step, found
        if float(np.abs(step).max()) < TOLERANCE**0.5:
            return beta
    return None


def _likelihood(line: Values, correct: Values) -> float:
    return float((correct * line - np.logaddexp(0, line)).sum())
