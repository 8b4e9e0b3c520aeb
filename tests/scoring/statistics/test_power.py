"""The smallest difference that items can show, against statsmodels and by simulation."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.power import TTestPower

from leaderboard.scoring.statistics.paired import paired_difference
from leaderboard.scoring.statistics.power import smallest_difference
from leaderboard.scoring.statistics.runs import NO_RUNS, Between


@pytest.mark.parametrize("n", [31, 87, 487])
def test_the_smallest_difference_is_the_one_that_statsmodels_solves_for(n: int) -> None:
    effect = TTestPower().solve_power(nobs=n, alpha=0.05, power=0.8)
    assert smallest_difference(40.0**2 / n, n - 1) == pytest.approx(40 * effect, rel=0.01)


def test_more_comparisons_need_a_larger_difference_and_no_variance_tells_nothing() -> None:
    # By hand with many degrees of freedom: 1.959964 + 0.841621 = 2.801585 standard errors; for 10
    # pairs 2.807034 + 0.841621.
    assert smallest_difference(4.0, 1e9) == pytest.approx(2 * 2.801585, abs=1e-5)
    assert smallest_difference(4.0, 1e9, 10) == pytest.approx(2 * 3.648655, abs=1e-5)
    assert smallest_difference(0.0, 10) is None
    assert smallest_difference(math.inf, 10) is None


def test_what_runs_add_makes_it_larger_by_their_variance_and_their_few_degrees() -> None:
    runs = [Between(3.0, 5.0, 2), NO_RUNS]
    # By hand: t(.975) + t(.8) are 4.302653 + 1.060660 with 2 degrees, 2.801585 with so many.
    quantile = (4 * 2.801585 + 5 * (4.302653 + 1.060660)) / 9
    assert smallest_difference(4.0, 1e9, 1, runs) == pytest.approx(
        math.sqrt(7) * quantile, rel=1e-6
    )
    assert smallest_difference(4.0, 1e9, 1, [NO_RUNS, NO_RUNS]) == smallest_difference(4.0, 1e9)


def test_a_pair_that_differs_by_so_much_is_told_apart_in_80_of_100_draws() -> None:
    rng = np.random.default_rng(20261130)
    n, found = 200, []
    # Two models that are right independently of each other, 60 and 60 + d % of the time.
    spread = 100 * math.sqrt(2 * 0.6 * 0.4)
    difference = smallest_difference(spread**2 / n, n - 1)
    assert difference is not None
    for _ in range(1_000):
        first = np.where(rng.random(n) < 0.6 + difference / 200, 100.0, 0.0)
        second = np.where(rng.random(n) < 0.6 - difference / 200, 100.0, 0.0)
        zeros = np.zeros(n, dtype=np.int64)
        p_value = paired_difference(first, second, zeros, np.arange(n)).p_value
        found.append(p_value < 0.05)
    # The standard error of the share is 1.3 points.
    assert np.mean(found) == pytest.approx(0.8, abs=0.04)
    assert stats.binomtest(int(np.sum(found)), 1_000, 0.8).pvalue > 0.001
