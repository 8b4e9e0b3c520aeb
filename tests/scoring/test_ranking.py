"""Rank ranges against worked examples and independent implementations."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.multitest import multipletests

from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.ranking import (
    PairTests,
    compare_calibrated_pairs,
    compare_pairs,
    find_better,
    find_better_by_reports,
    holm,
    rank_ranges,
    separable_from_leader,
)
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean


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
    assert rank_ranges(find_better(tests)) == [RankRange(1, 2), RankRange(1, 2)]


def test_a_handful_of_items_never_decides() -> None:
    # Four items, all won by the same model: a sign-flip test cannot go below 2 / 2^4.
    values = np.array([[100.0] * 4, [0.0] * 4])
    tests = make_tests(values)
    assert tests.p_values[0, 1] == 0.125
    assert rank_ranges(find_better(tests)) == [RankRange(1, 2), RankRange(1, 2)]


def test_a_clear_winner_of_many_items_is_first() -> None:
    values = np.array([[100.0] * 40, [0.0] * 40])
    assert rank_ranges(find_better(make_tests(values))) == [RankRange(1, 1), RankRange(2, 2)]


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
    ranges = rank_ranges(find_better(PairTests(differences, p_values)))
    assert ranges == [RankRange(1, 3), RankRange(1, 3), RankRange(1, 4), RankRange(3, 4)]


def test_many_models_are_told_apart_as_each_pair_of_them_by_itself() -> None:
    random = np.random.default_rng(12)
    n_models, strata = 40, np.repeat([0, 1], [50, 30])
    clusters = np.concatenate([np.arange(50), 50 + np.arange(30) // 3])
    values = np.where(
        random.uniform(size=(n_models, 80)) < np.linspace(0.1, 0.9, 40)[:, None], 100, 0
    )
    values = values.astype(float)
    values[:, 70:] = random.uniform(20, 100, (n_models, 10)).round(1)
    values[5], values[7] = values[6], values[8]
    values[7, [60, 75]] += 1e-5
    tests = compare_pairs(values, strata, clusters)
    pairs = list(zip(*np.triu_indices(n_models, k=1), strict=True))
    alone = [compare_pairs(values[[a, b]], strata, clusters).p_values[0, 1] for a, b in pairs]
    assert [tests.p_values[pair] for pair in pairs] == pytest.approx(alone)
    rejected = multipletests(alone, alpha=0.05, method="holm")[0]
    better = find_better(compare_pairs(values, strata, clusters, decides_only=True))
    assert [bool(better[a, b] or better[b, a]) for a, b in pairs] == list(rejected)
    assert 100 < better.sum() < 700


def test_one_model_is_first_and_none_has_no_ranks() -> None:
    assert rank_ranges(find_better(make_tests(np.array([[100.0, 0.0, 50.0]])))) == [RankRange(1, 1)]
    assert rank_ranges(find_better(PairTests(np.empty((0, 0)), np.empty((0, 0))))) == []


def test_models_that_tie_are_told_apart_in_at_most_five_percent_of_benchmarks() -> None:
    random = np.random.default_rng(4)
    strata = np.repeat([0, 1, 2], [60, 30, 15])
    wrong, runs = 0, 400
    for _ in range(runs):
        values = np.where(random.uniform(size=(6, 105)) < 0.7, 100.0, 0.0)
        values[:, 90:] = random.normal(65, 12, (6, 15))
        ranges = rank_ranges(find_better(compare_pairs(values, strata, np.arange(105))))
        wrong += any(found != RankRange(1, 6) for found in ranges)
    assert wrong / runs <= 0.08


def make_calibrated(
    value: float,
    error: float | None,
    freedom: int | None = 28,
    badge: Badge = Badge.EXPERT_ANCHORED,
) -> CalibratedMean:
    return CalibratedMean(value, None, None, error, freedom, badge, 30, 87, 60.0)


def test_calibrated_report_scores_of_the_report_board_are_compared_by_welchs_test() -> None:
    # Two samples with these means and errors of the mean are what scipy's Welch test is about.
    n = 40
    values = np.random.default_rng(5).normal(60, 15, (2, n))
    is_report = np.ones(n, dtype=bool)
    reports = [
        make_calibrated(72.0, 1.8),
        make_calibrated(66.0, 2.4, 11, Badge.PROBE_ANCHORED),
    ]
    tests = compare_calibrated_pairs(values, np.zeros(n, int), np.arange(n), is_report, reports)
    expected = stats.ttest_ind_from_stats(
        72.0, 1.8 * np.sqrt(29), 29, 66.0, 2.4 * np.sqrt(12), 12, equal_var=False
    )
    assert tests.differences[0, 1] == pytest.approx(6.0)
    assert tests.p_values[0, 1] == pytest.approx(expected.pvalue)


def test_on_the_overall_board_the_closed_part_is_paired_and_the_report_part_is_not() -> None:
    # By hand: 80 MCQ items, of which the models differ on 16 (12 to 4), and 20 reports.
    values = np.zeros((2, 100))
    values[0, :12] = values[1, 12:16] = 100.0
    values[:, 16:80] = 100.0
    values[0, 80:], values[1, 80:] = 71.0, 65.0
    is_report = np.arange(100) >= 80
    reports = [make_calibrated(70.0, 2.0), make_calibrated(66.0, 3.0)]
    tests = compare_calibrated_pairs(
        values, is_report.astype(int), np.arange(100), is_report, reports
    )
    closed = np.array([100.0] * 12 + [-100.0] * 4 + [0.0] * 64)
    closed_error = 0.8 * closed.std(ddof=1) / np.sqrt(80)
    variance = closed_error**2 + 0.2**2 * (2.0**2 + 3.0**2)
    freedom = variance**2 / (closed_error**4 / 79 + (0.2 * 2.0) ** 4 / 28 + (0.2 * 3.0) ** 4 / 28)
    assert tests.differences[0, 1] == pytest.approx(0.8 * 10.0 + 0.2 * 4.0)
    expected = 2 * stats.t.sf((0.8 * 10.0 + 0.2 * 4.0) / np.sqrt(variance), freedom)
    assert tests.p_values[0, 1] == pytest.approx(expected)


def test_calibrated_and_raw_report_scores_are_never_compared() -> None:
    values = np.array([[100.0] * 40, [20.0] * 40, [20.0] * 40])
    tests = compare_calibrated_pairs(
        values,
        np.zeros(40, int),
        np.arange(40),
        np.ones(40, dtype=bool),
        [make_calibrated(95.0, 1.0), None, None],
    )
    assert (tests.differences[0, 1], tests.p_values[0, 1]) == (0, 1)
    raw = compare_pairs(values, np.zeros(40, int), np.arange(40))
    assert tests.p_values[1, 2] == raw.p_values[1, 2]


def test_a_calibrated_score_of_unknown_error_is_told_apart_from_none() -> None:
    values = np.array([[100.0] * 40, [20.0] * 40])
    tests = compare_calibrated_pairs(
        values,
        np.zeros(40, int),
        np.arange(40),
        np.ones(40, dtype=bool),
        [make_calibrated(95.0, None, None), make_calibrated(25.0, 1.0)],
    )
    assert (tests.differences[0, 1], tests.p_values[0, 1]) == (70, 1)


def board_values(closed: list[float], report: list[float]) -> NDArray[np.float64]:
    """(M, 100): 60 closed items, of which a share is right, and 40 reports at one value."""
    rows = []
    for share, value in zip(closed, report, strict=True):
        right = np.zeros(60)
        right[: round(60 * share)] = 100
        rows.append(np.concatenate([right, np.full(40, value)]))
    return np.array(rows)


def find(closed: list[float], reports: list[CalibratedMean | None]) -> NDArray[np.bool_]:
    values = board_values(closed, [50.0 if r is None else r.value for r in reports])
    is_report = np.arange(100) >= 60
    better, _ = find_better_by_reports(
        values, is_report.astype(np.int64), np.arange(100), is_report, reports
    )
    return better


ANCHORED = make_calibrated(60.0, 1.0)


def test_a_transported_report_score_makes_no_winner_but_an_anchored_one_does() -> None:
    ahead = ANCHORED._replace(value=95.0)
    assert find([0.5, 0.5], [ahead, ANCHORED])[0, 1]
    assert not find([0.5, 0.5], [ahead._replace(badge=Badge.TRANSPORTED), ANCHORED]).any()


def test_a_transported_model_that_wins_on_closed_items_alone_is_better_overall() -> None:
    loose = make_calibrated(60.0, 1.0, 7, Badge.TRANSPORTED)
    assert find([0.95, 0.2], [loose, loose])[0, 1]
    # Against an anchored one it must make up for its own report score at the floor.
    assert not find([0.75, 0.5], [loose, ANCHORED._replace(value=80.0)])[0, 1]


def test_a_raw_judges_mean_makes_no_winner() -> None:
    values = board_values([0.5, 0.5], [95.0, 30.0])
    values[:, 60:] += np.linspace(-2, 2, 40)
    is_report = np.arange(100) >= 60
    better, differences = find_better_by_reports(
        values, is_report.astype(np.int64), np.arange(100), is_report, [None, None]
    )
    assert not better.any()
    # Nor a leader: its report score counts at the floor.
    assert differences[0, 1] == 0


def test_a_report_score_that_is_not_anchored_makes_no_leader() -> None:
    loose = make_calibrated(100.0, 1.0, 7, Badge.TRANSPORTED)
    reports = [loose, ANCHORED]
    values = board_values([0.5, 0.5], [100.0, 60.0])
    is_report = np.arange(100) >= 60
    design = is_report.astype(np.int64), np.arange(100), is_report
    better, differences = find_better_by_reports(values, *design, reports)
    assert differences[0, 1] == pytest.approx(0.4 * (20 - 60))
    assert separable_from_leader(better, differences) == [False, False]
    # It leads where its questions alone put it ahead.
    _, differences = find_better_by_reports(
        board_values([1.0, 0.1], [100.0, 60.0]), *design, reports
    )
    assert differences[0, 1] == pytest.approx(0.6 * 90 + 0.4 * (20 - 60))


def test_a_report_score_of_unknown_error_tells_nothing_apart() -> None:
    unknown = make_calibrated(99.0, None, None, Badge.TRANSPORTED)
    assert not find([0.95, 0.2], [unknown, ANCHORED]).any()


def test_models_are_separable_only_from_a_leader_that_is_significantly_better() -> None:
    scores = np.array([60.0, 80.0, 79.0, 40.0])
    p_values = np.ones((4, 4))
    p_values[1, 3] = p_values[3, 1] = p_values[2, 3] = p_values[3, 2] = 1e-6
    p_values[0, 1] = p_values[1, 0] = 0.2
    tests = PairTests(np.subtract.outer(scores, scores), p_values)
    better = find_better(tests)
    assert separable_from_leader(better, tests.differences) == [False, False, False, True]
    assert separable_from_leader(np.empty((0, 0), bool), np.empty((0, 0))) == []
