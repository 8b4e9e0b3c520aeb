"""What a model says of items of which a part was left out, in numbers by hand."""

import pytest

from leaderboard.scoring.statistics.exposure import (
    AskedItem,
    Halves,
    completes_canary,
    cut_canary,
    cut_question,
    measure_continuation,
    measure_exposure,
)

QUESTION = "A man of 60 has leg pain on walking. Which finding on MRI explains it best?"
HALVES = Halves("A man of 60 has leg pain on", "walking. Which finding on MRI explains it best?")


def test_a_question_is_cut_after_half_of_its_words_unless_the_rest_could_be_guessed() -> None:
    assert cut_question(QUESTION) == HALVES
    assert cut_question("One two three four five six seven eight nine ten") == Halves(
        "One two three four five", "six seven eight nine ten"
    )
    assert cut_question("Which level of the spine is affected most?") is None
    assert cut_question("") is None


@pytest.mark.parametrize(
    ("said", "share"),
    [
        ("walking. Which finding on MRI explains it best?", 1.0),
        ("WALKING; which finding, on MRI, explains it best", 1.0),
        (QUESTION, 1.0),  # what was shown is repeated first
        ("walking. Which level on MRI explains it best?", 7 / 8),
        ("walking. Which sign on CT explains it best?", 6 / 8),
        ("best it explains", 1 / 8),  # in their order alone
        ("I do not know this question.", 0.0),
        ("", 0.0),
    ],
)
def test_a_continuation_is_measured_by_the_withheld_words_in_their_order(
    said: str, share: float
) -> None:
    assert measure_continuation(HALVES, said) == share


def test_a_long_text_with_all_the_words_somewhere_in_it_is_no_continuation() -> None:
    said = "Text books have much to say. " * 10 + HALVES.rest
    assert measure_continuation(HALVES, said) == 0.0


def test_a_canary_is_completed_by_its_other_half_alone() -> None:
    halves = cut_canary("tiny 0123456789abcdef")
    assert halves == Halves("tiny 01234", "56789abcdef")
    assert completes_canary(halves, "It ends in 56789ABCDEF.")
    assert not completes_canary(halves, "56789abcde")
    assert cut_canary("short") is None


def ask(n_hits: int, n: int, *, is_control: bool = False, chance: float = 0.25) -> list[AskedItem]:
    return [AskedItem(f"case-{i}", is_control, i < n_hits, chance) for i in range(n)]


def test_shares_have_wilsons_and_their_difference_newcombes_interval() -> None:
    found = measure_exposure(ask(8, 8) + ask(2, 8, is_control=True, chance=0.2))
    assert found is not None
    assert found.control is not None
    # 8 of 8: from n / (n + z²). 2 of 8: (0.25 + 0.2401 ± 0.3843) / 1.4802.
    assert found.audited.estimate == pytest.approx((1, 0.6756, 1), abs=1e-4)
    assert found.control.estimate == pytest.approx((0.25, 0.0715, 0.5907), abs=1e-4)
    assert (found.audited.chance, found.control.chance) == pytest.approx((0.25, 0.2))
    # 0.75 - √(0.3244² + 0.3407²) and 0.75 + √(0² + 0.1785²).
    assert found.difference == pytest.approx((0.75, 0.2795, 0.9285), abs=1e-4)


def test_items_of_a_case_count_together() -> None:
    alone = measure_exposure(ask(4, 8))
    together = measure_exposure([AskedItem(f"case-{i // 2}", False, i < 4, 0.25) for i in range(8)])
    assert alone is not None
    assert together is not None
    assert together.audited.estimate.value == alone.audited.estimate.value
    assert together.audited.estimate.low < alone.audited.estimate.low  # type: ignore[operator]


def test_without_a_control_there_is_no_difference_and_without_items_nothing() -> None:
    found = measure_exposure(ask(1, 4))
    assert found is not None
    assert (found.control, found.difference) == (None, None)
    assert measure_exposure(ask(1, 4, is_control=True)) is None
