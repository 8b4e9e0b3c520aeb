"""On how many clusters two models differ: counted for every pair, without looking at each pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST_BY_PRODUCT = 2
"""Clusters with so many different answers are counted by a product of matrices."""


def count_differing(
    values: NDArray[np.float64], clusters: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(M, M) whole numbers: on how many clusters at least one value of the two models differs.

    values: (M, N), no NaN; clusters: (N,), N >= 1.
    """
    codes = _number_answers(values, clusters)
    is_few = codes.max(axis=0) < MOST_BY_PRODUCT
    few = codes[:, is_few].astype(np.float32)
    # Whole numbers of this size are exact in single precision.
    sums = few.sum(axis=1)
    counts = np.asarray(sums[:, None] + sums[None, :] - 2 * (few @ few.T), dtype=np.float64)
    others = np.ascontiguousarray(codes[:, ~is_few])
    if others.shape[1]:
        for row in range(1, len(others)):
            differ = np.count_nonzero(others[:row] != others[row], axis=1)
            counts[row, :row] += differ
            counts[:row, row] += differ
    return counts


def _number_answers(values: NDArray[np.float64], clusters: NDArray[np.int64]) -> NDArray[np.int32]:
    """(M, G) numbers from 0: two models have the same one where they have the same values."""
    order = np.argsort(clusters, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(clusters[order])) + 1)
    codes = np.empty((len(values), len(groups)), dtype=np.int32)
    for place, columns in enumerate(groups):
        found = np.zeros(len(values), dtype=np.int64)
        for column in columns:
            own = values[:, column]
            distinct, number = np.unique(own, return_inverse=True)
            found = found * len(distinct) + number
            if len(columns) > 1:
                found = np.unique(found, return_inverse=True)[1]
        codes[:, place] = found
    return codes
