"""Whether answers are better than guesses, against hand counts and the binomial distribution."""

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

from leaderboard.scoring.chance import chance_of, excess_over_chance


def test_a_guess_is_right_once_in_so_many_letters_or_sets_of_the_likeliest_size() -> None:
    assert chance_of(4, [1]) == 1 / 4
    assert chance_of(4, [2] * 10) == pytest.approx(1 / 6), "two of four, where it is always two"
    # Two letters in three of four questions: 3/4 of 1/6 against 1/4 of 1/4.
    assert chance_of(4, [2, 2, 2, 3]) == pytest.approx(1 / 8)


def test_the_excess_is_in_standard_errors_of_the_number_right() -> None:
    # 64 questions of four letters: guesses get 16, with a variance of 64 x 3/16 = 12.
    correct = np.arange(64) < 16 + 12
    assert excess_over_chance(correct, np.full(64, 0.25)) == pytest.approx(12 / np.sqrt(12))
    assert excess_over_chance(np.ones(3, bool), np.ones(3)) == 0


def test_guesses_pass_it_as_seldom_as_the_binomial_distribution_says() -> None:
    n, limit = 324, 3.09
    least = next(
        k for k in range(n) if excess_over_chance(np.arange(n) < k, np.full(n, 0.25)) >= limit
    )
    assert binom.sf(least - 1, n, 0.25) == pytest.approx(1 - ndtr(limit), rel=0.7)
