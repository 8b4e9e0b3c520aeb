"""Length and formatting: what counts, and slopes against scipy."""

import time

import numpy as np
import pytest
from scipy import stats

from leaderboard.scoring.statistics.style import assess_style, fit_slope, measure_style


@pytest.mark.parametrize(
    ("text", "n_words", "n_marks"),
    [
        ("", 0, 0),
        ("Stenosis at L4/L5, grade 2.", 5, 0),
        ("## Findings\n- disc **bulge**\n- cyst", 4, 4),
        ("1. first\n2) second\n> said", 5, 3),
        ("| a | b |\n|---|---|\n| 1 | 2 |", 4, 3),
        ("```\ncode\n```", 1, 2),
        ("see `L4` and [the scan](http://x)", 5, 2),
        ("one\n\n---\n\ntwo", 2, 1),
        ("A 5 - 3 * 2 pain __score__", 6, 1),
        ("T1-weighted, T2*-weighted and 2 * 3", 5, 0),
        ("snake__case__name _", 1, 0),
    ],
)
def test_words_and_marks_of_a_text(text: str, n_words: int, n_marks: int) -> None:
    assert measure_style(text) == (n_words, n_marks)


def test_density_is_marks_in_a_hundred_words() -> None:
    assert measure_style("# a b c d").density == 25.0
    assert measure_style("---").density is None


@pytest.mark.parametrize("piece", ["*", "_", "`", "[", "- ", "**a ", " ", "__a", "|"])
def test_hostile_texts_are_measured_in_linear_time(piece: str) -> None:
    begun = time.process_time()
    measure_style(piece * (200_000 // len(piece)))
    assert time.process_time() - begun < 20


def test_slopes_and_intervals_are_those_of_scipys_regression() -> None:
    rng = np.random.default_rng(1)
    n_words, densities = rng.integers(20, 400, 40).astype(float), rng.uniform(0, 9, 40)
    differences = 0.4 * np.log(n_words) - 0.1 * densities + rng.normal(0, 0.5, 40)
    slopes = assess_style(differences, n_words, densities)
    assert slopes.n == 40
    for slope, x in [(slopes.on_log_length, np.log(n_words)), (slopes.on_density, densities)]:
        fit = stats.linregress(x, differences)
        reach = stats.t.ppf(0.975, 38) * fit.stderr
        assert slope == pytest.approx((fit.slope, fit.slope - reach, fit.slope + reach))


def test_a_slope_needs_three_points_and_lengths_that_differ() -> None:
    assert fit_slope(np.array([1.0, 2.0]), np.array([1.0, 2.0])) is None
    assert fit_slope(np.full(9, 2.0), np.arange(9.0)) is None
    exact = fit_slope(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0]))
    assert exact == pytest.approx((2.0, 2.0, 2.0))
