"""A model outside the range of those that calibrate it is called unlike them."""

import math

import numpy as np
import pytest
from scipy import stats

from leaderboard.scoring.statistics.likeness import Trait, find_unlike, make_traits


def test_the_range_is_the_prediction_interval_for_one_more_model() -> None:
    scores = [60.0, 64.0, 66.0, 70.0]
    others = [make_traits(score, 100, 2.0) for score in scores]
    # By hand: mean 65, s = sqrt(52 / 3), t of 3 degrees at 1 - 0.05 / 6.
    reach = stats.t.ppf(1 - 0.05 / 6, 3) * math.sqrt(52 / 3) * math.sqrt(5 / 4)
    inside, outside = (make_traits(65 + reach + step, 100, 2.0) for step in (-0.01, 0.01))
    assert find_unlike(inside, others) == ()
    assert find_unlike(outside, others) == (Trait.SCORE,)


def test_length_counts_by_its_logarithm_and_formatting_only_where_there_are_words() -> None:
    others = [make_traits(60 + n, 100 * 2**n, n) for n in range(4)]
    assert find_unlike(make_traits(61, 40_000, 1.0), others) == (Trait.LENGTH,)
    assert find_unlike(make_traits(61, 200, 40.0), others) == (Trait.FORMATTING,)
    assert find_unlike(make_traits(61, 200, None), others) == ()
    assert find_unlike(make_traits(61, 0, None), others[:2]) is None


def test_5_in_100_models_that_are_like_the_others_are_called_unlike_by_chance() -> None:
    rng = np.random.default_rng(20261130)

    def draw() -> dict[Trait, float]:
        values = rng.normal(size=3)
        return dict(zip(Trait, map(float, values), strict=True))

    called = [bool(find_unlike(draw(), [draw() for _ in range(8)])) for _ in range(2_000)]
    # The standard error is 0.5 points; three independent traits make slightly less than 5 %.
    assert np.mean(called) == pytest.approx(0.05, abs=0.015)
