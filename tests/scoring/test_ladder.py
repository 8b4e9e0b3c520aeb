"""The Ladder against a worked example and Blum and Hardt's rule."""

import numpy as np
import pytest

from leaderboard.scoring.ladder import LadderStep, climb, is_step, round_to_step


def step(values: list[float], best: list[float]) -> LadderStep:
    n = len(values)
    return climb(np.array(values), np.array(best), np.zeros(n, int), np.arange(n))


def test_a_result_counts_only_beyond_the_standard_error_of_the_paired_difference() -> None:
    # Sixteen items; three won and one lost: differences of 100 thrice and -100 once, mean 12.5,
    # sum of squares 40,000 - 16 x 12.5^2 = 37,500, s = 50, error 50 / 4 = 12.5: not beyond it.
    best = [0.0, 0.0, 0.0, 100.0] + [100.0] * 12
    found = step([100.0, 100.0, 100.0, 0.0] + [100.0] * 12, best)
    assert not found.is_better
    assert found[1:] == pytest.approx((12.5, 12.5))
    # Without the loss: mean 18.75, sum of squares 30,000 - 5,625, s = 40.31, error 10.08.
    found = step([100.0] * 16, best)
    assert found.is_better
    assert found[1:] == pytest.approx((18.75, 10.078), abs=5e-4)


def test_with_items_on_their_own_the_error_is_that_of_blum_and_hardt() -> None:
    random = np.random.default_rng(1)
    values, best = random.normal(60, 20, (2, 50))
    found = climb(values, best, np.zeros(50, int), np.arange(50))
    assert found.standard_error == pytest.approx((values - best).std(ddof=1) / np.sqrt(50))


def test_the_same_result_and_a_handful_of_cases_are_never_better() -> None:
    assert not step([100.0, 0.0, 100.0], [100.0, 0.0, 100.0])[0]
    assert step([100.0], [0.0]) == (False, 100.0, np.inf)


def test_items_of_one_case_count_together() -> None:
    values = np.array([100.0, 100.0, 0.0, 0.0, 0.0, 0.0])
    alone = climb(values, np.zeros(6), np.zeros(6, int), np.arange(6))
    together = climb(values, np.zeros(6), np.zeros(6, int), np.array([0, 0, 1, 1, 2, 2]))
    assert together.standard_error > alone.standard_error


def test_a_step_is_two_points_at_least_however_small_the_error() -> None:
    # One of 100 items: 1 point, with an error of 1 point; two are 2 points, with one of 1.41.
    best = [0.0] * 100
    assert not step([100.0] + [0.0] * 99, best).is_better
    assert step([100.0] * 2 + [0.0] * 98, best).is_better
    assert not is_step(1.99, 0.1)
    assert not is_step(50.0, None), "an error that is not known"


def test_what_is_told_is_a_multiple_of_the_step() -> None:
    assert [round_to_step(points) for points in (0.9, 1.1, 54.9, 55.1, 100.0)] == [
        0,
        2,
        54,
        56,
        100,
    ]
