"""A change in one part of the items less that in the other, against scipy's Welch test."""

import numpy as np
import pytest
from scipy.stats import ttest_ind

from leaderboard.scoring.statistics.parts import compare_parts


def test_with_one_stratum_and_items_of_their_own_it_is_welchs_interval() -> None:
    rng = np.random.default_rng(1)
    changes = rng.normal(2, 30, 200)
    in_first = rng.random(200) < 0.3
    found = compare_parts(changes, in_first, np.zeros(200, int), np.arange(200), 0.99)
    welch = ttest_ind(changes[in_first], changes[~in_first], equal_var=False)
    low, high = welch.confidence_interval(0.99)
    assert found is not None
    assert found == pytest.approx((changes[in_first].mean() - changes[~in_first].mean(), low, high))


def test_a_change_of_one_track_alone_is_none_of_the_part_that_has_more_of_it() -> None:
    strata = np.repeat([0, 1], 100)
    in_first = np.concatenate([np.arange(100) < 80, np.arange(100) < 20])
    changes = np.where(strata == 0, 50.0, 0.0) + np.tile([-1.0, 1.0], 100)
    found = compare_parts(changes, in_first, strata, np.arange(200), 0.95)
    assert found is not None
    assert found.value == pytest.approx(0.0)


def test_items_of_one_case_count_together() -> None:
    rng = np.random.default_rng(2)
    changes = np.repeat(rng.normal(0, 10, 50), 4)
    in_first = np.repeat(np.arange(50) < 25, 4)
    alone = compare_parts(changes, in_first, np.zeros(200, int), np.arange(200), 0.95)
    together = compare_parts(
        changes, in_first, np.zeros(200, int), np.repeat(np.arange(50), 4), 0.95
    )
    assert alone is not None
    assert together is not None
    assert together.high - together.value > 1.9 * (alone.high - alone.value)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("changes", "in_first"),
    [([0.0] * 6, [True, False] * 3), ([1.0, 2.0, 3.0], [True, True, True]), ([], [])],
    ids=["nothing changed", "no other part", "no item"],
)
def test_without_anything_to_judge_by_there_is_no_interval(
    changes: list[float], in_first: list[bool]
) -> None:
    n = len(changes)
    found = compare_parts(
        np.array(changes), np.array(in_first, bool), np.zeros(n, int), np.arange(n), 0.95
    )
    assert found is None
