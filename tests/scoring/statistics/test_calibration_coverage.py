"""Intervals hold the truth as often as they say: a smaller run of bench/calibration.py."""

import numpy as np
import pytest

from bench.calibration import (
    GAMES,
    RATING,
    REPORT,
    SEED,
    Scale,
    cover_anchored,
    cover_carried,
    draw_reports,
    true_mean,
)


@pytest.mark.parametrize("correlation", [0.4, 0.7, 0.95])
def test_30_of_87_labels_give_intervals_that_hold_the_experts_mean(correlation: float) -> None:
    # 4,000 draws: a standard error of 0.35 points.
    coverage = cover_anchored(REPORT, correlation, 4_000, np.random.default_rng(SEED))
    assert coverage.realised == pytest.approx(correlation, abs=0.02)
    assert 0.93 <= coverage.covered <= 0.97
    assert coverage.naive_covered < 0.05


def test_a_judge_who_correlates_better_gives_narrower_intervals() -> None:
    widths = [
        cover_anchored(RATING, correlation, 300, np.random.default_rng(SEED)).width
        for correlation in (0.4, 0.7, 0.95)
    ]
    assert widths[0] > widths[1] > widths[2]


def test_models_with_few_labels_or_none_get_intervals_that_hold_the_experts_mean() -> None:
    # 800 draws: a standard error of 0.8 points.
    probed, transported = cover_carried(REPORT, 0.7, 800, np.random.default_rng(SEED))
    assert 0.93 <= probed.covered <= 0.97
    assert 0.93 <= transported.covered <= 0.98
    assert max(probed.naive_covered, transported.naive_covered) < 0.05
    assert probed.width < transported.width


def test_10_own_labels_hold_a_model_that_games_the_judge_and_those_of_others_do_not() -> None:
    rng = np.random.default_rng(SEED)
    probed, transported = cover_carried(REPORT, 0.7, 2_500, rng, games=GAMES, n_probes=10)
    assert 0.93 <= probed.covered <= 0.97
    assert transported.covered < 0.6


@pytest.mark.parametrize("scale", [REPORT, RATING], ids=["report scores", "ratings"])
def test_the_target_of_the_study_is_the_mean_of_what_it_draws(scale: Scale) -> None:
    rng = np.random.default_rng(SEED)
    labels, _ = draw_reports(scale, 0.7, np.array([[scale.mean]]), scale.bias, 400_000, rng)
    error = labels.std() / np.sqrt(labels.size)
    assert true_mean(scale, np.array([scale.mean]))[0] == pytest.approx(
        labels.mean(), abs=4 * error
    )
