"""The pooled calibrator: from a judge's scores to the experts' scale, over several models.

It is a least-squares line whose slope is not negative, cut at the ends of the scale. Every model
weighs the same, whatever its number of labels: the calibrator is carried to a model that has
none, which is one more draw among models, and a model with many labels should not bend the line
towards itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Bounds = tuple[float, float]
FLAT = 1e-9
"""Values that spread no wider are constant: what is left is rounding."""
HALVINGS = 60


class Pairs(NamedTuple):
    """One model's reports with both values: the judge's scores and the experts' labels, (n,)."""

    scores: Values
    labels: Values


@dataclass(frozen=True)
class ModelResidual:
    """Labels minus calibrated scores of a model, by the calibrator fitted on the other models.

    mean: r_k; variance: s_k^2, of single reports; n: m_k, at least 2.
    """

    model: str
    mean: float
    variance: float
    n: int


@dataclass(frozen=True)
class PooledCalibrator:
    """A fitted calibrator, frozen, with the residuals of each model left out of the fit.

    calibrated = intercept + slope x score, cut at low and high. `residuals` lacks models with
    fewer than 2 labels, and is empty when the fit had fewer than 2 models.
    """

    intercept: float
    slope: float
    low: float
    high: float
    n_models: int
    n_labels: int
    residuals: tuple[ModelResidual, ...]

    def to_plain(self) -> dict[str, object]:
        """The calibrator in values that JSON knows."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain


def read_pooled(plain: object) -> PooledCalibrator:
    """The calibrator of `to_plain`, equal to the one that made it; raises ValueError."""
    try:
        return msgspec.convert(plain, PooledCalibrator)
    except msgspec.ValidationError as error:
        raise ValueError(f"this is not a calibrator: {error}") from error


def fit_pooled(models: Mapping[str, Pairs], bounds: Bounds) -> PooledCalibrator:
    """Fit the calibrator on the labelled reports of `models`, and on all but each of them.

    A constant judge gets slope 0 and the mean label. Models without labels do not count. Raises
    ValueError when no model has a label, or when a value is not finite.
    """
    known = {model: _check(pairs) for model, pairs in models.items() if len(pairs.labels)}
    if not known:
        raise ValueError("a calibrator needs at least one labelled report")
    intercept, slope = _fit_line(list(known.values()))
    low, high = bounds
    residuals = [
        _residual(model, known[model].labels - values)
        for model, values in apply_left_out(known, bounds).items()
        if len(values) >= 2
    ]
    n_labels = sum(len(pairs.labels) for pairs in known.values())
    return PooledCalibrator(intercept, slope, low, high, len(known), n_labels, tuple(residuals))


def apply_pooled(calibrator: PooledCalibrator, scores: Values) -> Values:
    """The calibrated scores, in the order and shape of `scores`."""
    line = calibrator.intercept + calibrator.slope * np.asarray(scores, dtype=np.float64)
    return np.clip(line, calibrator.low, calibrator.high)


def shift_to_mean(values: Values, mean: float, bounds: Bounds) -> Values:
    """The values moved by one amount, each as far as the scale goes, so that their mean is `mean`.

    values: (n,) within the bounds, n >= 1, in any order, which is kept; mean: within the bounds.
    Where no value meets a bound the amount is mean - mean(values); else it is found by halving,
    for the mean of what is cut at the bounds rises with it.
    """
    low, high = bounds
    below, above = low - float(values.max()), high - float(values.min())
    shift = mean - float(values.mean())
    for _ in range(HALVINGS):
        moved = np.clip(values + shift, low, high)
        if abs(float(moved.mean()) - mean) <= FLAT:
            break
        if moved.mean() < mean:
            below = shift
        else:
            above = shift
        shift = (below + above) / 2
    return np.clip(values + shift, low, high)


def apply_left_out(models: Mapping[str, Pairs], bounds: Bounds) -> dict[str, Values]:
    """Each model's calibrated scores by the calibrator fitted on the other models alone.

    In the order of `models`; empty unless at least two models have labels.
    """
    known = {model: pairs for model, pairs in models.items() if len(pairs.labels)}
    if len(known) < 2:
        return {}
    calibrated = {}
    for model, pairs in known.items():
        intercept, slope = _fit_line([other for key, other in known.items() if key != model])
        calibrated[model] = np.clip(intercept + slope * pairs.scores, *bounds)
    return calibrated


def between_variance(residuals: Sequence[ModelResidual]) -> float | None:
    """tau^2: how far models differ in their mean residual beyond the chance of their labels.

    max(0, var(r_k) - mean(s_k^2 / m_k)); None with fewer than 2 models.
    """
    if len(residuals) < 2:
        return None
    means = np.array([residual.mean for residual in residuals])
    return max(0.0, float(means.var(ddof=1)) - within_variance(residuals))


def within_variance(residuals: Sequence[ModelResidual]) -> float:
    """mean(s_k^2 / m_k): the variance of a model's mean residual by the chance of its labels."""
    return float(np.mean([residual.variance / residual.n for residual in residuals]))


def is_constant(values: Values) -> bool:
    """Whether the values are all the same; so are one value and none."""
    return len(values) < 2 or float(np.ptp(values)) <= FLAT


def _check(pairs: Pairs) -> Pairs:
    scores = np.asarray(pairs.scores, dtype=np.float64)
    labels = np.asarray(pairs.labels, dtype=np.float64)
    if scores.shape != labels.shape or not np.isfinite([scores, labels]).all():
        raise ValueError("pairs are finite scores and as many finite labels")
    return Pairs(scores, labels)


def _residual(model: str, residuals: Values) -> ModelResidual:
    return ModelResidual(
        model, float(residuals.mean()), float(residuals.var(ddof=1)), len(residuals)
    )


def _fit_line(models: Sequence[Pairs]) -> tuple[float, float]:
    """Intercept and slope of the least-squares line in which every model weighs the same."""
    scores = np.concatenate([pairs.scores for pairs in models])
    labels = np.concatenate([pairs.labels for pairs in models])
    sizes = np.array([len(pairs.labels) for pairs in models])
    weights = np.repeat(1 / sizes, sizes) / len(models)
    score, label = float(weights @ scores), float(weights @ labels)
    if is_constant(scores):
        return label, 0.0
    spread = float(weights @ (scores - score) ** 2)
    slope = max(0.0, float(weights @ ((scores - score) * (labels - label))) / spread)
    return label - slope * score, slope
