"""Intervals against published examples and independent implementations."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.proportion import proportion_confint

from leaderboard.scoring.statistics.intervals import (
    Estimate,
    Part,
    accuracy,
    design_effect,
    mean,
    weighted_sum,
    wilson_interval,
)

ALONE = np.arange(1_000)


@pytest.mark.parametrize(
    ("n_correct", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_those_that_newcombe_published(
    n_correct: int, n: int, low: float, high: float
) -> None:
    # Newcombe (1998), Statistics in Medicine 17:857, table I, method 3.
    estimate = wilson_interval(n_correct, n)
    assert estimate.value == n_correct / n
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("n", [1, 2, 14, 56, 487])
def test_wilson_intervals_agree_with_statsmodels_for_every_count(n: int) -> None:
    for n_correct in range(n + 1):
        low, high = proportion_confint(n_correct, n, method="wilson")
        assert wilson_interval(n_correct, n)[1:] == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize(("n_correct", "n"), [(1, 0), (-1, 5), (6, 5), (float("nan"), 5)])
def test_what_is_no_proportion_is_refused(n_correct: float, n: float) -> None:
    with pytest.raises(ValueError, match="not a proportion"):
        wilson_interval(n_correct, n)


def test_items_of_their_own_cases_have_no_design_effect() -> None:
    assert design_effect(np.array([1.0, 0, 1, 1]), ALONE[:4]) == 1.0


def test_two_items_of_a_case_that_always_agree_count_as_one() -> None:
    # By hand: mean 1/2, residuals +-1/2; plain variance 4 x 1/4 / 16 = 1/16; sums +1, -1 give
    # 2 / 16 x 2 / (2 - 1) = 1/4: four times, since two clusters also cost a degree of freedom.
    values, clusters = np.array([1.0, 1, 0, 0]), np.array([0, 0, 1, 1])
    assert design_effect(values, clusters) == pytest.approx(4.0)


def test_where_every_item_is_right_shared_cases_still_widen_the_interval() -> None:
    right = np.ones(6, dtype=bool)
    alone = accuracy(right, ALONE[:6])
    shared = accuracy(right, np.array([0, 0, 1, 1, 2, 2]))
    assert alone.low == wilson_interval(6, 6).low
    assert shared == (1.0, wilson_interval(3, 3).low, 1.0)


def test_the_mean_of_independent_values_has_students_interval() -> None:
    values = np.array([61.0, 72.5, 80.0, 55.0, 90.0, 66.0])
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    estimate = mean(values, ALONE[:6], (20, 100))
    assert estimate == pytest.approx((values.mean(), expected.low, expected.high))


def test_the_mean_of_clustered_values_has_the_cluster_robust_variance_of_statsmodels() -> None:
    random = np.random.default_rng(5)
    clusters = np.repeat(np.arange(12), [1, 2, 3, 1, 4, 2, 2, 1, 3, 2, 1, 2])
    values = random.normal(50, 5, 24) + random.normal(0, 8, 12)[clusters]
    fit = OLS(values, np.ones(24)).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    reach = stats.t.ppf(0.975, 11) * fit.bse[0]
    estimate = mean(values, clusters, (0, 100))
    assert estimate == pytest.approx((values.mean(), values.mean() - reach, values.mean() + reach))


def test_one_case_alone_has_no_interval() -> None:
    assert mean(np.array([60.0, 70.0]), np.array([3, 3]), (20, 100)) == (65.0, None, None)


def test_an_interval_never_leaves_the_scale() -> None:
    # By hand: s = 7.07, 95 +- 12.706 x 5 leaves the scale above and nearly below.
    estimate = mean(np.array([100.0, 90.0]), ALONE[:2], (20, 100))
    assert estimate == pytest.approx((95.0, 95 - 12.7062 * 5, 100.0), abs=1e-3)


def test_mover_gives_newcombes_interval_of_a_difference() -> None:
    # Newcombe (1998), Statistics in Medicine 17:873, table II (a), method 10: 56/70 - 48/80.
    first, second = wilson_interval(56, 70), wilson_interval(48, 80)
    assert second.low is not None
    assert second.high is not None
    minus = Estimate(-second.value, -second.high, -second.low)
    found = weighted_sum([Part(1, first), Part(1, minus)])
    assert found == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_the_interval_of_one_part_is_its_own() -> None:
    estimate = wilson_interval(40, 56)
    assert weighted_sum([Part(1.0, estimate)]) == pytest.approx(estimate)


def test_a_part_without_an_interval_leaves_the_sum_without_one() -> None:
    parts = [Part(0.5, Estimate(80, 70, 90)), Part(0.5, Estimate(60, None, None))]
    assert weighted_sum(parts) == (70, None, None)


def test_the_overall_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(20261124)
    n_text, n_image, n_report, runs = 56, 28, 14, 2_000
    text, image, report = 0.8, 0.95, 70.0
    truth = (n_text * text * 100 + n_image * image * 100 + n_report * report) / 98
    covered = 0
    for _ in range(runs):
        reports = np.clip(random.normal(report, 10, n_report), 20, 100)
        parts = [
            Part(
                n / 98,
                Estimate(
                    *(100 * v for v in wilson_interval(random.binomial(n, p), n) if v is not None)
                ),
            )
            for n, p in ((n_text, text), (n_image, image))
        ]
        parts.append(Part(n_report / 98, mean(reports, ALONE[:n_report], (20, 100))))
        _, low, high = weighted_sum(parts)
        assert low is not None
        assert high is not None
        covered += low <= truth <= high
    assert 0.935 <= covered / runs <= 0.975
    assert math.isclose(truth, 82.857, abs_tol=0.001)
