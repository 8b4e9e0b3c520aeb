"""Coverage of intervals over several runs, and false winners: a seeded simulation.

Items of a text and an image track are drawn anew each time, some of them two to a case. A model
has an item right by a chance of the item's own, which its runs share, as sampling at a temperature
does; a run's effect moves all chances at once. The target is the mean over all items and all runs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from leaderboard.scoring.ranking import compare_pairs, find_better
from leaderboard.scoring.statistics.intervals import Estimate, mean_accuracy
from leaderboard.scoring.statistics.runs import between_runs, make_pair_errors, widen

SEED = 20261130
N_TEXT, N_IMAGE, N_CASES = 294, 193, 440
LEVEL = 0.6
"""The models' true share of right answers, on a probit scale with the spreads below."""
EFFECTS = (0.0, 0.05, 0.15)
"""The standard deviation of a run's effect, in probits: 0, 1.1 and 3.3 points or so."""
RUNS = (2, 3, 5)


class Shape(NamedTuple):
    """The items of one draw: their tracks and cases, (N,)."""

    strata: NDArray[np.int64]
    clusters: NDArray[np.int64]


class Coverage(NamedTuple):
    """The share of intervals that hold the target, with and without the runs' part, and the share
    of pairs of equal models in which one was called better, with and without it."""

    covered: float
    items_only: float
    winners: float
    winners_by_items: float


def draw_shape(rng: np.random.Generator) -> Shape:
    """Text items, then image items; cases of one or two items."""
    n = N_TEXT + N_IMAGE
    strata = np.repeat([0, 1], [N_TEXT, N_IMAGE])
    return Shape(strata, rng.permutation(np.arange(n) % N_CASES))


def draw_runs(
    shape: Shape, items: NDArray[np.float64], n_runs: int, effect: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(R, N) values, 0 or 100, of one model whose chances are by `items`, in probits."""
    chances = ndtr(items + effect * rng.normal(size=(n_runs, 1)))
    right: NDArray[np.bool_] = rng.random((n_runs, len(items))) < chances
    return np.where(right, 100.0, 0.0)


def draw_items(shape: Shape, rng: np.random.Generator) -> NDArray[np.float64]:
    """(N,) probits of a model's chances: a part of the case, a part of the item."""
    cases = 0.5 * rng.normal(size=shape.clusters.max() + 1)
    found: NDArray[np.float64] = cases[shape.clusters] + rng.normal(size=len(shape.clusters))
    return LEVEL + found


def target(effect: float) -> float:
    """The mean over all items and runs, exactly: a probit of a normal variable."""
    return 100.0 * float(ndtr(LEVEL / np.sqrt(1 + 1 + 0.5**2 + effect**2)))


def cover(n_runs: int, effect: float, n_draws: int, rng: np.random.Generator) -> Coverage:
    """Over `n_draws` draws of items and of the runs of two equal models."""
    counts = np.zeros(4)
    true = target(effect)
    for _ in range(n_draws):
        shape = draw_shape(rng)
        weights = np.full(len(shape.strata), 1 / len(shape.strata))
        models = [draw_runs(shape, draw_items(shape, rng), n_runs, effect, rng) for _ in range(2)]
        betweens = [between_runs(one, weights, *shape) for one in models]
        means = np.stack([one.mean(axis=0) for one in models])
        plain = mean_accuracy(means[0], shape.clusters, n_runs)
        whole = widen(plain, betweens[0], (0.0, 100.0))
        counts[0] += _holds(whole, true)
        counts[1] += _holds(plain, true)
        tests = compare_pairs(means, *shape, make_pair_errors(betweens))
        counts[2] += find_better(tests).any()
        counts[3] += find_better(compare_pairs(means, *shape)).any()
    return Coverage(*(counts / n_draws))


def _holds(estimate: Estimate, true: float) -> bool:
    _, low, high = estimate
    return low is not None and high is not None and low <= true <= high


def measure() -> None:
    """Print a row for each number of runs and size of their effect."""
    print(f"{N_TEXT + N_IMAGE} items; intervals of 95 %; pairs of equal models at 5 %")
    print(f"{'runs':>4}{'effect':>8}{'covered':>9}{'items':>8}{'winner':>8}{'items':>8}")
    for n_runs in RUNS:
        for effect in EFFECTS:
            found = cover(n_runs, effect, 1_000, np.random.default_rng(SEED))
            shares = "".join(f"{share:8.3f}" for share in found)
            print(f"{n_runs:4}{effect:8.2f} {shares}")
