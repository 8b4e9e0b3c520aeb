"""Shrunk accuracies against published figures and an independent implementation."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.scoring.statistics.shrinkage import _mixture_quantile, shrink

Rows = NDArray[np.float64]

# Efron and Morris (1975), JASA 70:311, table 1: hits of 18 players in their first 45 at bats of
# 1970, and their averages in the remainder of the season.
HITS = [18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]
REMAINDER = [
    *(0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269),
    *(0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.286, 0.316, 0.200),
]


def test_of_efron_and_morris_players_the_estimates_are_far_better_than_their_shares() -> None:
    estimates = shrink(HITS, [45] * 18)
    values = np.array([estimate.value for estimate in estimates])
    shares = np.array(HITS) / 45
    # They print total squared errors of .077 for the shares and .022 for James and Stein's.
    assert ((shares - REMAINDER) ** 2).sum() == pytest.approx(0.077, abs=0.002)
    assert ((values - REMAINDER) ** 2).sum() < 0.027
    assert values.mean() == pytest.approx(0.265, abs=0.003)
    ends = [get_ends(estimate) for estimate in estimates]
    assert (
        sum(low <= truth <= high for (low, high), truth in zip(ends, REMAINDER, strict=True)) >= 17
    )


def get_ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.low is not None
    assert estimate.high is not None
    return estimate.low, estimate.high


@pytest.mark.parametrize(
    ("right", "n"),
    [([3, 4, 1, 2, 0, 5, 2], [4, 5, 4, 3, 4, 7, 2]), ([9, 30, 2, 14], [12, 40, 9, 16])],
)
def test_means_and_intervals_are_those_of_scipys_beta_binomial_on_a_grid(
    right: list[int], n: list[int]
) -> None:
    # Another route to the same posterior: scipy's pmf over a finer grid, then the density of the
    # accuracy itself on a grid, without any mixture of closed forms.
    mean, pull = np.meshgrid((np.arange(100) + 0.5) / 100, (np.arange(50) + 0.5) / 50)
    concentration = (np.median(n) * pull / (1 - pull)).ravel()
    alpha, beta = mean.ravel() * concentration, (1 - mean.ravel()) * concentration
    weight = np.ones(len(alpha))
    for k, total in zip(right, n, strict=True):
        weight *= stats.betabinom.pmf(k, total, alpha, beta)
    kept = weight > weight.max() * 1e-3
    alpha, beta, weight = alpha[kept], beta[kept], weight[kept] / weight[kept].sum()
    points = (np.arange(300) + 0.5) / 300
    for k, total, found in zip(right, n, shrink(right, n), strict=True):
        density = np.zeros(len(points))
        for start in range(0, len(alpha), 500):
            part = slice(start, start + 500)
            rows = stats.beta.pdf(
                points[:, None], (alpha[part] + k)[None, :], (beta[part] + total - k)[None, :]
            )
            density += rows @ weight[part]
        cumulative = np.cumsum(density) / density.sum()
        ends = np.interp([0.025, 0.975], cumulative, points + 0.5 / 300)
        assert found.value == pytest.approx((points * density).sum() / density.sum(), abs=0.004)
        assert (found.low, found.high) == pytest.approx(tuple(ends), abs=0.012)


def test_few_items_are_drawn_towards_the_others_and_many_hardly_move() -> None:
    # By eye: nine slices near 80 %; one has 0 of 2, one 5 of 100.
    right, n = [16] * 8 + [0, 5], [20] * 8 + [2, 100]
    found = shrink(right, n)
    assert 0.2 < found[8].value < 0.7
    assert found[9].value == pytest.approx(0.05, abs=0.02)
    assert found[0].value == pytest.approx(0.8, abs=0.03)


def test_slices_that_all_look_alike_keep_an_interval() -> None:
    # Plain empirical Bayes would put the variance between slices at 0 and the interval with it.
    found = shrink([2, 2, 2, 2], [4, 4, 4, 4])
    assert all(np.ptp(get_ends(one)) > 0.3 for one in found)


def test_impossible_counts_are_refused() -> None:
    for right, n in (([3], [2]), ([], []), ([0], [0]), ([-1], [2])):
        with pytest.raises(ValueError, match="slices need"):
            shrink(right, n)


def test_intervals_of_small_slices_cover_the_truth_more_sharply_than_the_slice_alone() -> None:
    random = np.random.default_rng(1)
    covered = widths = 0.0
    runs, n = 25, [4, 5, 6, 3, 8, 5, 4, 7, 6, 5, 4, 3, 6, 8]
    for _ in range(runs):
        truth = random.beta(12, 6, len(n))
        found = shrink(list(random.binomial(n, truth)), n)
        lows, highs = np.array([get_ends(estimate) for estimate in found]).T
        covered += float(np.mean((lows <= truth) & (truth <= highs)))
        widths += float(np.mean(highs - lows))
    assert 0.92 <= covered / runs <= 0.99
    assert widths / runs < 0.55, "Wilson's intervals of five items are about 0.65 wide"


def halve(alpha: Rows, beta: Rows, weight: Rows, p: float) -> Rows:
    """The quantiles by twenty halvings of 0..1 each."""
    low, high = np.zeros(len(alpha)), np.ones(len(alpha))
    for _ in range(20):
        middle = (low + high) / 2
        below = stats.beta.cdf(middle[:, None], alpha, beta) @ weight < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found: Rows = (low + high) / 2
    return found


def test_quantiles_of_mixtures_are_to_the_last_digit_those_that_halving_finds() -> None:
    draw = np.random.default_rng(5)
    for n_slices in range(1, 9):
        total = draw.integers(1, 40, n_slices) * draw.random()
        right = total * draw.random(n_slices) * (draw.random(n_slices) < 0.8)
        weight = draw.random(30)
        weight /= weight.sum()
        concentration = draw.gamma(2, 5, 30)
        mean = draw.random(30)
        alpha = right[:, None] + (mean * concentration)[None, :]
        beta = (total - right)[:, None] + ((1 - mean) * concentration)[None, :]
        for p in (0.025, 0.5, 0.975):
            found = _mixture_quantile(alpha, beta, weight, p)
            assert (found == halve(alpha, beta, weight, p)).all()
