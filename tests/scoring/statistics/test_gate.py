"""The gate is by models: their biases by hand, its limits, and how often it passes."""

import math

import numpy as np
import pytest
from scipy import stats

from bench.calibration import SEED
from bench.gate import FIELDS, Field, draw_runs, find_shares, sort_runs
from leaderboard.scoring.statistics.calibration_fit import ModelResidual, Pairs, fit_pooled
from leaderboard.scoring.statistics.gate import Miss, assess_bias, assess_gate
from leaderboard.scoring.statistics.intervals import Estimate

AGREES = Estimate(0.8, 0.7, 0.9)
DEMO = (-14.2, -2.3, 12.0, 4.8)
"""The biases by model of a judge that the gate by pooled reports let pass: 0.07 (-4.1 to 4.2)."""


def residuals_of(
    biases: tuple[float, ...], variance: float = 1.0, n: int = 30
) -> list[ModelResidual]:
    return [ModelResidual(str(k), -bias, variance, n) for k, bias in enumerate(biases)]


def test_the_bias_by_model_is_students_and_the_mean_has_as_many_degrees_as_models_less_one() -> (
    None
):
    found = assess_bias(residuals_of(DEMO))
    assert [one.bias.value for one in found.models] == [-14.2, 12.0, 4.8, -2.3]
    assert found.largest is found.models[0]
    reach = stats.t.ppf(0.975, 29) / math.sqrt(30)
    assert found.models[0].bias == pytest.approx((-14.2, -14.2 - reach, -14.2 + reach))
    low, high = stats.t.interval(0.95, 3, np.mean(DEMO), stats.sem(DEMO))
    assert found.mean == pytest.approx((0.075, low, high))
    # The interval over models is +-17.7 where the one over reports was +-4.2.
    assert high - 0.075 == pytest.approx(17.7, abs=0.1)
    assert found.tau == pytest.approx(math.sqrt(np.var(DEMO, ddof=1) - 1 / 30))


def test_biases_that_cancel_out_over_reports_do_not_pass() -> None:
    gate = assess_gate(AGREES, residuals_of(DEMO), 20)
    assert gate.misses == (Miss.MEAN_BIAS, Miss.MODEL_BIAS)
    assert not gate.passes


def test_one_model_that_games_the_judge_does_not_pass_however_many_others_are_fair() -> None:
    gate = assess_gate(AGREES, residuals_of((12.0, *(-0.5,) * 24)), 20)
    assert gate.misses == (Miss.MODEL_BIAS,)


@pytest.mark.parametrize(
    ("icc", "biases", "points", "misses"),
    [
        (Estimate(0.6, 0.5, 0.7), (0.1, -0.1, 0.0), 1, ()),
        (Estimate(0.6, 0.499, 0.7), (0.1, -0.1, 0.0), 1, (Miss.ICC,)),
        (Estimate(0.6, None, None), (0.1, -0.1, 0.0), 1, (Miss.ICC,)),
        (None, (0.1, -0.1, 0.0), 1, (Miss.ICC,)),
        (AGREES, (0.0, 0.0, 0.0), 1, ()),
        (AGREES, (0.24, 0.24, 0.24), 1, ()),
        (AGREES, (0.26, 0.26, 0.26), 1, (Miss.MEAN_BIAS,)),
        (AGREES, (4.9, 4.9, 4.9), 20, ()),
        (AGREES, (0.2, 0.2), 1, (Miss.FEW_MODELS,)),
        (AGREES, (), 1, (Miss.FEW_MODELS,)),
    ],
)
def test_a_target_passes_within_every_limit_and_says_which_it_misses(
    icc: Estimate | None, biases: tuple[float, ...], points: float, misses: tuple[Miss, ...]
) -> None:
    assert assess_gate(icc, residuals_of(biases, variance=1e-6), points).misses == misses


def test_a_model_with_few_labels_is_not_shown_to_be_fair() -> None:
    fair = residuals_of((0.1, -0.1, 0.0), variance=0.5)
    assert assess_gate(AGREES, fair, 1).passes
    few = [*fair, ModelResidual("few", 0.0, 0.5, 3)]
    assert assess_gate(AGREES, few, 1).misses == (Miss.MODEL_BIAS,)


def test_six_models_rated_alike_pass_once_they_are_calibrated() -> None:
    models = {str(seed): _draw(seed) for seed in range(6)}
    assert assess_gate(AGREES, fit_pooled(models, (1, 5)).residuals, 1).passes


def _draw(seed: int) -> Pairs:
    rng = np.random.default_rng(seed)
    labels = np.clip(rng.normal(3.2, 0.9, 30), 1, 5)
    return Pairs(np.clip(labels + 0.8 + rng.normal(0, 0.3, 30), 1, 5), labels)


def test_a_model_with_one_label_has_no_bias_and_two_models_no_gate() -> None:
    pairs = Pairs(np.array([2.0, 3.0, 4.0]), np.array([2.0, 3.5, 4.0]))
    one = Pairs(np.array([3.0]), np.array([1.0]))
    fitted = fit_pooled({"a": pairs, "b": pairs, "one": one}, (1, 5))
    assert [each.model for each in assess_bias(fitted.residuals).models] == ["a", "b"]
    assert assess_gate(AGREES, fitted.residuals, 1).misses == (Miss.FEW_MODELS,)


@pytest.mark.parametrize("field", FIELDS[2:], ids=lambda field: field.words)
def test_where_the_worst_of_8_models_is_off_by_10_points_the_gate_seldom_passes(
    field: Field,
) -> None:
    runs = draw_runs(field, 8, 0.8, 60, np.random.default_rng(SEED))
    far, _ = sort_runs(runs).values()
    assert len(far) >= 15
    passes, _, pooled = find_shares(far)
    assert passes < 0.1
    assert pooled > 0.3


@pytest.mark.parametrize("field", FIELDS[:2], ids=lambda field: field.words)
def test_where_models_differ_by_less_than_2_points_the_gate_mostly_passes(
    field: Field,
) -> None:
    runs = draw_runs(field, 8, 0.9, 60, np.random.default_rng(SEED))
    _, near = sort_runs(runs).values()
    assert len(near) >= 30
    assert find_shares(near)[0] > 0.8
