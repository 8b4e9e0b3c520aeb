"""Severe errors of pairs of models on the same cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from sqlalchemy.orm import Session

from leaderboard.items.values import read_items
from leaderboard.items.weights import is_about
from leaderboard.late import pandas as pd
from leaderboard.models.harm import HARM_BOARDS
from leaderboard.models.ranking import Board
from leaderboard.rankings.harm import read_harm_rows
from leaderboard.rankings.rows import RankingRow
from leaderboard.scoring.harm_rates import HarmDifference, compare_codes
from leaderboard.scoring.ranking import holm


class HarmPair(NamedTuple):
    """Two models (places in the comparison) on a board; `adjusted_p` is Holm's over its pairs."""

    board: Board
    first: int
    second: int
    difference: HarmDifference
    adjusted_p: float


def compare_harm(session: Session, models: Sequence[RankingRow]) -> Iterator[HarmPair]:
    """Each pair on each board with a graded case that decides ranks and is known of both."""
    rows = read_harm_rows(session, models)
    items = read_items(session, models[0].submission.split_id)
    decides = items["decides"].to_numpy(bool)
    clusters = items["cluster"].to_numpy(np.int64)
    strata = pd.factorize(items["track"])[0].astype(np.int64)
    for board in HARM_BOARDS:
        own = decides & is_about(board, items)
        found = []
        for first, second in combinations(range(len(models)), 2):
            one, other = rows[first], rows[second]
            if one is None or other is None:
                continue
            difference = compare_codes(
                one.take("worst", own), other.take("worst", own), strata[own], clusters[own]
            )
            if difference is not None:
                found.append((first, second, difference))
        adjusted = holm(np.array([difference.p_value for _, _, difference in found]))
        for (first, second, difference), p_value in zip(found, adjusted, strict=True):
            yield HarmPair(board, first, second, difference, float(p_value))
