"""Item analysis against worked examples, scipy, and simulated models."""

import math

import numpy as np
import pytest
from scipy.stats import pearsonr, pointbiserialr

from leaderboard.scoring.statistics.intervals import wilson_interval
from leaderboard.scoring.statistics.items import (
    NoFigure,
    analyse_questions,
    analyse_reports,
    correlate_with_rest,
    measure_disagreement,
    pick_good,
    rest_means,
)

NAN = np.nan
# Six models, four questions; the key of the last is wrong: the best three miss it with C.
RIGHT = np.array(
    [
        [1, 1, 1, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
        [1, 0, 0, 1],
        [1, 0, 0, 1],
        [1, 0, 0, 0],
    ],
    float,
)
# The last model's answer to the last question could not be read.
LETTERS = [[*"ABCC"], [*"ABDC"], [*"ABCC"], [*"ADDB"], [*"ADDB"], [*"ADD", ""]]


def test_the_figures_of_a_small_sheet_are_those_worked_out_by_hand() -> None:
    first, second, _, last = analyse_questions(RIGHT, LETTERS)
    # Everybody has the first right: nothing can be told of it but that.
    assert (first.n, first.n_right) == (6, 6)
    assert first.difficulty == wilson_interval(6, 6)
    assert first.discrimination is None
    assert first.no_discrimination is NoFigure.ALL_ALIKE
    assert first.is_constant
    assert first.same_wrong is None
    assert first.no_same_wrong is None
    # The second: right 1 1 1 0 0 0; the others' means 2/3 1/3 2/3 2/3 2/3 1/3.
    # Both halves have the mean 5/9: no relation.
    assert second.discrimination is not None
    assert second.discrimination.value == pytest.approx(0, abs=1e-12)
    # The last: right 0 0 0 1 1 0, the others' means 1 2/3 1 1/3 1/3 1/3, of mean 11/18.
    # cov = 1/3 (1/3 - 11/18) = -5/54, var = 2/9 and 29/324: r = -(5/54) / sqrt(29/1458).
    assert last.discrimination is not None
    assert last.discrimination.value == pytest.approx(-(5 / 54) / math.sqrt(29 / 1458))
    assert last.same_wrong is not None
    assert last.same_wrong[:3] == ("C", 3, 3)
    assert last.same_wrong.share == wilson_interval(3, 3)
    assert last.same_wrong.n_key == 0
    assert last.same_wrong.outvotes_key


def test_the_correlation_is_scipys_point_biserial_with_its_fisher_interval() -> None:
    rng = np.random.default_rng(3)
    right = (rng.random(40) < 0.6).astype(float)
    rest = rng.random(40) + 0.3 * right
    ends = pearsonr(right, rest).confidence_interval(0.95)
    found = correlate_with_rest(right, rest)
    assert found == pytest.approx((pointbiserialr(right, rest).statistic, ends.low, ends.high))


def test_all_who_are_good_right_and_all_others_wrong_is_1_without_an_interval() -> None:
    right = np.array([0.0, 0, 0, 1, 1, 1])
    assert correlate_with_rest(right, right / 2) == (1.0, None, None)


@pytest.mark.parametrize("share", [0.5, 0.8])
@pytest.mark.parametrize("relation", [0.0, 0.8])
def test_the_interval_covers_the_true_correlation_about_95_times_in_100(
    share: float, relation: float
) -> None:
    rng = np.random.default_rng(5)

    def draw(n: int) -> tuple[np.ndarray, np.ndarray]:
        right = (rng.random(n) < share).astype(float)
        return right, relation * right + rng.normal(0, 0.5, n)

    true = np.corrcoef(*draw(1_000_000))[0, 1]
    found = [correlate_with_rest(*draw(30)) for _ in range(2_000)]
    hits = [low <= true <= high for one in found if not isinstance(one, NoFigure)
            for low, high in [one[1:]] if low is not None and high is not None]  # fmt: skip
    assert len(hits) > 1_950
    assert 0.92 <= np.mean(hits) <= 0.98


def test_the_rest_leaves_out_the_item_itself_and_what_a_model_was_not_asked() -> None:
    rest = rest_means(np.array([[1, 0, 1], [1, NAN, 0], [NAN, NAN, 1]]))
    assert rest == pytest.approx(np.array([[0.5, 1, 0.5], [0, 0.5, 1], [1, 1, NAN]]), nan_ok=True)


def test_a_model_with_less_than_half_of_the_other_items_is_not_compared() -> None:
    values = np.ones((1, 11))
    values[0, 5:] = NAN
    rest = rest_means(values)
    assert np.isnan(rest[0, :5]).all()
    assert (rest[0, 5:] == 1).all()


def test_few_models_give_a_difficulty_and_words_for_the_rest() -> None:
    (one, *_) = analyse_questions(RIGHT[:4], LETTERS[:4])
    assert one.difficulty == wilson_interval(4, 4)
    assert one.no_discrimination is NoFigure.FEW_MODELS
    assert one.no_same_wrong is NoFigure.FEW_MODELS
    assert NoFigure.FEW_MODELS.value == "fewer than 5 models"


def test_no_models_a_single_item_and_level_models_each_have_their_words() -> None:
    (nobody,) = analyse_questions(np.empty((0, 1)), [])
    assert (nobody.n, nobody.n_right, nobody.difficulty) == (0, 0, None)
    (alone,) = analyse_questions(RIGHT[:, 1:2], [[row[1]] for row in LETTERS])
    assert alone.no_discrimination is NoFigure.NO_OTHERS
    level = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [1, 1], [1, 1]], float)[:, :1]
    pair = np.hstack([level, np.ones((6, 1))])
    first, _ = analyse_questions(pair, [["A", "A"]] * 6)
    assert first.no_discrimination is NoFigure.OTHERS_ALIKE


def test_the_good_models_are_the_top_third_at_least_three_with_who_is_level() -> None:
    assert pick_good(np.array([5.0, 4, 3, 2, 1, 0])).tolist() == [True] * 3 + [False] * 3
    assert pick_good(np.arange(12.0)).sum() == 4
    assert pick_good(np.array([5.0, 3, 3, 3, 1, 0])).sum() == 4
    assert pick_good(np.array([1.0, 2])).all()


def test_of_several_wrong_options_the_commonest_is_named_and_then_the_first_letter() -> None:
    right = np.zeros((6, 2))
    right[:, 1] = [1, 1, 1, 1, 0, 0]
    answers = [["D", ""], ["C", ""], ["C", ""], ["D", ""], ["A", ""], ["A", ""]]
    same = analyse_questions(right, answers)[0].same_wrong
    assert same is not None
    assert same[:3] == ("C", 2, 4)
    assert (same.n_key, same.outvotes_key) == (0, True)


def test_reports_have_a_mean_with_a_t_interval_and_no_options() -> None:
    values = np.array([[0.2, 0.4], [0.4, 0.5], [0.6, 0.9], [0.8, 0.7], [0.9, 1.0]])
    first, second = analyse_reports(values)
    assert first.difficulty is not None
    assert first.difficulty.value == pytest.approx(0.58)
    # t(4) = 2.776445, s = 0.286356.
    assert first.difficulty.low == pytest.approx(
        0.58 - 2.776445 * 0.286356 / math.sqrt(5), abs=1e-5
    )
    assert first.n_right is None
    assert first.no_same_wrong is NoFigure.NO_OPTIONS
    assert second.discrimination is not None
    assert second.discrimination.value == pytest.approx(np.corrcoef(values.T)[0, 1])


def test_disagreement_is_the_mean_difference_between_two_raters_of_a_report() -> None:
    # Three raters 60, 80, 100: differences 20, 40, 20. Two raters 50, 60: 10. One alone: nothing.
    found = measure_disagreement([[60, 80, 100], [50, 60], [70]], (0, 80))
    assert found is not None
    assert found.value == pytest.approx((80 / 3 + 10) / 2)
    # t(1) = 12.7: cut at the ends of the scale.
    assert found[1:] == (0, 80)
    assert measure_disagreement([[70], []], (0, 80)) is None
    assert measure_disagreement([[70, 90]], (0, 80)) == (20, None, None)


def test_a_wrong_key_stands_out_among_simulated_models() -> None:
    rng = np.random.default_rng(6)
    ability = rng.normal(0, 1, 30)
    right = (rng.random((30, 60)) < 1 / (1 + np.exp(-ability[:, None]))).astype(float)
    letters_of = np.where(right == 1, "B", rng.choice(["A", "C", "D"], right.shape))
    letters_of[:, 0] = np.where(right[:, 0] == 1, "C", rng.choice(["A", "B", "D"], 30))
    right[:, 0] = letters_of[:, 0] == "B"
    found = analyse_questions(right, letters_of.tolist())
    values = [one.discrimination.value for one in found if one.discrimination is not None]
    assert min(values) == values[0]
    assert found[0].same_wrong is not None
    assert found[0].same_wrong.option == "C"
    assert found[0].same_wrong.outvotes_key
    assert sum(one.same_wrong is not None and one.same_wrong.outvotes_key for one in found) == 1
