"""Consistency under shifted options, against examples worked by hand."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from leaderboard.scoring.statistics.consistency import (
    AuditedItem,
    Reading,
    allocate,
    find_inconsistency,
    measure_consistency,
    restore_letter,
    rotate_options,
)

OPTIONS = {"A": "red", "B": "green", "C": "blue"}
RIGHT, WRONG = Reading("answered", "B", True), Reading("answered", "A", False)
OTHER = Reading("answered", "C", False)
REFUSED, UNPARSED = Reading("refused", None, False), Reading("unparsed", None, False)


def item(number: int, submitted: Reading, *shifted: Reading, case: str = "") -> AuditedItem:
    return AuditedItem(case or f"case-{number}", submitted, shifted)


def test_options_move_round_in_a_circle() -> None:
    assert rotate_options(OPTIONS, 1) == {"A": "green", "B": "blue", "C": "red"}
    assert rotate_options(OPTIONS, 2) == {"A": "blue", "B": "red", "C": "green"}
    assert rotate_options(OPTIONS, 0) == OPTIONS


@pytest.mark.parametrize("rotation", [1, 2])
def test_a_letter_is_carried_back_to_the_option_that_stood_there(rotation: int) -> None:
    shown = rotate_options(OPTIONS, rotation)
    for letter in OPTIONS:
        assert OPTIONS[restore_letter(list(OPTIONS), letter, rotation)] == shown[letter]


@pytest.mark.parametrize(
    ("sizes", "n", "parts"),
    [
        # 294 : 193 of 100 is 60.37 : 39.63, so 60 and, by the larger remainder, 40.
        ({"text": 294, "image": 193}, 100, {"text": 60, "image": 40}),
        ({"text": 3, "image": 3}, 3, {"text": 2, "image": 1}),
        ({"text": 3, "image": 1}, 100, {"text": 3, "image": 1}),
        ({}, 100, {}),
    ],
)
def test_items_are_drawn_in_proportion_to_the_tracks(
    sizes: dict[str, int], n: int, parts: dict[str, int]
) -> None:
    assert allocate(sizes, n) == parts


def test_the_shares_are_those_counted_by_hand_with_wilsons_intervals() -> None:
    found = measure_consistency(
        [
            item(1, RIGHT, RIGHT),
            item(2, RIGHT, RIGHT),
            item(3, RIGHT, OTHER),
            item(4, WRONG, WRONG),
            item(5, WRONG, RIGHT),
            item(6, RIGHT, REFUSED),
            item(7, UNPARSED, RIGHT),
            item(8, UNPARSED, UNPARSED),
        ]
    )
    assert found is not None
    assert (found.n_items, found.n_askings) == (8, 8)
    for estimate, n_of_eight in (
        (found.as_submitted, 4),
        (found.shifted, 4),
        (found.consistency, 3),
        (found.surviving, 2),
    ):
        assert estimate.value == n_of_eight / 8
        expected = proportion_confint(n_of_eight, 8, method="wilson")
        assert (estimate.low, estimate.high) == pytest.approx(expected)
    assert found.reasons == {"another option": 2, "unparsed": 2, "refused": 1}


def test_with_every_rotation_an_item_counts_once_and_must_hold_in_all() -> None:
    found = measure_consistency(
        [item(1, RIGHT, RIGHT, RIGHT), item(2, RIGHT, RIGHT, OTHER), item(3, WRONG, WRONG, WRONG)]
    )
    assert found is not None
    assert (found.n_items, found.n_askings) == (3, 6)
    assert found.shifted.value == 3 / 6
    assert found.consistency.value == 2 / 3
    assert found.surviving.value == 1 / 3


def test_items_of_one_case_count_together() -> None:
    alone = measure_consistency([item(n, RIGHT, RIGHT) for n in range(8)])
    shared = measure_consistency([item(n, RIGHT, RIGHT, case=str(n // 4)) for n in range(8)])
    assert alone is not None
    assert shared is not None
    # Two cases of four items that always agree are as two items.
    assert shared.consistency.low == pytest.approx(proportion_confint(2, 2, method="wilson")[0])
    assert alone.consistency.low == pytest.approx(proportion_confint(8, 8, method="wilson")[0])


def test_one_reason_is_given_for_an_item_and_none_for_no_items() -> None:
    assert find_inconsistency(item(1, RIGHT, OTHER, REFUSED)) == "refused"
    assert find_inconsistency(item(1, WRONG, WRONG)) is None
    assert measure_consistency([]) is None
