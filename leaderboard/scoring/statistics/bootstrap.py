"""A stratified cluster bootstrap: one matrix of weights for an item set, for every model.

Cases are drawn with replacement within their track, as often as there are. What every resample
gives each case is drawn once; the means of any number of models on any slice are then products
of that matrix with the cases' sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leaderboard.scoring.statistics.intervals import Estimate, Part, weighted_sum

N_RESAMPLES = 10_000
MAX_CLUSTERS = 2_500
"""With more the matrix would not fit, and the closed form says the same (see docs/method.md)."""
MIN_CLUSTERS = 15
"""A track of fewer cases has too few different resamples for its interval."""
ENDS = (0.025, 0.975)


class Weights(NamedTuple):
    """How often every resample drew each cluster, and the cluster of each item.

    matrix: (C, R) float32; clusters: (N,) rows of the matrix. `seed` made it.
    """

    matrix: NDArray[np.float32]
    clusters: NDArray[np.int64]
    seed: int


class ReportError(NamedTuple):
    """The whole error of a calibrated report score, that of the choice of reports included.

    Draws are cut at `bounds`: with few labels or few raters they reach far.
    """

    standard_error: float
    freedom: float
    bounds: tuple[float, float]


class TrackSample(NamedTuple):
    """A track in a weighted sum: its share, its own estimate, its items and their values.

    columns: (n,) positions in the item set; values: (n,). Where `error` is given, the value is
    calibrated and its resamples are draws of t with that error.
    """

    share: float
    estimate: Estimate
    columns: NDArray[np.int64]
    values: NDArray[np.float64]
    error: ReportError | None = None


def make_weights(
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    seed: int,
    n_resamples: int = N_RESAMPLES,
) -> Weights:
    """The weights of an item set; the same seed gives the same ones.

    strata, clusters: (N,), N >= 1. A cluster whose items are in several strata is drawn as a
    whole, among those that are in the same ones.
    """
    _, cluster = np.unique(clusters, return_inverse=True)
    n_clusters = int(cluster.max()) + 1
    _, stratum = np.unique(strata, return_inverse=True)
    is_in = np.zeros((n_clusters, int(stratum.max()) + 1), dtype=bool)
    is_in[cluster, stratum] = True
    _, pattern = np.unique(is_in, axis=0, return_inverse=True)
    random = np.random.default_rng(seed)
    matrix = np.empty((n_clusters, n_resamples), dtype=np.float32)
    offsets = np.arange(n_resamples, dtype=np.int64)[:, None]
    for one in range(int(pattern.max()) + 1):
        rows = np.flatnonzero(pattern.ravel() == one)
        drawn = random.integers(0, len(rows), size=(n_resamples, len(rows)))
        drawn += offsets * len(rows)
        counts = np.bincount(drawn.ravel(), minlength=n_resamples * len(rows))
        matrix[rows] = counts.astype(np.float32).reshape(n_resamples, len(rows)).T
    return Weights(matrix, cluster.astype(np.int64), seed)


def resample_means(
    weights: Weights, columns: NDArray[np.int64], values: NDArray[np.float64]
) -> NDArray[np.float32]:
    """The mean of each model over the items at `columns` in every resample.

    columns: (n,) positions in the item set; values: (M, n), no NaN. Returns (M, R); NaN in the
    resamples that drew none of these items.
    """
    rows, index = np.unique(weights.clusters[columns], return_inverse=True)
    in_turn = slice(int(rows[0]), int(rows[-1]) + 1)
    matrix = weights.matrix[in_turn if in_turn.stop - in_turn.start == len(rows) else rows]
    sums = np.zeros((len(values) + 1, len(rows)), dtype=np.float32)
    if len(rows) == len(columns):
        sums[:-1, index] = values
        sums[-1] = 1
    else:
        member = np.zeros((len(columns), len(rows)), dtype=np.float32)
        member[np.arange(len(columns)), index] = 1
        sums[:-1] = values.astype(np.float32) @ member
        sums[-1] = member.sum(axis=0)
    drawn = sums @ matrix
    with np.errstate(divide="ignore", invalid="ignore"):
        means: NDArray[np.float32] = drawn[:-1] / drawn[-1]
    return means


def percentile_interval(
    replicates: NDArray[np.float32] | NDArray[np.float64],
) -> tuple[NDArray[np.float64], ...]:
    """The 2.5 and 97.5 % points of each row of (M, R), M >= 1, NaN left out: two arrays (M,).

    Points between two resamples are interpolated, as numpy.quantile does by default.
    """
    known = ~np.isnan(replicates[0])
    ordered = np.sort(replicates if known.all() else replicates[:, known], axis=1)
    ends: list[NDArray[np.float64]] = []
    for end in ENDS:
        place = end * (ordered.shape[1] - 1)
        below = ordered[:, int(np.floor(place))].astype(np.float64)
        above = ordered[:, int(np.ceil(place))].astype(np.float64)
        ends.append(below + (above - below) * (place % 1))
    return tuple(ends)


def overall_interval(weights: Weights | None, tracks: Sequence[TrackSample]) -> Estimate:
    """The sum of share x track score with its 95 % interval.

    From the resamples, with two exceptions that enter by MOVER with their own intervals: a
    track whose items all have one value, which resampling gives no width, and one of fewer than
    MIN_CLUSTERS cases. Without weights all tracks do. Ends are undefined where a track's are.
    """
    resampled = [track for track in tracks if weights is not None and _can_resample(weights, track)]
    others = [track for track in tracks if not any(track is one for one in resampled)]
    parts = [Part(track.share, track.estimate) for track in others]
    if weights is not None and resampled:
        random = np.random.default_rng([weights.seed, 1])
        replicates = np.zeros(weights.matrix.shape[1])
        for track in resampled:
            replicates += track.share * _replicates(weights, track, random)
        low, high = (float(end[0]) for end in percentile_interval(replicates[None, :]))
        middle = sum(track.share * track.estimate.value for track in resampled)
        parts.append(Part(1.0, Estimate(middle, min(low, middle), max(high, middle))))
    value, low_end, high_end = weighted_sum(parts)
    return Estimate(value, low_end, high_end)


def _can_resample(weights: Weights, track: TrackSample) -> bool:
    if track.error is not None:
        return True
    n_clusters = len(np.unique(weights.clusters[track.columns]))
    # Resamples are made of values of this precision.
    return n_clusters >= MIN_CLUSTERS and bool(np.ptp(track.values.astype(np.float32)) > 0)


def _replicates(
    weights: Weights, track: TrackSample, random: np.random.Generator
) -> NDArray[np.float64]:
    if track.error is None:
        means = resample_means(weights, track.columns, track.values[None, :])[0]
        # A case that reaches into several tracks may leave one of them out of a resample.
        return np.where(np.isnan(means), track.estimate.value, means).astype(np.float64)
    draws = random.standard_t(track.error.freedom, size=weights.matrix.shape[1])
    replicates = np.asarray(track.estimate.value + track.error.standard_error * draws)
    return replicates.clip(*track.error.bounds)
