"""Which of a split's items decide ranks, and what each of them weighs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def select_deciding(items: pd.DataFrame) -> pd.DataFrame:
    """Those of a split's items that decide ranks, numbered anew."""
    return items[items["decides"]].reset_index(drop=True)


def weigh_tracks(part: pd.DataFrame) -> NDArray[np.float64]:
    """(n,) weights of a part of a split's items, with a mean of 1.

    Their weighted mean is that of the part's tracks, each weighing as many items as it has in the
    whole split: the sum of N_track / N x the track's mean. All are 1 where a track is there whole
    or not at all.
    """
    n_here = part.groupby("track")["item_id"].transform("size")
    weights = (part["n_track"] / n_here).to_numpy(np.float64)
    return weights / weights.mean() if len(weights) else weights
