"""Guessing at chance gains nothing: by enumeration of every guess, and by worked examples."""

from itertools import combinations
from math import comb

import numpy as np
import pytest

from leaderboard.scoring.chance import chance_of, find_chances
from leaderboard.scoring.reliability import (
    NEUTRAL,
    NO_ANSWER,
    find_rewards,
    find_value,
    make_rewards,
)
from leaderboard.scoring.statistics.intervals import mean_between


def reward(*, is_right: bool, chance: float) -> float:
    right, wrong = find_rewards(np.array([chance]))
    return float((right if is_right else wrong)[0])


@pytest.mark.parametrize("n", [2, 3, 4, 5, 10])
def test_a_guess_at_a_question_with_one_answer_is_worth_as_much_as_none(n: int) -> None:
    """Over all keys, which are equally likely: +1 once, -1/(n - 1) at every other."""
    (chance,) = find_chances([(n, False)], [2, 2, 3])
    earned = [reward(is_right=key == 0, chance=chance) for key in range(n)]
    assert np.mean(earned) == pytest.approx(NEUTRAL)
    assert earned[0] == 100
    assert earned[1] == pytest.approx(50 - 50 / (n - 1))


@pytest.mark.parametrize(
    ("n", "n_right"),
    [(4, [2, 2, 2, 3]), (5, [1, 2, 2, 3, 3, 3]), (6, [4]), (3, [2, 3, 3, 3]), (2, [2, 2, 1])],
)
def test_no_guess_at_a_question_with_several_answers_is_worth_more_than_none(
    n: int, n_right: list[int]
) -> None:
    """Over all keys with so many letters, as often as the split has them: each set of letters."""
    (chance,) = find_chances([(n, True)], n_right)
    assert chance == chance_of(n, n_right)
    keys = [
        (set(key), 1 / len(n_right) / comb(n, size))
        for size in n_right
        for key in combinations(range(n), size)
    ]
    assert sum(share for _, share in keys) == pytest.approx(1)
    worth = [
        sum(share * reward(is_right=key == set(guess), chance=chance) for key, share in keys)
        for size in range(1, n + 1)
        for guess in combinations(range(n), size)
    ]
    assert max(worth) == pytest.approx(NEUTRAL)
    every = [reward(is_right=right, chance=chance) for right in (True, False)]
    assert 0 <= min(every) <= NEUTRAL <= max(every) <= 100


def test_no_answer_is_told_from_a_wrong_one_by_the_sign_of_its_value() -> None:
    values = np.array(
        [
            find_value(is_correct=True, is_answered=True),
            find_value(is_correct=False, is_answered=True),
            find_value(is_correct=False, is_answered=False),
            np.nan,
        ],
        dtype="<f4",
    ).astype(np.float64)
    assert values[:3].tolist() == [100, 0, NO_ANSWER]
    assert values[:3].mean() == pytest.approx(100 / 3)
    rewards = make_rewards(np.stack([values, values]), np.full(4, 0.2))
    assert rewards[0, :3] == pytest.approx([100, 37.5, 50])
    assert np.isnan(rewards[:, 3]).all()


def test_the_interval_of_rewards_is_that_of_an_accuracy_where_everything_is_answered() -> None:
    """60 of 100 right at four options: 50 + 50 (0.6 - 0.4 / 3), Wilson's ends on that scale."""
    rewards = make_rewards(np.array([100.0] * 60 + [0.0] * 40), np.full(100, 0.25))
    bounds = (50 - 50 / 3, 100.0)
    found = mean_between(rewards, np.arange(100), bounds, np.ones(100), 4)
    assert found.value == pytest.approx(50 + 50 * (0.6 - 0.4 / 3))
    low, high = (bounds[0] + end * (bounds[1] - bounds[0]) for end in (0.50200, 0.69060))
    assert found[1:] == pytest.approx((low, high), abs=0.01 + 0.3)
    nothing = mean_between(np.full(100, NEUTRAL), np.arange(100), bounds, np.ones(100), 4)
    assert nothing.low is not None
    assert nothing.high is not None
    assert nothing.low < NEUTRAL < nothing.high
