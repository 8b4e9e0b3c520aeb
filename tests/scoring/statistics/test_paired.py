"""Paired differences and McNemar's mid-p against published examples and statsmodels."""

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from leaderboard.scoring.statistics.paired import (
    PairedDifference,
    count_discordant,
    make_difference,
    mcnemar_mid_p,
    paired_difference,
    reverse,
)


def test_mid_p_is_that_of_fagerlands_example() -> None:
    # Fagerland et al. (2013), BMC Medical Research Methodology 13:91, table 1: airway
    # hyper-responsiveness of 21 children, discordant 1 and 7: exact p .0703, mid-p .0391.
    assert mcnemar_mid_p(1, 7) == pytest.approx(0.0391, abs=5e-5)
    assert mcnemar(np.array([[1, 1], [7, 12]]), exact=True).pvalue == pytest.approx(
        0.0703, abs=5e-5
    )


def test_mid_p_is_statsmodels_exact_p_less_the_probability_of_what_was_seen() -> None:
    for first, second in ((3, 9), (20, 31), (0, 5), (14, 2)):
        exact = mcnemar(np.array([[0, first], [second, 0]]), exact=True).pvalue
        seen = stats.binom.pmf(min(first, second), first + second, 0.5)
        assert mcnemar_mid_p(first, second) == pytest.approx(exact - seen)


def test_equal_counts_are_told_apart_by_nothing() -> None:
    # Fagerland et al., supplement: with equal counts 1 less half the probability.
    assert mcnemar_mid_p(2, 2) == pytest.approx(1 - 0.375 / 2)
    assert mcnemar_mid_p(0, 0) == 1


def test_the_interval_of_a_paired_difference_is_that_of_the_paired_t_test() -> None:
    random = np.random.default_rng(1)
    first, second = random.normal(65, 15, (2, 30)) + np.array([[5], [0]])
    found = paired_difference(first, second, np.zeros(30, int), np.arange(30))
    expected = stats.ttest_rel(first, second)
    interval = expected.confidence_interval()
    assert found == pytest.approx(
        (float((first - second).mean()), interval.low, interval.high, expected.pvalue)
    )
    low, high = found.low, found.high
    assert low is not None
    assert high is not None
    assert reverse(found) == (-found.value, -high, -low, found.p_value)


def test_items_of_one_case_widen_the_interval() -> None:
    first = np.array([100.0, 100.0, 0.0, 0.0] * 5)
    second = np.zeros(20)
    alone = paired_difference(first, second, np.zeros(20, int), np.arange(20))
    together = paired_difference(first, second, np.zeros(20, int), np.arange(20) // 2)
    assert np.ptp(np.array(together[1:3], float)) > np.ptp(np.array(alone[1:3], float))


def test_where_all_items_differ_alike_there_is_no_interval() -> None:
    found = paired_difference(np.full(4, 100.0), np.zeros(4), np.zeros(4, int), np.arange(4))
    assert found == PairedDifference(100.0, None, None, 0.125)
    assert make_difference(3.0, float("inf"), 1, 1.0) == (3.0, None, None, 1.0)


def test_discordant_items_are_counted_for_each_side() -> None:
    first, second = np.array([100.0, 100, 0, 0, 100]), np.array([100.0, 0, 100, 0, 0])
    assert count_discordant(first, second) == (2, 1)
