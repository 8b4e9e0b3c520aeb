"""A model's mean score on the experts' scale, from a judge's scores and few experts' labels.

How it is done depends on the number of the model's own labelled reports: see `Badge`. The target
is the mean over all reports of such a kind (the superpopulation), of which the labelled ones are
a random subset; reports are one a case and independent. Intervals are of 95 %.
"""

from __future__ import annotations

import enum
import math
from typing import NamedTuple

import numpy as np

from leaderboard.late import special
from leaderboard.scoring.statistics.calibration_fit import (
    Bounds,
    PooledCalibrator,
    Values,
    apply_pooled,
    between_variance,
    is_constant,
    within_variance,
)
from leaderboard.scoring.statistics.severity import RaterPart, RaterShares, add_part, find_part

ANCHORED_LABELS = 30
"""From so many own labels on a mean is expert-anchored."""
PROBE_LABELS = 10
"""From so many own labels on it is probe-anchored; with fewer it is transported."""


class Badge(enum.StrEnum):
    """How a mean came to the experts' scale, the firmest first.

    HOST_CHOSEN is as TRANSPORTED, of a model with labels enough that were not drawn at random.
    """

    EXPERT_ANCHORED = "expert-anchored"
    PROBE_ANCHORED = "probe-anchored"
    TRANSPORTED = "transported"
    HOST_CHOSEN = "host-chosen"

    @property
    def is_anchored(self) -> bool:
        """Whether labels of the model's own reports stand behind the mean."""
        return self in (Badge.EXPERT_ANCHORED, Badge.PROBE_ANCHORED)


class CalibratedMean(NamedTuple):
    """A model's mean on the experts' scale, with its 95 % interval, all cut at the bounds.

    low, high, standard_error and freedom (degrees of t) are None where undefined. n counts the
    reports with a judge's score, n_labels those with an expert's label too; raw_mean is the
    judge's naive mean over the n. `raters` is the part of the error that the choice of raters has;
    where it is None the interval holds for these raters alone.
    """

    value: float
    low: float | None
    high: float | None
    standard_error: float | None
    freedom: int | None
    badge: Badge
    n_labels: int
    n: int
    raw_mean: float
    raters: RaterPart | None = None

    @property
    def cases_error(self) -> float | None:
        """The standard error without the raters' part."""
        if self.standard_error is None or self.raters is None:
            return self.standard_error
        return math.sqrt(max(0.0, self.standard_error**2 - self.raters.variance))


def calibrated_mean(
    labelled_scores: Values,
    labels: Values,
    unlabelled_scores: Values,
    calibrator: PooledCalibrator | None,
    bounds: Bounds,
    raters: RaterShares | None = None,
    *,
    is_random: bool = True,
) -> CalibratedMean | None:
    """The mean by the way that the number of labels allows: at least 30, 10 to 29, fewer.

    labelled_scores, labels: (n,) in one order; unlabelled_scores: (N,). The calibrator is fitted
    on other models (`fit_pooled`): on this one's own labels its residuals would be too small.
    `raters` are those of the labels; without them intervals hold for these raters alone. Labels
    that are not a random subset say nothing of the other reports: they do not move the mean, unless
    there are no others. None when there is no report, or no calibrator and no label to go by.
    """
    is_chosen = not is_random and len(unlabelled_scores) > 0 and len(labels) >= PROBE_LABELS
    if len(labels) >= ANCHORED_LABELS and not is_chosen:
        return ppi_mean(labelled_scores, labels, unlabelled_scores, bounds, raters)
    if len(labels) >= PROBE_LABELS and not is_chosen:
        return probe_mean(calibrator, labelled_scores, labels, unlabelled_scores, bounds, raters)
    scores = np.concatenate([labelled_scores, unlabelled_scores])
    if calibrator is None or not len(scores):
        return None
    mean = transported_mean(calibrator, scores, n_labels=len(labels))
    return mean._replace(badge=Badge.HOST_CHOSEN) if is_chosen else mean


def ppi_mean(
    labelled_scores: Values,
    labels: Values,
    unlabelled_scores: Values,
    bounds: Bounds,
    raters: RaterShares | None = None,
) -> CalibratedMean:
    """Power-tuned prediction-powered mean with t, n - 2 degrees of freedom.

    PPI++, Angelopoulos, Duchi and Zrnic (2023), arXiv 2311.01453. With a constant judge, or
    without unlabelled reports, it is the plain mean of the labels with t and n - 1 degrees.
    var(S) is taken over all n + N reports. Raises ValueError without labels.
    """
    _check(labelled_scores, labels, unlabelled_scores)
    n = len(labels)
    scores = np.concatenate([labelled_scores, unlabelled_scores])
    tuned = tune_power(labelled_scores, labels, unlabelled_scores)
    power, freedom = (0.0, n - 1) if tuned is None else (tuned, n - 2)
    value, variance = _anchor(power, labelled_scores, labels, unlabelled_scores)
    raw = float(scores.mean())
    badge = Badge.EXPERT_ANCHORED
    return _mean(value, variance, freedom, bounds, badge, n, len(scores), raw, raters)


def tune_power(labelled_scores: Values, labels: Values, unlabelled_scores: Values) -> float | None:
    """lambda of PPI++: how far the judge's scores are trusted; None where there is none to tune."""
    n, n_unlabelled = len(labels), len(unlabelled_scores)
    scores = np.concatenate([labelled_scores, unlabelled_scores])
    if not n_unlabelled or n < 2 or is_constant(scores):
        return None
    covariance = float((labelled_scores - labelled_scores.mean()) @ labels) / (n - 1)
    return covariance / ((1 + n / n_unlabelled) * float(scores.var(ddof=1)))


def probe_mean(
    calibrator: PooledCalibrator | None,
    labelled_scores: Values,
    labels: Values,
    unlabelled_scores: Values,
    bounds: Bounds,
    raters: RaterShares | None = None,
) -> CalibratedMean:
    """Mean calibrated score over all reports plus the mean own residual, t with n - 1 degrees.

    That is a prediction-powered mean of the calibrated scores with the fixed power N / (N + n),
    so its variance is theirs. Without a calibrator it is the plain mean of the labels. Raises
    ValueError without labels.
    """
    _check(labelled_scores, labels, unlabelled_scores)
    n, n_unlabelled = len(labels), len(unlabelled_scores)
    n_all = n + n_unlabelled
    if calibrator is None:
        value, variance = _anchor(0.0, labelled_scores, labels, unlabelled_scores)
    else:
        value, variance = _anchor(
            n_unlabelled / n_all,
            apply_pooled(calibrator, labelled_scores),
            labels,
            apply_pooled(calibrator, unlabelled_scores),
        )
    raw = float(np.concatenate([labelled_scores, unlabelled_scores]).mean())
    return _mean(value, variance, n - 1, bounds, Badge.PROBE_ANCHORED, n, n_all, raw, raters)


def transported_mean(
    calibrator: PooledCalibrator, scores: Values, *, n_labels: int = 0
) -> CalibratedMean:
    """Mean calibrated score with the variance between models, t with K - 1 degrees.

    SE^2 = tau^2 (1 + 1/K) + mean(s_k^2/m_k)/K + var(f(S))/N over the K left-out residuals.
    scores: (N,) of all reports; raises ValueError when there is none. With K < 2, or one report,
    nothing tells how far models differ: the interval is undefined.
    """
    if not len(scores) or not np.isfinite(scores).all():
        raise ValueError("a mean needs at least one score, all of them finite")
    calibrated = apply_pooled(calibrator, scores)
    residuals = calibrator.residuals
    n_models, tau_squared = len(residuals), between_variance(residuals)
    variance = None
    if tau_squared is not None and len(scores) > 1:
        variance = (
            tau_squared * (1 + 1 / n_models)
            + within_variance(residuals) / n_models
            + float(calibrated.var(ddof=1)) / len(scores)
        )
    return _mean(
        float(calibrated.mean()),
        variance,
        n_models - 1,
        (calibrator.low, calibrator.high),
        Badge.TRANSPORTED,
        n_labels,
        len(scores),
        float(np.mean(scores)),
    )


def _anchor(
    power: float, labelled: Values, labels: Values, unlabelled: Values
) -> tuple[float, float | None]:
    """power x mean(unlabelled) + mean(labels - power x labelled), and its variance.

    power^2 var(S)/N + var(labels - power x labelled)/n, with var(S) over all n + N reports; None
    with one label.
    """
    rest = labels - power * labelled
    value = float(rest.mean())
    variance = float(rest.var(ddof=1)) / len(rest) if len(rest) > 1 else None
    if power == 0:
        return value, variance
    value += power * float(unlabelled.mean())
    if variance is not None:
        spread = float(np.concatenate([labelled, unlabelled]).var(ddof=1))
        variance += power**2 * spread / len(unlabelled)
    return value, variance


def _mean(
    value: float,
    variance: float | None,
    freedom: int,
    bounds: Bounds,
    badge: Badge,
    n_labels: int,
    n: int,
    raw_mean: float,
    raters: RaterShares | None = None,
) -> CalibratedMean:
    low, high = bounds
    cut = min(high, max(low, value))
    if variance is None or freedom < 1:
        return CalibratedMean(cut, None, None, None, None, badge, n_labels, n, raw_mean)
    part = None
    if raters is not None:
        part = find_part(raters, freedom)
        variance, freedom = add_part(variance, part)
    error = math.sqrt(variance)
    reach = float(special.stdtrit(freedom, 0.975)) * error
    ends = min(high, max(low, value - reach)), max(low, min(high, value + reach))
    return CalibratedMean(cut, *ends, error, freedom, badge, n_labels, n, raw_mean, part)


def _check(labelled_scores: Values, labels: Values, unlabelled_scores: Values) -> None:
    if not len(labels) or len(labels) != len(labelled_scores):
        raise ValueError("an anchored mean needs labels, and a score for each")
    everything = np.concatenate([labelled_scores, labels, unlabelled_scores])
    if not np.isfinite(everything).all():
        raise ValueError("scores and labels are finite numbers")
