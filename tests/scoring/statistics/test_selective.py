"""Risk and coverage by hand, by enumeration of the orders of ties, and against bench's truth."""

from itertools import permutations
from math import sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.reliability import MODELS, cover
from leaderboard.scoring.statistics.intervals import wilson_interval
from leaderboard.scoring.statistics.selective import (
    Answers,
    find_accuracy,
    find_area,
    measure_area,
    trace_accuracy,
)


def make_answers(confidence: list[float], correct: list[int]) -> Answers:
    return Answers(np.array(confidence), np.array(correct, bool), np.arange(len(confidence)))


def area_of_order(wrong: NDArray[np.bool_]) -> float:
    """The mean risk of answers in a given order, written out."""
    return float(np.mean([wrong[:k].mean() for k in range(1, len(wrong) + 1)]))


def test_a_worked_example_of_five_answers() -> None:
    answers = make_answers([0.9, 0.8, 0.7, 0.6, 0.5], [1, 1, 0, 1, 0])
    # Risks 0, 0, 1/3, 1/4, 2/5.
    area = measure_area(answers)
    assert area is not None
    assert area.area.value == pytest.approx((1 / 3 + 1 / 4 + 2 / 5) / 5)
    # Both wrong ones last: risks 0, 0, 0, 1/4, 2/5.
    assert (area.best, area.random) == pytest.approx(((1 / 4 + 2 / 5) / 5, 2 / 5))
    found = find_accuracy(answers, 0.8)
    assert found is not None
    assert found.threshold == 0.6
    assert found.accuracy.value == pytest.approx(3 / 4)


def test_ties_count_as_the_mean_over_all_their_orders() -> None:
    confidence = np.array([0.9, 0.5, 0.5, 0.5, 0.1])
    wrong = np.array([0, 1, 0, 1, 1], bool)
    orders = [wrong[[0, *order, 4]] for order in permutations([1, 2, 3])]
    expected = np.mean([area_of_order(order) for order in orders])
    assert find_area(confidence, wrong) == pytest.approx(float(expected))
    for order in permutations(range(5)):
        moved = list(order)
        assert find_area(confidence[moved], wrong[moved]) == pytest.approx(float(expected))
    found = find_accuracy(make_answers(confidence.tolist(), (~wrong).tolist()), 0.4)
    assert found is not None
    # The most confident, and one of the three at 0.5 of which a third is right.
    assert found.accuracy.value == pytest.approx((1 + 1 / 3) / 2)


def test_one_confidence_for_everything_gives_the_plain_accuracy_at_each_coverage() -> None:
    answers = make_answers([0.7] * 40, [1, 1, 1, 0] * 10)
    assert [point.accuracy.value for point in trace_accuracy(answers)] == pytest.approx([0.75] * 20)
    area = measure_area(answers)
    assert area is not None
    assert area.area.value == pytest.approx(area.random)


def test_unanswered_items_are_never_taken_so_that_coverage_ends_before_all() -> None:
    answers = make_answers([0.9] * 8 + [float("nan")] * 2, [1] * 6 + [0] * 4)
    assert find_accuracy(answers, 0.85) is None
    found = find_accuracy(answers, 0.8)
    assert found is not None
    assert found.accuracy.value == pytest.approx(6 / 8)
    assert [point.coverage for point in trace_accuracy(answers)][-1] == 0.8
    nothing = make_answers([float("nan")] * 3, [0] * 3)
    assert trace_accuracy(nothing) == []
    assert measure_area(nothing) is None


def test_the_interval_at_a_coverage_has_the_threshold_in_its_variance() -> None:
    """By the formula of the docstring, for independent items of which all near are alike."""
    rng = np.random.default_rng(3)
    confidence = np.linspace(1, 0, 1_000)
    correct = rng.random(1_000) < 0.9
    correct[600:] = rng.random(400) < 0.5
    answers = Answers(confidence, correct, np.arange(1_000))
    found = find_accuracy(answers, 0.8)
    assert found is not None
    value, near = correct[:800].mean(), correct[700:900].mean()
    variance = (value * (1 - value) + 0.2 * (value - near) ** 2) / 800
    assert found.accuracy.value == pytest.approx(value)
    n = value * (1 - value) / variance
    assert found.accuracy[1:] == pytest.approx(wilson_interval(value * n, n)[1:], abs=5e-4)
    # Wider than that of a share of the 800 alone.
    plain = wilson_interval(value * 800, 800)
    assert found.accuracy.low is not None
    assert plain.low is not None
    assert found.accuracy.low < plain.low


def test_answers_of_a_case_count_together() -> None:
    single = make_answers([0.9, 0.8, 0.7, 0.3] * 10, [1, 1, 0, 0] * 10)
    twice = Answers(np.tile(single[0], 2), np.tile(single[1], 2), np.tile(single[2], 2))
    for one, other in zip(trace_accuracy(single), trace_accuracy(twice), strict=True):
        assert other.accuracy == pytest.approx(one.accuracy)


def test_intervals_hold_what_seeded_models_really_do() -> None:
    """A part of `python -m bench reliability`, as wide as 300 seeds are unsure."""
    spread = 3.3 * sqrt(0.95 * 0.05 / 300)
    for model in MODELS[:2]:
        for name, share in cover(model, 50, 2, 300).items():
            assert 0.95 - spread <= share <= 0.95 + spread, (model.name, name)
