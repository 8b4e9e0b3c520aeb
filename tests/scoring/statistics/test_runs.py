"""Several runs of one model: worked examples, and a seeded simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import optimize, stats

from bench.runs import cover
from leaderboard.scoring.ranking import compare_pairs
from leaderboard.scoring.statistics.intervals import (
    Estimate,
    accuracy,
    mean_accuracy,
    wilson_interval,
)
from leaderboard.scoring.statistics.paired import paired_difference
from leaderboard.scoring.statistics.runs import (
    NO_RUNS,
    Between,
    add_between,
    between_runs,
    make_pair_errors,
    reach_of_pair,
    spread_of_runs,
    widen,
)

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
).T
"""Shrout and Fleiss (1979), Psychological Bulletin 86:420, table 2: four judges (here: runs) of six
targets (here: items). Their table 3: mean squares of judges 32.49, of the residual 1.02."""


def test_what_runs_add_is_that_of_a_published_analysis_of_variance() -> None:
    n = np.arange(6)
    found = between_runs(SHROUT_FLEISS, np.full(6, 1 / 6), np.zeros(6, np.int64), n)
    assert found.variance == pytest.approx((32.49 - 1.02) / 24, rel=1e-3)
    assert found.square == pytest.approx(32.49 / 24, rel=1e-3)
    assert found.freedom == 3


def test_items_of_one_case_have_one_residual() -> None:
    # Every item twice is the same knowledge of runs and residuals as every item once.
    once = between_runs(SHROUT_FLEISS, np.full(6, 1 / 6), np.zeros(6, np.int64), np.arange(6))
    doubled = np.repeat(SHROUT_FLEISS, 2, axis=1)
    cases = np.repeat(np.arange(6), 2)
    twice = between_runs(doubled, np.full(12, 1 / 12), np.zeros(12, np.int64), cases)
    assert twice == pytest.approx(once)


def test_runs_that_differ_less_than_their_residuals_add_nothing_and_still_widen() -> None:
    # Each run has other items right, and as many: means of 50 with no difference at all, then some.
    even = np.array([[100.0, 0.0] * 10, [0.0, 100.0] * 10])
    strata, cases = np.zeros(20, np.int64), np.arange(20)
    same = between_runs(even, np.full(20, 1 / 20), strata, cases)
    assert (same.variance, same.square) == (0.0, 0.0)
    even[1, 0] = 100.0
    close = between_runs(even, np.full(20, 1 / 20), strata, cases)
    assert close.variance == 0.0
    assert close.square == pytest.approx(2.5**2)
    estimate = Estimate(50.0, 40.0, 60.0)
    assert widen(estimate, same, (0, 100)) == estimate
    wider = widen(estimate, close, (0, 100))
    assert wider.low is not None
    assert wider.low < 40.0


def test_one_run_adds_nothing() -> None:
    alone = between_runs(SHROUT_FLEISS[:1], np.full(6, 1 / 6), np.zeros(6, np.int64), np.arange(6))
    assert alone == NO_RUNS
    assert spread_of_runs(SHROUT_FLEISS[:1], np.full(6, 1 / 6)) is None
    assert widen(Estimate(1.0, 0.5, None), alone, (0, 100)) == Estimate(1.0, 0.5, None)


def test_the_spread_is_the_standard_deviation_of_the_runs_means() -> None:
    means = SHROUT_FLEISS.mean(axis=1)
    assert spread_of_runs(SHROUT_FLEISS, np.full(6, 1 / 6)) == pytest.approx(stats.tstd(means))


def test_an_interval_has_the_weighted_quantile_of_cochran_and_cox() -> None:
    # Items: 80 +- 3.92, so a standard error of 2. Three runs: 1.5 of their own, 2 with residual.
    between = Between(1.5, 2.0, 2)
    quantile = (4 * stats.norm.ppf(0.975) + 2 * stats.t.ppf(0.975, 2)) / 6
    error = math.sqrt(4 + 1.5)
    found = widen(Estimate(80.0, 80 - 2 * stats.norm.ppf(0.975), None), between, (0, 100))
    assert found.low == pytest.approx(80 - quantile * error)
    assert found.high is None
    cut = widen(Estimate(99.0, 90.0, 99.9), between, (0, 100))
    assert cut.low is not None
    assert cut.low < 90.0
    assert cut.high == 100.0


def test_independent_sets_of_runs_add_up_with_the_fewest_degrees_of_freedom() -> None:
    assert add_between([Between(1.0, 2.0, 4), NO_RUNS, Between(0.0, 0.5, 1)]) == (1.0, 2.5, 1)
    assert add_between([NO_RUNS, NO_RUNS]) == NO_RUNS


def test_a_pair_is_undecided_at_the_level_at_which_its_interval_ends_at_zero() -> None:
    generator = np.random.default_rng(7)
    values = generator.normal(50, 10, size=(2, 40))
    values[0] += 6
    strata, cases = np.zeros(40, np.int64), np.arange(40)
    runs = (Between(2.0, 2.5, 2), Between(1.0, 1.5, 4))
    gaps = values[0] - values[1]
    variance = stats.sem(gaps) ** 2
    squares = variance + 2.5 + 1.5

    def reach(level: float) -> float:
        tail = 1 - level / 2
        mean = variance * stats.t.ppf(tail, 39) + 2.5 * stats.t.ppf(tail, 2)
        return float((mean + 1.5 * stats.t.ppf(tail, 4)) / squares * math.sqrt(variance + 3.0))

    found = paired_difference(values[0], values[1], strata, cases, runs)
    assert found.low == pytest.approx(gaps.mean() - reach(0.05))
    assert found.high == pytest.approx(gaps.mean() + reach(0.05))
    expected = optimize.brentq(lambda level: reach(level) - gaps.mean(), 1e-12, 1 - 1e-12)
    assert found.p_value == pytest.approx(expected, rel=1e-6)
    assert reach_of_pair(variance, 39, runs) == pytest.approx(reach(0.05))


def test_models_without_runs_are_tested_to_the_last_digit_as_before() -> None:
    generator = np.random.default_rng(8)
    values = generator.normal(50, 10, size=(3, 40))
    strata, cases = np.zeros(40, np.int64), np.arange(40)
    plain = compare_pairs(values, strata, cases)
    errors = make_pair_errors([NO_RUNS, NO_RUNS, Between(4.0, 4.0, 1)])
    among = compare_pairs(values, strata, cases, errors)
    assert among.p_values[0, 1] == plain.p_values[0, 1]
    assert among.p_values[0, 2] > plain.p_values[0, 2]
    assert make_pair_errors([NO_RUNS, NO_RUNS]) is None


def test_wilsons_interval_of_mean_values_has_the_items_of_the_same_variance() -> None:
    # 40 items: 20 right in both of two runs, 10 in one of them, 10 in neither.
    values = np.repeat([100.0, 50.0, 0.0], [20, 10, 10])
    found = mean_accuracy(values, np.arange(40), 2)
    share = 0.625
    n = share * (1 - share) / (float(np.var(values / 100, ddof=1)) / 40)
    expected = wilson_interval(share * n, n)
    assert found == pytest.approx([100 * (end or 0) for end in expected])


@pytest.mark.parametrize("value", [0.0, 100.0])
def test_all_right_or_all_wrong_in_every_run_is_as_uncertain_as_in_one(value: float) -> None:
    values, cases = np.full(30, value), np.arange(30) // 2
    one = accuracy(values == 100.0, cases)
    found = mean_accuracy(values, cases, 5)
    assert found == pytest.approx([100 * (end or 0) for end in one])


@pytest.mark.parametrize(("n_runs", "effect"), [(2, 0.05), (3, 0.15), (5, 0.0)])
def test_intervals_cover_the_mean_over_runs_and_equal_models_have_no_winner(
    n_runs: int, effect: float
) -> None:
    found = cover(n_runs, effect, 250, np.random.default_rng(20261130))
    # Three standard errors of a share of 250 below 95 %, and above 5 %.
    assert found.covered > 0.908
    assert found.winners < 0.092
    if effect == 0.15:
        assert found.items_only < 0.85
        assert found.winners_by_items > 0.15
