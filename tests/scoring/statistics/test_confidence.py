"""Brier score, calibration error and calibration line against worked examples and statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.special import expit, logit

from leaderboard.scoring.statistics.confidence import (
    BOUNDS,
    fit_line,
    make_bins,
    measure_brier,
    measure_calibration_error,
    measure_excess,
    place_in_bins,
)
from leaderboard.scoring.statistics.intervals import wilson_interval
from leaderboard.scoring.statistics.selective import Answers


def draw_answers(n: int, seed: int, n_each: int = 1) -> Answers:
    rng = np.random.default_rng(seed)
    confidence = rng.random(n)
    return Answers(confidence, rng.random(n) < confidence, np.arange(n) // n_each)


def test_the_brier_score_of_a_worked_example() -> None:
    """Losses .04, .09, .36 and .01."""
    known = Answers(np.array([0.8, 0.7, 0.6, 0.1]), np.array([1, 1, 0, 0], bool), np.arange(4))
    found = measure_brier(known)
    assert found.value == pytest.approx(0.125)
    losses = np.array([0.04, 0.09, 0.36, 0.01])
    reach = stats.t.ppf(0.975, 3) * losses.std(ddof=1) / 2 / (0.125 * 0.875)
    assert found[1:] == pytest.approx(
        (expit(logit(0.125) - reach), expit(logit(0.125) + reach)), rel=1e-9
    )
    excess = measure_excess(known)
    gaps = np.array([-0.2, -0.3, 0.6, 0.1])
    assert excess.value == pytest.approx(0.05)
    assert excess[1:] == pytest.approx(stats.t.interval(0.95, 3, 0.05, stats.sem(gaps)))


def test_a_model_that_is_certain_and_right_has_an_interval_with_width() -> None:
    known = Answers(np.ones(20), np.ones(20, bool), np.arange(20))
    brier, excess = measure_brier(known), measure_excess(known)
    low = wilson_interval(20, 20).low
    assert low is not None
    assert brier == pytest.approx((0, 0, 1 - low))
    assert excess == pytest.approx((0, 0, 1 - low))
    assert fit_line(known) is None


def test_bins_have_equal_mass_and_keep_equal_confidences_together() -> None:
    assert np.bincount(place_in_bins(np.random.default_rng(1).random(100))).tolist() == [10] * 10
    tied = np.array([0.5] * 30 + [0.9] * 70)
    bins = make_bins(Answers(tied, np.array([1, 0] * 50, bool), np.arange(100)))
    assert [(one.n, one.confidence) for one in bins] == [(30, 0.5), (70, pytest.approx(0.9))]
    assert bins[0].accuracy == pytest.approx(wilson_interval(15, 30))


def test_the_calibration_error_stands_beside_that_of_a_calibrated_model() -> None:
    """A calibrated model of 100 answers has 0.10 by chance alone."""
    found = [measure_calibration_error(draw_answers(100, seed)) for seed in range(40)]
    assert np.mean([one.null for one in found]) == pytest.approx(0.100, abs=0.005)
    assert np.mean([one.value for one in found]) == pytest.approx(0.100, abs=0.01)
    assert np.mean([one.value > one.null_high for one in found]) < 0.15
    # Written out: two bins of half the answers each, off by .1 and .3.
    confidence = np.array([0.6] * 10 + [0.9] * 10)
    correct = np.array([1] * 5 + [0] * 5 + [1] * 6 + [0] * 4, bool)
    one = measure_calibration_error(Answers(confidence, correct, np.arange(20)))
    assert one.value == pytest.approx(0.2)


def test_the_calibration_line_is_that_of_statsmodels_with_clusters() -> None:
    known = draw_answers(240, 5, n_each=3)
    line = fit_line(known)
    assert line is not None
    odds = logit(known.confidence.clip(*BOUNDS))
    fitted = sm.Logit(known.correct.astype(float), sm.add_constant(odds)).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": known.clusters, "use_correction": False}
    )
    reach = stats.t.ppf(0.975, 78) * np.sqrt(np.diag(fitted.cov_params()) * 80 / 79)
    for one, value, own in zip((line.intercept, line.slope), fitted.params, reach, strict=True):
        assert one == pytest.approx((value, value - own, value + own), rel=1e-6)


def test_a_line_is_fitted_only_where_there_is_one() -> None:
    same = Answers(np.full(50, 0.7), np.array([1, 0] * 25, bool), np.arange(50))
    parted = Answers(np.linspace(0, 1, 50), np.arange(50) >= 25, np.arange(50))
    few = draw_answers(9, 1)
    assert [fit_line(one) for one in (same, parted, few)] == [None] * 3
    nearly = parted._replace(correct=np.arange(50) >= 25)
    nearly.correct[0] = True
    assert fit_line(nearly) is not None
