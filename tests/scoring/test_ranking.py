"""Rank ranges against worked examples and independent implementations."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests

from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.ranking import PairTests, compare_pairs, holm, rank_ranges


def make_tests(values: np.ndarray) -> PairTests:
    n = values.shape[1]
    return compare_pairs(values, np.zeros(n, dtype=int), np.arange(n))


def test_a_pair_on_one_track_is_tested_as_by_the_paired_t_test() -> None:
    random = np.random.default_rng(1)
    values = random.normal(60, 15, (3, 40)) + np.array([[0], [4], [9]])
    tests = make_tests(values)
    for a in range(3):
        for b in range(3):
            if a != b:
                expected = stats.ttest_rel(values[a], values[b])
                assert tests.p_values[a, b] == pytest.approx(expected.pvalue)
                assert tests.differences[a, b] == pytest.approx((values[a] - values[b]).mean())


def test_tracks_and_shared_cases_count_as_in_a_clustered_regression() -> None:
    random = np.random.default_rng(2)
    strata = np.array([0] * 30 + [1] * 12 + [2] * 8)
    clusters = np.concatenate([np.arange(30) // 2, 100 + np.arange(12) // 3, 200 + np.arange(8)])
    values = random.normal(60, 15, (2, 50)) + random.normal(0, 9, 300)[clusters]
    gap = values[0] - values[1]
    dummies = (strata[:, None] == np.arange(3)).astype(float)
    fit = OLS(gap, dummies).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}
    )
    n_clusters = len(np.unique(clusters))
    weights = dummies.mean(axis=0)
    variance = weights @ fit.cov_params() @ weights * n_clusters / (n_clusters - 1)
    t = (weights @ fit.params) / np.sqrt(variance)
    expected = 2 * stats.t.sf(abs(t), n_clusters - 3)
    assert compare_pairs(values, strata, clusters).p_values[0, 1] == pytest.approx(expected)


def test_the_same_predictions_are_never_told_apart() -> None:
    row = np.array([100.0, 0, 100, 100, 0])
    tests = make_tests(np.stack([row, row]))
    assert tests.differences[0, 1] == 0
    assert tests.p_values[0, 1] == 1
    assert rank_ranges(tests) == [RankRange(1, 2), RankRange(1, 2)]


def test_a_handful_of_items_never_decides() -> None:
    # Four items, all won by the same model: a sign-flip test cannot go below 2 / 2^4.
    values = np.array([[100.0] * 4, [0.0] * 4])
    tests = make_tests(values)
    assert tests.p_values[0, 1] == 0.125
    assert rank_ranges(tests) == [RankRange(1, 2), RankRange(1, 2)]


def test_a_clear_winner_of_many_items_is_first() -> None:
    values = np.array([[100.0] * 40, [0.0] * 40])
    assert rank_ranges(make_tests(values)) == [RankRange(1, 1), RankRange(2, 2)]


def test_too_few_cases_for_a_variance_separate_nobody() -> None:
    tests = compare_pairs(np.array([[100.0], [0.0]]), np.array([0]), np.array([0]))
    assert tests.p_values[0, 1] == 1


def test_holms_adjustment_is_that_of_statsmodels() -> None:
    random = np.random.default_rng(3)
    for size in (1, 2, 5, 45):
        p_values = random.uniform(size=size) ** 3
        expected = multipletests(p_values, method="holm")[1]
        assert holm(p_values) == pytest.approx(expected)


def test_rank_ranges_count_the_significant_pairs() -> None:
    # Four models; only 0 beats 3, and 1 beats 3, after adjustment (6 pairs x .001 < .05).
    differences = np.subtract.outer([30.0, 20.0, 15.0, 0.0], [30.0, 20.0, 15.0, 0.0])
    p_values = np.full((4, 4), 0.5)
    for a, b in ((0, 3), (1, 3)):
        p_values[a, b] = p_values[b, a] = 0.001
    np.fill_diagonal(p_values, 1)
    ranges = rank_ranges(PairTests(differences, p_values))
    assert ranges == [RankRange(1, 3), RankRange(1, 3), RankRange(1, 4), RankRange(3, 4)]


def test_one_model_is_first_and_none_has_no_ranks() -> None:
    assert rank_ranges(make_tests(np.array([[100.0, 0.0, 50.0]]))) == [RankRange(1, 1)]
    assert rank_ranges(PairTests(np.empty((0, 0)), np.empty((0, 0)))) == []


def test_models_that_tie_are_told_apart_in_at_most_five_percent_of_benchmarks() -> None:
    random = np.random.default_rng(4)
    strata = np.repeat([0, 1, 2], [60, 30, 15])
    wrong, runs = 0, 400
    for _ in range(runs):
        values = np.where(random.uniform(size=(6, 105)) < 0.7, 100.0, 0.0)
        values[:, 90:] = random.normal(65, 12, (6, 15))
        ranges = rank_ranges(compare_pairs(values, strata, np.arange(105)))
        wrong += any(found != RankRange(1, 6) for found in ranges)
    assert wrong / runs <= 0.08
