"""How alike sheets are, against plain counting, enumeration and scipy's own distributions."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import binom, hypergeom

from leaderboard.scoring.statistics.copying import (
    MOST_CHANCE,
    chance_of_nested_blanks,
    chance_of_same_wrong,
    count_wrong,
    expect_same_wrong,
    find_p_of_same_wrong,
    measure_likeness,
)


def test_likeness_counts_as_one_counts_by_hand() -> None:
    rng = np.random.default_rng(3)
    codes = rng.integers(0, 4, (5, 60))
    right = (codes > 0) & (rng.random((5, 60)) < 0.4)
    found = measure_likeness(codes, right)
    for first, second in product(range(5), repeat=2):
        pairs = list(zip(codes[first], right[first], codes[second], right[second], strict=True))
        both = [(a, b) for a, a_right, b, b_right in pairs if a and b and not a_right | b_right]
        assert found.n_same[first, second] == sum(a == b != 0 for a, _, b, _ in pairs)
        assert found.n_differ[first, second] == sum(a != b for a, _, b, _ in pairs)
        assert found.n_both_wrong[first, second] == len(both)
        assert found.n_same_wrong[first, second] == sum(a == b for a, b in both)
        neither = [(a, b) for a, a_right, b, b_right in pairs if not a_right | b_right]
        assert found.n_unsolved[first, second] == len(neither)
        assert found.n_alike[first, second] == sum(a == b for a, b in neither)


def test_the_chance_of_so_many_same_wrong_answers_is_that_of_all_outcomes() -> None:
    chances = np.array([0.2, 0.5, 0.35, 0.8, 0.6])
    for least in range(1, 6):
        every = sum(
            float(np.prod(np.where(outcome, chances, 1 - chances)))
            for outcome in product([True, False], repeat=5)
            if sum(outcome) >= least
        )
        assert find_p_of_same_wrong(chances, least) == pytest.approx(every)
    assert find_p_of_same_wrong(chances, 0) == 1.0


def test_with_one_chance_for_all_items_it_is_error_similarity_analysis() -> None:
    """Bellezza and Bellezza (1989): the binomial of the errors that are identical."""
    found = find_p_of_same_wrong(np.full(20, 1 / 3), 15)
    assert found == pytest.approx(float(binom.sf(14, 20, 1 / 3)))
    assert found == pytest.approx(1.67e-4, rel=0.01)


def test_a_popular_mistake_is_more_likely_to_be_shared_and_few_models_tell_little() -> None:
    counts = np.array([[0, 20, 0, 0], [0, 10, 10, 0], [0, 0, 0, 0], [0, 0, 1, 0]])
    # 190 pairs, of which all and 2 x 45 agree; and none.
    expected = [0.8, (90 + 8) / 200, 0.8, 0.8]
    assert chance_of_same_wrong(counts) == pytest.approx(expected)
    assert chance_of_same_wrong(np.array([[0, 1_000]]))[0] == MOST_CHANCE


def test_wrong_answers_are_counted_by_item() -> None:
    codes = np.array([[1, 2, 0], [1, 3, 0], [2, 2, 4]])
    right = np.array([[True, False, False], [True, False, False], [False, False, False]])
    assert count_wrong(codes, right).tolist() == [[0, 0, 1, 0, 0], [0, 0, 2, 1, 0], [0, 0, 0, 0, 1]]


def test_what_is_expected_of_all_pairs_is_the_sum_over_what_both_got_wrong() -> None:
    wrong = np.array([[True, True, False], [True, True, True]])
    found = expect_same_wrong(wrong, np.array([0.5, 0.2, 0.7]))
    assert found.mean[0, 1] == pytest.approx(0.7)
    assert found.deviation[0, 1] == pytest.approx((0.25 + 0.16) ** 0.5)


@pytest.mark.parametrize(("n", "earlier", "later"), [(75, 30, 60), (487, 40, 300), (10, 3, 10)])
def test_nested_blanks_are_hypergeometric(n: int, earlier: int, later: int) -> None:
    """The later one answers all of the earlier one's items: `earlier` of `later` draws hit."""
    found = chance_of_nested_blanks(n, earlier, later)
    assert found == pytest.approx(float(hypergeom.pmf(earlier, n, earlier, later)))


def test_a_smaller_sheet_holds_no_larger_one() -> None:
    assert chance_of_nested_blanks(10, 5, 4) == 0.0
