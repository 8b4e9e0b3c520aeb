"""A part of the items, drawn by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def draw_part(
    strata: NDArray[np.int64],
    clusters: NDArray[np.int64],
    share: float,
    generator: np.random.Generator,
) -> NDArray[np.bool_]:
    """Which items are drawn, (N,), so that the part has about `share` of each stratum.

    strata, clusters: (N,); clusters are drawn whole, with the stratum of their first item. In each
    stratum they come in random order, and one is taken where that brings the number of items
    drawn so far, in all strata, nearer to its share. What is rounded in one stratum is made up
    for in the next, so the whole part is as near to `share` as the last cluster allows.
    """
    drawn = np.zeros(len(strata), dtype=np.bool_)
    names, first, sizes = np.unique(clusters, return_index=True, return_counts=True)
    order = np.argsort(clusters, kind="stable")
    members = np.split(order, np.cumsum(sizes)[:-1])
    target, n_drawn = 0.0, 0
    for stratum in generator.permutation(np.unique(strata)):
        own = np.flatnonzero(strata[first] == stratum)
        if not len(own):
            continue
        target += share * sizes[own].sum()
        for place in own[_permute(generator, names[own])]:
            size = int(sizes[place])
            if abs(n_drawn + size - target) < abs(n_drawn - target):
                drawn[members[place]] = True
                n_drawn += size
    return drawn


def _permute(generator: np.random.Generator, names: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of `names`, which rise, in a random order."""
    return np.searchsorted(names, generator.permutation(names)).astype(np.int64)
