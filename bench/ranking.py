"""Re-ranking: 200 models, 487 items, 15 slices and 10,000 resamples, beside scipy's bootstrap.

Times are CPU seconds of this process, the ratio is to scipy.stats.bootstrap of the overall scores
alone in the same run. scipy is timed on a tenth of the models and counted ten times.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from leaderboard.scoring.ranking import compare_pairs, find_better, rank_ranges
from leaderboard.scoring.statistics.bootstrap import (
    N_RESAMPLES,
    make_weights,
    percentile_interval,
    resample_means,
)

N_MODELS, N_TEXT, N_IMAGE, N_SUBCONDITIONS = 200, 294, 193, 14
N_ITEMS = N_TEXT + N_IMAGE
SCIPY_PART = 10
SEED = 20261125


class Data(NamedTuple):
    """Values (M, N) on 0..100, tracks (N,), and the positions of each slice's items."""

    values: NDArray[np.float64]
    strata: NDArray[np.int64]
    slices: list[NDArray[np.int64]]


def measure() -> None:
    """Print a row for each part."""
    data = make_data()
    print(f"{N_MODELS} models, {N_ITEMS} items, {N_RESAMPLES:,} resamples, CPU s")
    scipys = timed(lambda: bootstrap_by_scipy(data)) * SCIPY_PART
    intervals = timed(lambda: bootstrap(data))
    ranks = timed(lambda: rank(data))
    print(f"{'scipy, overall alone':34}{scipys:8.2f}{1:8.1f}")
    for name, seconds in (
        (f"weights and {len(data.slices)} slices", intervals),
        ("all pairs, Holm, rank ranges", ranks),
        ("re-ranked", intervals + ranks),
    ):
        print(f"{name:34}{seconds:8.2f}{scipys / seconds:8.1f} times as fast")


def make_data() -> Data:
    """Models of many strengths; the first slice is all items, the others are subconditions."""
    random = np.random.default_rng(SEED)
    strength = random.uniform(0.3, 0.9, (N_MODELS, 1))
    values = np.where(random.uniform(size=(N_MODELS, N_ITEMS)) < strength, 100.0, 0.0)
    subcondition = random.integers(0, N_SUBCONDITIONS, N_ITEMS)
    slices = [np.flatnonzero(subcondition == one) for one in range(N_SUBCONDITIONS)]
    return Data(values, np.repeat([0, 1], [N_TEXT, N_IMAGE]), [np.arange(N_ITEMS), *slices])


def bootstrap(data: Data) -> list[NDArray[np.float64]]:
    """The lower and upper ends of every model on every slice."""
    weights = make_weights(data.strata, np.arange(N_ITEMS), SEED)
    ends: list[NDArray[np.float64]] = []
    for columns in data.slices:
        ends += percentile_interval(resample_means(weights, columns, data.values[:, columns]))
    return ends


def rank(data: Data) -> None:
    """The rank ranges of all models."""
    rank_ranges(find_better(compare_pairs(data.values, data.strata, np.arange(N_ITEMS))))


def bootstrap_by_scipy(data: Data) -> None:
    """Overall intervals of a tenth of the models, without slices or strata."""
    for row in data.values[::SCIPY_PART]:
        stats.bootstrap((row,), np.mean, n_resamples=N_RESAMPLES, method="percentile", rng=SEED)


def timed(work: Callable[[], object]) -> float:
    """CPU seconds of calling `work`."""
    begun = time.process_time()
    work()
    return time.process_time() - begun
