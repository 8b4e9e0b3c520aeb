"""The runs that a model stands by, one by one, and how far they differ: for whoever may see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from leaderboard.disclosure import Viewer, is_protected
from leaderboard.items.runs import count_for
from leaderboard.items.values import read_items, read_packed_values, unpack_values
from leaderboard.items.weights import is_about, select_deciding, weigh_board
from leaderboard.models.ranking import Board
from leaderboard.models.run import SubmissionRun
from leaderboard.models.submission import Submission
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import (
    BoardScore,
    read_board_scores,
)
from leaderboard.scoring.statistics.runs import spread_of_runs


class ShownRuns(NamedTuple):
    """The runs of a model, oldest first, with what all may see of each.

    `spreads` has the standard deviation between the runs of a board's means, in points, where one
    set of runs has all of its tracks. On hidden answers there are neither scores nor spreads: with
    the mean, the spread of two runs would tell both.
    """

    runs: list[Submission]
    labels: Mapping[str, str]
    scores: Mapping[str, Mapping[Board, BoardScore]]
    spreads: Mapping[Board, float]


def read_shown_runs(session: Session, table: RankingTable, row: RankingRow) -> ShownRuns | None:
    """Those of a model in a ranking; None where it stands by single runs."""
    if not row.runs:
        return None
    runs = {run.id: run for of_track in row.runs.values() for run in of_track}
    found = [session.get(SubmissionRun, key) for key in runs]
    labels = {one.submission_id: one.label for one in found if one is not None and one.label}
    every = sorted(runs.values(), key=lambda run: (run.created_at, run.id))
    if is_protected(row.submission.split):
        return ShownRuns(every, labels, {}, {})
    scores = read_board_scores(session, every, Viewer.PUBLIC)
    return ShownRuns(every, labels, scores, _read_spreads(session, table, row))


def _read_spreads(session: Session, table: RankingTable, row: RankingRow) -> dict[Board, float]:
    keys = {run.id for of_track in row.runs.values() for run in of_track}
    packed = read_packed_values(session, keys, None)
    items = read_items(session, table.split.id)
    decides = items["decides"].to_numpy()
    values = {key: unpack_values(content)[decides] for key, content in packed.items()}
    deciding = select_deciding(items)
    found = {}
    benchmark = table.split.benchmark
    for board in benchmark.boards:
        tracks = board.take(benchmark.tracks)
        sets = {tuple(run.id for run in row.runs.get(track, ())) for track in tracks}
        columns = is_about(board, deciding)
        if len(sets) != 1 or () in sets or not columns.any():
            continue
        stacked = np.stack(
            [count_for(board, values[key], (), deciding)[0][columns] for key in next(iter(sets))]
        )
        part = deciding[columns]
        spread = spread_of_runs(stacked, weigh_board(part, board) / len(part))
        if spread is not None and not np.isnan(spread):
            found[board] = spread
    return found
