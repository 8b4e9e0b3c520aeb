"""Length and formatting: what counts, and slopes against scipy."""

import time

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats

from leaderboard.scoring.statistics.style import (
    StyleLeft,
    assess_style,
    control_style,
    fit_slope,
    fit_style_left,
    measure_style,
)


@pytest.mark.parametrize(
    ("text", "n_words", "n_marks"),
    [
        ("", 0, 0),
        ("Stenosis at L4/L5, grade 2.", 5, 0),
        ("## Findings\n- disc **bulge**\n- cyst", 4, 4),
        ("1. first\n2) second\n> said", 5, 3),
        ("| a | b |\n|---|---|\n| 1 | 2 |", 4, 3),
        ("```\ncode\n```", 1, 2),
        ("see `L4` and [the scan](http://x)", 5, 2),
        ("one\n\n---\n\ntwo", 2, 1),
        ("A 5 - 3 * 2 pain __score__", 6, 1),
        ("T1-weighted, T2*-weighted and 2 * 3", 5, 0),
        ("snake__case__name _", 1, 0),
    ],
)
def test_words_and_marks_of_a_text(text: str, n_words: int, n_marks: int) -> None:
    assert measure_style(text) == (n_words, n_marks)


def test_density_is_marks_in_a_hundred_words() -> None:
    assert measure_style("# a b c d").density == 25.0
    assert measure_style("---").density is None


@pytest.mark.parametrize("piece", ["*", "_", "`", "[", "- ", "**a ", " ", "__a", "|"])
def test_hostile_texts_are_measured_in_linear_time(piece: str) -> None:
    begun = time.process_time()
    measure_style(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 20


def test_slopes_and_intervals_are_those_of_scipys_regression() -> None:
    rng = np.random.default_rng(1)
    n_words, densities = rng.integers(20, 400, 40).astype(float), rng.uniform(0, 9, 40)
    differences = 0.4 * np.log(n_words) - 0.1 * densities + rng.normal(0, 0.5, 40)
    slopes = assess_style(differences, n_words, densities)
    assert slopes.n == 40
    for slope, x in [(slopes.on_log_length, np.log(n_words)), (slopes.on_density, densities)]:
        fit = stats.linregress(x, differences)
        reach = stats.t.ppf(0.975, 38) * fit.stderr
        assert slope == pytest.approx((fit.slope, fit.slope - reach, fit.slope + reach))


def test_a_slope_needs_three_points_and_lengths_that_differ() -> None:
    assert fit_slope(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
    assert fit_slope(np.full(9, 2.0), np.arange(9.0)) is None
    exact = fit_slope(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    assert exact == pytest.approx((2.0, 2.0, 2.0))


def make_reports() -> tuple[np.ndarray, list[str], np.ndarray, np.ndarray]:
    """Errors of calibrated scores, models, lengths and marks per 100 words of 60 reports."""
    rng = np.random.default_rng(5)
    models = [f"m{n % 5}" for n in range(60)]
    n_words, densities = rng.integers(20, 400, 60).astype(float), rng.uniform(0, 9, 60)
    own = np.array([3.0 * int(model[1]) for model in models])
    errors = own + 4.0 * np.log(n_words) - 0.5 * densities + rng.normal(0, 3, 60)
    return errors, models, n_words, densities


def regress(*traits: np.ndarray) -> sm.regression.linear_model.RegressionResultsWrapper:
    """The errors of `make_reports` on traits and a dummy for each model, by statsmodels."""
    errors, models, _, _ = make_reports()
    dummies = [np.array([float(model == one) for model in models]) for one in sorted(set(models))]
    return sm.OLS(errors, np.column_stack([*traits, *dummies])).fit()


def test_what_calibration_leaves_of_style_is_statsmodels_regression_with_models_apart() -> None:
    errors, models, n_words, densities = make_reports()
    left = fit_style_left(errors, models, n_words, densities)
    assert left is not None
    fit = regress(np.log(n_words), densities)
    assert (left.n, left.n_models, left.freedom) == (60, 5, fit.df_resid)
    assert left.slopes == pytest.approx(fit.params[:2])
    assert np.array(left.covariance) == pytest.approx(fit.cov_params()[:2, :2])


def test_a_trait_that_no_model_varies_is_left_out_and_two_that_go_as_one_tell_nothing() -> None:
    errors, models, n_words, densities = make_reports()
    of_length = fit_style_left(errors, models, n_words, np.zeros(60))
    assert of_length is not None
    assert (of_length.on_length, of_length.on_density) == (True, False)
    assert of_length.slopes == pytest.approx(regress(np.log(n_words)).params[:1])
    assert fit_style_left(errors, models, n_words, 2 * np.log(n_words)) is None
    assert fit_style_left(errors, models, np.full(60, 9.0), np.zeros(60)) is None
    assert fit_style_left(errors[:6], models[:6], n_words[:6], densities[:6]) is None
    assert fit_style_left(errors[:0], [], n_words[:0], densities[:0]) is None


def test_a_mean_is_moved_to_the_fields_style_and_its_interval_holds_the_slopes_error_too() -> None:
    left = StyleLeft(40, 4, True, True, (5.0, -1.0), ((4.0, 0.5), (0.5, 0.25)), 34)
    # Shift -(5 x 0.4 - 1 x 2) = 0; variance 4 x 0.16 + 2 x 0.5 x 0.8 + 0.25 x 4 = 2.44.
    same = control_style((60.0, 3.0, 7), left, (0.4, 2.0), (20.0, 100.0))
    freedom = (9 + 2.44) ** 2 / (81 / 7 + 2.44**2 / 34)
    reach = stats.t.ppf(0.975, freedom) * np.sqrt(11.44)
    assert same == pytest.approx((60.0, 60 - reach, 60 + reach, 0.0))
    longer = control_style((60.0, 3.0, 7), left, (0.4, 0.0), (20.0, 100.0))
    assert longer.value == pytest.approx(58.0)
    assert longer.shift == pytest.approx(-2.0)


def test_a_mean_as_the_field_writes_keeps_value_and_interval_and_none_leaves_the_scale() -> None:
    left = StyleLeft(40, 4, True, False, (5.0,), ((4.0,),), 35)
    kept = control_style((60.0, 3.0, 7), left, (0.0, 4.0), (20.0, 100.0))
    reach = 3 * stats.t.ppf(0.975, 7)
    assert kept == pytest.approx((60.0, 60 - reach, 60 + reach, 0.0))
    assert control_style((99.0, None, None), left, (-1.0, 0.0), (20.0, 100.0)) == (
        100.0,
        None,
        None,
        5.0,
    )
