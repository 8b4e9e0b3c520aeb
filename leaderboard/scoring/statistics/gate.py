"""The gate of a judge: whether what it says of a target may be relied on, from model to model.

The unit is the model, not the report: reports of one model share its bias, and a calibrator is
carried to models whose bias nobody has measured. Each model's bias is that of scores calibrated by
the other models alone.
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.late import special
from leaderboard.scoring.statistics.calibration_fit import ModelResidual, between_variance
from leaderboard.scoring.statistics.intervals import Estimate


class Limit:
    """What a target must keep to; biases in points of a rating (1..5), 20 of the report score."""

    ICC = 0.5
    """The least that the lower end of ICC(A,1) after calibration may be."""
    MEAN_BIAS = 0.25
    """The interval of the mean bias over models lies within this on both sides."""
    MODEL_BIAS = 0.5
    """The interval of every single model's bias lies within this on both sides."""
    MODELS = 3
    """Fewer models say too little about how models differ."""


class Miss(enum.StrEnum):
    """Why a target does not pass."""

    FEW_MODELS = "few_models"
    ICC = "icc"
    MEAN_BIAS = "mean_bias"
    MODEL_BIAS = "model_bias"


@dataclass(frozen=True)
class ModelBias:
    """Calibrated scores minus labels over n reports of a model, with t and n - 1 degrees."""

    model: str
    n: int
    bias: Estimate


@dataclass(frozen=True)
class BiasByModel:
    """The bias of each model with at least two labels, the largest first, and what they share.

    mean: over models, t with K - 1 degrees, ends None with one model; None without any. It is near
    0 by construction, for each model is measured against the others: what it says is its width.
    tau: the standard deviation of the models' true biases, None with fewer than two.
    """

    models: tuple[ModelBias, ...]
    mean: Estimate | None
    tau: float | None

    @property
    def n_models(self) -> int:
        """K."""
        return len(self.models)

    @property
    def largest(self) -> ModelBias | None:
        """The model whose bias is the largest in size."""
        return self.models[0] if self.models else None


@dataclass(frozen=True)
class Gate:
    """A target's biases by model, and why it does not pass; it does where there is no reason."""

    by_model: BiasByModel
    misses: tuple[Miss, ...]

    @property
    def passes(self) -> bool:
        """Whether the target's scores may be relied on."""
        return not self.misses


def assess_bias(residuals: Sequence[ModelResidual]) -> BiasByModel:
    """Bias by model from the residuals of each model left out of the fit; any number of models."""
    models = sorted(map(_turn, residuals), key=lambda one: (-abs(one.bias.value), one.model))
    tau = between_variance(residuals)
    biases = [one.bias.value for one in models]
    return BiasByModel(tuple(models), _mean(biases), None if tau is None else math.sqrt(tau))


def assess_gate(
    icc: Estimate | None, residuals: Sequence[ModelResidual], points_per_rating: float
) -> Gate:
    """Hold a target to its limits.

    icc: ICC(A,1) after calibration, out of sample, None where undefined. points_per_rating: how
    many points of the residuals are one point of a rating. What is undefined does not pass. That
    every single model's interval lies within its limit is an intersection-union test (Berger 1982,
    Technometrics 24:295): where one model is off by the limit or more, it passes in at most 2.5 %.
    """
    by_model = assess_bias(residuals)
    if by_model.n_models < Limit.MODELS:
        return Gate(by_model, (Miss.FEW_MODELS,))
    every = [one.bias for one in by_model.models]
    misses = {
        Miss.ICC: icc is None or icc.low is None or icc.low < Limit.ICC,
        Miss.MEAN_BIAS: not _is_within(by_model.mean, Limit.MEAN_BIAS * points_per_rating),
        Miss.MODEL_BIAS: not all(
            _is_within(one, Limit.MODEL_BIAS * points_per_rating) for one in every
        ),
    }
    return Gate(by_model, tuple(miss for miss, is_missed in misses.items() if is_missed))


def _turn(residual: ModelResidual) -> ModelBias:
    """From labels minus calibrated scores to calibrated scores minus labels."""
    reach = float(special.stdtrit(residual.n - 1, 0.975)) * math.sqrt(
        residual.variance / residual.n
    )
    bias = -residual.mean
    return ModelBias(residual.model, residual.n, Estimate(bias, bias - reach, bias + reach))


def _mean(biases: Sequence[float]) -> Estimate | None:
    n = len(biases)
    if not n:
        return None
    mean = float(np.mean(biases))
    if n < 2:
        return Estimate(mean, None, None)
    reach = float(special.stdtrit(n - 1, 0.975)) * float(np.std(biases, ddof=1)) / math.sqrt(n)
    return Estimate(mean, mean - reach, mean + reach)


def _is_within(estimate: Estimate | None, limit: float) -> bool:
    if estimate is None or estimate.low is None or estimate.high is None:
        return False
    return estimate.low >= -limit and estimate.high <= limit
