"""Targets of a judge with their bias by model, as the API shows them."""

from __future__ import annotations

from collections.abc import Mapping

from leaderboard.calibration.trust import TargetTrust
from leaderboard.models.team import ModelCard
from leaderboard.scoring.statistics.gate import ModelBias
from leaderboard.scoring.statistics.intervals import Estimate
from spinebench.shapes.shape import Shape


class EstimateRecord(Shape, frozen=True, kw_only=True):
    """A value with its 95 % interval; the ends are null where they are undefined."""

    value: float
    low: float | None
    high: float | None


class ModelBiasRecord(Shape, frozen=True, kw_only=True):
    """Scores as calibrated by the other models, minus the labels, over `n` reports of a model.

    `model` is its short name, null without a public result.
    """

    model: str | None
    n: int
    bias: EstimateRecord


class GateRecord(Shape, frozen=True, kw_only=True):
    """A target of a judge: `track` (the report score), a section or a dimension.

    `icc` is ICC(A,1) after calibration. `mean_bias` is over the `n_models` models, and near 0 by
    construction: its width counts. `tau` is the standard deviation of true bias between models,
    and `models` begins with the largest bias. `misses` says why the target does not pass:
    few_models, icc, mean_bias, model_bias.
    """

    slice: str
    name: str
    labels: str
    n_labels: int
    icc: EstimateRecord | None
    n_models: int
    mean_bias: EstimateRecord | None
    tau: float | None
    passes: bool
    misses: list[str]
    models: list[ModelBiasRecord]


def show_target(one: TargetTrust, models: Mapping[str, ModelCard]) -> GateRecord:
    """A target, of whose models those in `models` are named."""
    by_model = one.gate.by_model
    return GateRecord(
        slice=one.target.slice,
        name=one.target.name,
        labels=one.fit.label_kind,
        n_labels=one.fit.n_labels,
        icc=show_estimate(one.calibrated.icc if one.calibrated else None),
        n_models=by_model.n_models,
        mean_bias=show_estimate(by_model.mean),
        tau=by_model.tau,
        passes=one.gate.passes,
        misses=list(one.gate.misses),
        models=[_show_model(model, models) for model in by_model.models],
    )


def _show_model(one: ModelBias, models: Mapping[str, ModelCard]) -> ModelBiasRecord:
    card = models.get(one.model)
    return ModelBiasRecord(
        model=None if card is None else card.slug, n=one.n, bias=EstimateRecord.of(one.bias)
    )


def show_estimate(estimate: Estimate | None) -> EstimateRecord | None:
    """An estimate, null where it is undefined."""
    return None if estimate is None else EstimateRecord.of(estimate)
