"""The items of a split with the compared models' values on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.items.values import read_items, unpack_values
from leaderboard.items.weights import select_deciding, weigh_tracks
from leaderboard.models.ranking import ItemValues
from leaderboard.rankings.provenance import read_report_means
from leaderboard.scoring.statistics.calibration import CalibratedMean

Places = NDArray[np.int64]


class Compared(NamedTuple):
    """Items that decide ranks, values (M, N) with NaN, and calibrated report scores or None."""

    items: pd.DataFrame
    values: NDArray[np.float64]
    reports: tuple[CalibratedMean | None, ...]

    def take(self, models: Sequence[int]) -> Compared:
        """Those of some of the models, in the order given."""
        return Compared(
            self.items, self.values[list(models)], tuple(self.reports[place] for place in models)
        )


def read_compared(session: Session, split_id: int, keys: Sequence[str]) -> Compared:
    """What the submissions `keys`, scored on the split, are compared by."""
    reports = read_report_means(session, keys)
    items = read_items(session, split_id)
    return Compared(
        select_deciding(items),
        _read_values(session, keys)[:, items["decides"].to_numpy()],
        tuple(reports.get(key) for key in keys),
    )


def _read_values(session: Session, keys: Sequence[str]) -> NDArray[np.float64]:
    found = session.execute(
        select(ItemValues.submission_id, ItemValues.content).where(
            ItemValues.submission_id.in_(keys)
        )
    )
    content = {key: unpack_values(packed) for key, packed in found}
    return np.stack([content[key] for key in keys])


class Design(NamedTuple):
    """How some items are compared: tracks as strata, clusters, weights of the tracks, all (n,)."""

    strata: Places
    clusters: Places
    weights: NDArray[np.float64]


def make_design(items: pd.DataFrame, columns: Places) -> Design:
    """That of the items at `columns`."""
    part = items.iloc[columns]
    strata = pd.factorize(part["track"])[0].astype(np.int64)
    return Design(strata, part["cluster"].to_numpy(np.int64), weigh_tracks(part))
