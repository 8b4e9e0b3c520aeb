"""Which of a split's items decide ranks, and what each of them weighs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leaderboard.late import pandas as pd
from leaderboard.scoring.boards import Board
from leaderboard.scoring.totals import OverallRule


def select_deciding(items: pd.DataFrame) -> pd.DataFrame:
    """Those of a split's items that decide ranks, numbered anew."""
    return items[items["decides"]].reset_index(drop=True)


def group_items(items: pd.DataFrame, rule: OverallRule) -> pd.DataFrame:
    """All items of a split with what weighs them.

    `n_track` is how many items their track has, `group` what the overall score is a mean over, and
    `share` what part of the overall score that group has.
    """
    groups = items[rule.over].astype(str)
    sizes = {str(key): int(n) for key, n in groups.value_counts().items()}
    shares = rule.share(sizes) if sizes else {}
    return items.assign(
        n_track=items.groupby("track")["item_id"].transform("size"),
        group=groups,
        share=groups.map(shares).astype(float),
    )


def weigh_tracks(part: pd.DataFrame) -> NDArray[np.float64]:
    """(n,) weights of a part of a split's items, with a mean of 1.

    Their weighted mean is that of the part's tracks, each weighing as many items as it has in the
    whole split: the sum of N_track / N x the track's mean. All are 1 where a track is there whole
    or not at all.
    """
    n_here = part.groupby("track")["item_id"].transform("size")
    return _level(part["n_track"] / n_here)


def weigh_overall(part: pd.DataFrame) -> NDArray[np.float64]:
    """(n,) weights of a part of a split's items, with a mean of 1, as its overall score has them.

    Their weighted mean is that of the groups of its rule, each with its share of the whole.
    """
    n_here = part.groupby("group")["item_id"].transform("size")
    return _level(part["share"] / n_here)


def weigh_board(part: pd.DataFrame, board: Board) -> NDArray[np.float64]:
    """(n,) weights of the items that a board is about: by the rule of the overall score on its."""
    return weigh_overall(part) if board == Board.OVERALL else weigh_tracks(part)


def is_about(board: Board, items: pd.DataFrame) -> NDArray[np.bool_]:
    """(N,) which items count on a board."""
    covered = board.take(items["track"].unique())
    return np.asarray(items["track"].isin(covered), dtype=np.bool_)


def stratify(part: pd.DataFrame, board: Board) -> NDArray[np.int64]:
    """(n,) numbers of what weighs alike on a board: tracks, and of the overall score its groups."""
    strata = part["track"]
    if board == Board.OVERALL:
        strata = strata + " " + part["group"]
    return pd.factorize(strata)[0].astype(np.int64)


def _level(weights: pd.Series[float]) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.asarray(weights, np.float64)
    return np.divide(values, values.mean()) if len(values) else values
