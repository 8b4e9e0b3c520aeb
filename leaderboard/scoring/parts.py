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
    first = {cluster: strata[place] for place, cluster in reversed(list(enumerate(clusters)))}
    target, n_drawn = 0.0, 0
    for stratum in generator.permutation(np.unique(strata)):
        own = np.array([cluster for cluster in np.unique(clusters) if first[cluster] == stratum])
        if not len(own):
            continue
        target += share * np.isin(clusters, own).sum()
        for cluster in generator.permutation(own):
            members = clusters == cluster
            size = int(members.sum())
            if abs(n_drawn + size - target) < abs(n_drawn - target):
                drawn |= members
                n_drawn += size
    return drawn
