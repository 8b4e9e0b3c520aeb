"""Rank ranges: which models the items can tell apart."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from leaderboard.scoring.rank_range import RankRange

SIGNIFICANCE = 0.05


class PairTests(NamedTuple):
    """Differences (row minus column) of every pair of models and their two-sided p-values.

    Both (M, M); on the diagonal 0 and 1.
    """

    differences: NDArray[np.float64]
    p_values: NDArray[np.float64]


def compare_pairs(
    values: NDArray[np.float64], strata: NDArray[np.int64], clusters: NDArray[np.int64]
) -> PairTests:
    """Paired tests of the mean over all items, for every pair of models.

    values: (M, N), no NaN; strata, clusters: (N,). The score is the mean over items, which is
    the sum over tracks (strata) of N_track / N x the track's mean. Its paired difference is
    tested by t with a stratified, cluster-robust variance and (clusters - strata) degrees of
    freedom. No p-value is smaller than an exact sign-flip test of the clusters that differ
    could give, 2^(1 - clusters), so a handful of items never decides anything.
    """
    n_models, n_items = values.shape
    _, cluster = np.unique(clusters, return_inverse=True)
    n_clusters = int(cluster.max()) + 1
    centred = values.astype(np.float64)
    for stratum in np.unique(strata):
        columns = strata == stratum
        centred[:, columns] -= centred[:, columns].mean(axis=1, keepdims=True)
    influence = _sum_by(centred / n_items, cluster, n_clusters)
    overall = values.mean(axis=1)
    differences = overall[:, None] - overall[None, :]
    freedom = n_clusters - len(np.unique(strata))
    p_values = np.ones((n_models, n_models))
    if freedom < 1:
        return PairTests(differences, p_values)
    for row in range(n_models):
        gaps = influence[row] - influence
        variance = np.einsum("mc,mc->m", gaps, gaps) * n_clusters / (n_clusters - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.abs(differences[row]) / np.sqrt(variance)
        p = 2 * stdtr(freedom, -np.nan_to_num(t, nan=0.0, posinf=np.inf))
        changed = _sum_by((values[row] != values).astype(np.float64), cluster, n_clusters) > 0
        floor = np.exp2(1.0 - changed.sum(axis=1))
        p_values[row] = np.minimum(1.0, np.maximum(p, floor))
    return PairTests(differences, p_values)


def _sum_by(
    values: NDArray[np.float64], groups: NDArray[np.int64], n_groups: int
) -> NDArray[np.float64]:
    """Sums of the columns of (M, N) `values` by group: (M, n_groups)."""
    if n_groups == values.shape[1]:
        return values[:, np.argsort(groups)]
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(n_groups))
    return np.add.reduceat(values[:, order], starts, axis=1)


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm's (1979) adjusted p-values of a family of tests: (K,) in and out, in one order."""
    order = np.argsort(p_values)
    steps = len(p_values) - np.arange(len(p_values))
    stepped = np.maximum.accumulate(p_values[order] * steps)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(1.0, stepped)
    return adjusted


def rank_ranges(tests: PairTests, significance: float = SIGNIFICANCE) -> list[RankRange]:
    """Each model's rank range: [1 + number significantly better, M - number significantly worse].

    All pairs are one family, adjusted by Holm. One model alone is [1, 1]; none gives [].
    """
    n_models = len(tests.differences)
    upper = np.triu_indices(n_models, k=1)
    adjusted = np.ones((n_models, n_models))
    adjusted[upper] = holm(tests.p_values[upper])
    adjusted = np.minimum(adjusted, adjusted.T)
    better = (adjusted < significance) & (tests.differences > 0)
    return [
        RankRange(1 + int(better[:, model].sum()), n_models - int(better[model].sum()))
        for model in range(n_models)
    ]
