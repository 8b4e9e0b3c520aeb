"""The bound on wrong keys against exact fractions, and how often it holds."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from leaderboard.scoring.statistics.key_bound import bound_wrong, plan_check


def chance(n_items: int, n_bad: int, n_drawn: int, up_to: int) -> Fraction:
    """P(X <= up_to), from the binomial coefficients alone."""
    ways = sum(
        comb(n_bad, found) * comb(n_items - n_bad, n_drawn - found) for found in range(up_to + 1)
    )
    return Fraction(ways, comb(n_items, n_drawn))


def most_by_hand(n_items: int, n_drawn: int, n_wrong: int, tail: Fraction) -> int:
    allowed = range(n_wrong, n_items - n_drawn + n_wrong + 1)
    return max(k for k in allowed if chance(n_items, k, n_drawn, n_wrong) > tail)


def least_by_hand(n_items: int, n_drawn: int, n_wrong: int, tail: Fraction) -> int:
    allowed = range(n_wrong, n_items - n_drawn + n_wrong + 1)
    return min(k for k in allowed if 1 - chance(n_items, k, n_drawn, n_wrong - 1) > tail)


@pytest.mark.parametrize(
    ("n_items", "n_drawn", "n_wrong"),
    [(200, 47, 0), (200, 47, 2), (487, 120, 1), (20, 20, 3), (20, 19, 0), (50, 10, 10), (9, 1, 1)],
)
def test_the_bounds_are_those_of_exact_fractions(n_items: int, n_drawn: int, n_wrong: int) -> None:
    found = bound_wrong(n_items, n_drawn, n_wrong)
    assert found.most == most_by_hand(n_items, n_drawn, n_wrong, Fraction(5, 100))
    assert found.high == most_by_hand(n_items, n_drawn, n_wrong, Fraction(25, 1000))
    assert found.low == least_by_hand(n_items, n_drawn, n_wrong, Fraction(25, 1000))


def test_worked_examples() -> None:
    # None of 47 of 200 wrong: with 10 wrong that has a chance of 6.4 %, with 11 of 4.8 %.
    assert float(chance(200, 10, 47, 0)) == pytest.approx(0.0639, abs=5e-5)
    assert float(chance(200, 11, 47, 0)) == pytest.approx(0.0481, abs=5e-5)
    assert bound_wrong(200, 47, 0).most == 10
    # All are checked: nothing is left to chance. None is: everything is possible.
    assert bound_wrong(20, 20, 3).most == 3
    assert bound_wrong(20, 0, 0).most == 20


def test_a_plan_is_the_smallest_number_that_gives_the_bound() -> None:
    for n_items, share, n_wrong in ((487, 0.02, 0), (487, 0.02, 1), (200, 0.05, 0), (26, 0.02, 0)):
        n = plan_check(n_items, share, n_wrong)
        assert n is not None
        assert bound_wrong(n_items, n, n_wrong).most <= share * n_items
        assert n == n_wrong or bound_wrong(n_items, n - 1, n_wrong).most > share * n_items
    # Of 487 keys at most 9 may be wrong.
    assert plan_check(487, 0.02) == 125
    # One wrong among 26 would be missed by 25 of them in one of 26 checks.
    assert plan_check(26, 0.02) == 25
    assert plan_check(26, 0.02, 1) is None


def test_the_bound_holds_in_at_least_95_of_100_checks_whatever_the_truth() -> None:
    rng = np.random.default_rng(2)
    bounds = [bound_wrong(100, 30, found).most for found in range(31)]
    for n_bad in (0, 1, 5, 9, 30, 80):
        found = rng.hypergeometric(n_bad, 100 - n_bad, 30, size=4_000)
        assert np.mean([bounds[x] >= n_bad for x in found]) >= 0.94


def test_an_impossible_check_is_an_error() -> None:
    for numbers in ((10, 11, 0), (10, 5, 6), (10, 5, -1)):
        with pytest.raises(ValueError, match="is no check"):
            bound_wrong(*numbers)
