"""The items of a split with the compared models' values on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from leaderboard.items.values import (
    read_influences,
    read_items,
    read_packed_values,
    unpack_values,
)
from leaderboard.items.weights import select_deciding, weigh_tracks
from leaderboard.models.benchmark import Track
from leaderboard.rankings.provenance import read_report_means
from leaderboard.rankings.read import RankingRow, RankingTable
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.influence import stack_influences

Places = NDArray[np.int64]


class Compared(NamedTuple):
    """Items that decide ranks, values (M, N) with NaN, and calibrated report scores or None.

    influences: (M, N), how far each item moves that score; 0 where that is not known.
    """

    items: pd.DataFrame
    values: NDArray[np.float64]
    reports: tuple[CalibratedMean | None, ...]
    influences: NDArray[np.float64]

    def take(self, models: Sequence[int]) -> Compared:
        """Those of some of the models, in the order given."""
        places = list(models)
        return Compared(
            self.items,
            self.values[places],
            tuple(self.reports[place] for place in places),
            self.influences[places],
        )


def read_compared(session: Session, table: RankingTable, rows: Sequence[RankingRow]) -> Compared:
    """What the models `rows` of a ranking are compared by."""
    judged = [row.parts.get(Track.REPORT, row.submission).id for row in rows]
    reports = read_report_means(session, judged)
    items = read_items(session, table.split.id)
    keys = [row.submission.id for row in rows]
    packed = read_packed_values(session, keys, table.ranking_id)
    values = np.stack([unpack_values(packed[key]) for key in keys])
    known = read_influences(session, judged)
    influences = stack_influences([known.get(key) for key in judged], len(items))
    decides = items["decides"].to_numpy()
    return Compared(
        select_deciding(items),
        values[:, decides],
        tuple(reports.get(key) for key in judged),
        influences[:, decides],
    )


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
