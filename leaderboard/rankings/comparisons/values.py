"""The items of a split with the compared models' values on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from leaderboard.items.runs import Runs, count_for, mean_calibrated, stack_runs
from leaderboard.items.values import (
    read_influences,
    read_items,
    read_packed_values,
    unpack_values,
)
from leaderboard.items.weights import select_deciding, stratify, weigh_board
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import Board
from leaderboard.rankings.provenance import read_report_means
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.scoring.ranking import set_loose
from leaderboard.scoring.statistics.calibration import CalibratedMean
from leaderboard.scoring.statistics.influence import stack_influences
from leaderboard.scoring.statistics.runs import Between

Places = NDArray[np.int64]


class Compared(NamedTuple):
    """Items that decide ranks, values (M, N) with NaN, and calibrated report scores or None.

    influences: (M, N), how far each item moves that score; 0 where that is not known. `runs` are
    those of each model that stands by several: blocks (R, N), NaN but on their tracks.
    """

    items: pd.DataFrame
    values: NDArray[np.float64]
    reports: tuple[CalibratedMean | None, ...]
    influences: NDArray[np.float64]
    runs: tuple[Sequence[NDArray[np.float64]], ...]

    def take(self, models: Sequence[int]) -> Compared:
        """Those of some of the models, in the order given."""
        places = list(models)
        return Compared(
            self.items,
            self.values[places],
            tuple(self.reports[place] for place in places),
            self.influences[places],
            tuple(self.runs[place] for place in places),
        )

    def count_for(self, board: Board) -> Compared:
        """The same with what values count on a board: see `items.runs.count_for`."""
        if not board.penalises_guesses:
            return self
        counted = [
            count_for(board, values, runs, self.items)
            for values, runs in zip(self.values, self.runs, strict=True)
        ]
        return self._replace(
            values=np.stack([one[0] for one in counted]), runs=tuple(one[1] for one in counted)
        )

    def find_between(self, place: int, columns: Places, weights: NDArray[np.float64]) -> Between:
        """What the choice of runs adds to a model's weighted mean of the items at `columns`."""
        whole = np.zeros(len(self.items))
        whole[columns] = weights / max(1, len(columns))
        return Runs(self.items, self.runs[place]).find_between(whole)


def read_compared(session: Session, table: RankingTable, rows: Sequence[RankingRow]) -> Compared:
    """What the models `rows` of a ranking are compared by.

    Report scores of a judge that decides no rank make no winner here either.
    """
    judged = [row.runs.get(Track.REPORT, (row.find_file(Track.REPORT),)) for row in rows]
    reports = read_report_means(session, [run.id for runs in judged for run in runs])
    items = read_items(session, table.split.id)
    keys = [row.submission.id for row in rows]
    packed = read_packed_values(session, keys, table.ranking_id)
    values = np.stack([unpack_values(packed[key]) for key in keys])
    # How far an item moves a mean of several runs is not known.
    single = ["" if row.runs else runs[0].id for row, runs in zip(rows, judged, strict=True)]
    known = read_influences(session, single)
    influences = stack_influences([known.get(key) for key in single], len(items))
    decides = items["decides"].to_numpy()
    return Compared(
        select_deciding(items),
        values[:, decides],
        tuple(
            _find_mean([reports.get(run.id) for run in runs], row)
            for row, runs in zip(rows, judged, strict=True)
        ),
        influences[:, decides],
        tuple([block[:, decides] for block in read_blocks(session, row, items)] for row in rows),
    )


def read_blocks(
    session: Session, row: RankingRow, items: pd.DataFrame
) -> list[NDArray[np.float64]]:
    """What the runs of a model have on the items of its split: see `items.runs.stack_runs`."""
    sets = {track: [run.id for run in runs] for track, runs in row.runs.items()}
    if not sets:
        return []
    packed = read_packed_values(session, [key for keys in sets.values() for key in keys], None)
    values = {key: unpack_values(content) for key, content in packed.items()}
    return stack_runs(sets, values, items)[1]


def _find_mean(means: Sequence[CalibratedMean | None], row: RankingRow) -> CalibratedMean | None:
    known = [one for one in means if one is not None]
    if len(known) < len(means) or not known:
        return None
    mean = known[0] if len(known) == 1 else mean_calibrated(known)
    return mean if row.report is None or row.report.may_decide else set_loose(mean)


class Design(NamedTuple):
    """How some items are compared: strata of what weighs alike, clusters, weights, all (n,)."""

    strata: Places
    clusters: Places
    weights: NDArray[np.float64]


def make_design(items: pd.DataFrame, columns: Places, board: Board = Board.CLOSED) -> Design:
    """That of the items at `columns`, which a board is about; by their tracks where it is none."""
    part = items.iloc[columns]
    clusters = part["cluster"].to_numpy(np.int64)
    return Design(stratify(part, board), clusters, weigh_board(part, board))
