"""Drift of the anchors against statsmodels' two one-sided tests."""

import math

import numpy as np
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from leaderboard.scoring.statistics.drift import assess_drift, is_stable


@pytest.mark.parametrize("change", [0.0, 0.05, 0.08, 0.1, 0.12, 0.2, -0.1, -0.3])
def test_a_judge_is_stable_when_both_one_sided_tests_reject_at_5_percent(change: float) -> None:
    rng = np.random.default_rng(11)
    before = rng.uniform(1, 5, 30)
    after = before + change + rng.normal(0, 0.2, 30)
    p_value = DescrStatsW(after - before).ttost_mean(-0.15, 0.15)[0]
    drift = assess_drift(before, after)
    assert is_stable(drift) is bool(p_value <= 0.05)
    assert drift.n == 30


def test_the_change_is_after_minus_before_with_its_90_percent_interval() -> None:
    # Changes 0, 0.1, 0.2: mean 0.1, s = 0.1; t of 2 degrees at 95 % is 2.920 in every table.
    drift = assess_drift(np.array([3.0, 3.0, 3.0]), np.array([3.0, 3.1, 3.2]))
    reach = 2.920 * 0.1 / math.sqrt(3)
    assert drift.change == pytest.approx((0.1, 0.1 - reach, 0.1 + reach), abs=1e-4)
    assert not is_stable(drift)


def test_a_judge_who_repeats_himself_to_the_letter_is_stable() -> None:
    ratings = np.array([1.0, 2.0, 4.5])
    assert is_stable(assess_drift(ratings, ratings))


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_anchors_prove_nothing(n: int) -> None:
    drift = assess_drift(np.ones(n), np.ones(n))
    assert drift.n == n
    assert not is_stable(drift)


def test_anchors_without_a_partner_or_a_value_are_refused() -> None:
    for before, after in [(np.ones(2), np.ones(3)), (np.array([math.nan]), np.ones(1))]:
        with pytest.raises(ValueError, match="in pairs"):
            assess_drift(before, after)
