"""What a ranking keeps of its models' severe errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.evaluation.standing import StandsBy, list_parts
from leaderboard.models.benchmark import Track
from leaderboard.models.harm import HarmValues, RankedHarm
from leaderboard.models.ranking import Board, Ranking
from leaderboard.scoring.harm import UNANSWERED, UNGRADED
from leaderboard.scoring.harm_rates import Rows, count_graded, rate_codes, take, unpack_rows

HARM_BOARDS = (Board.CLOSED, Board.REPORT)
"""The boards whose scores a column of severe errors stands beside."""


def replace_harm(
    session: Session,
    ranking: Ranking,
    standing: Sequence[StandsBy],
    foreign: Mapping[str, Sequence[Track]],
    items: pd.DataFrame,
) -> None:
    """Write the severe errors of what stands in a ranking in place of what stood there.

    foreign: by a model's key, its tracks that another ruler scored; what is said of them counts
    for nothing. items: those of the split. A board without a graded case that decides ranks has
    none.
    """
    session.execute(delete(RankedHarm).where(RankedHarm.ranking_id == ranking.id))
    rows = session.execute(
        select(HarmValues.submission_id, HarmValues.content).where(
            HarmValues.submission_id.in_(list_parts(standing))
        )
    )
    found = {key: unpack_rows(content) for key, content in rows}
    if not found:
        return
    clusters = items["cluster"].to_numpy(np.int64)
    tracks, decides = items["track"], items["decides"].to_numpy(bool)
    for one in standing:
        joined = _join(one, found, tracks, foreign.get(one.key, ()))
        for board in HARM_BOARDS if joined is not None else ():
            assert joined is not None
            own = decides & tracks.isin([track.value for track in board.tracks]).to_numpy()
            codes = take(joined, "worst")[own]
            if not count_graded(codes):
                continue
            rate = rate_codes(codes, clusters[own])
            value, low, high = rate.estimate or (None, None, None)
            session.add(
                RankedHarm(
                    ranking_id=ranking.id,
                    submission_id=one.key,
                    board=board,
                    value=value,
                    low=low,
                    high=high,
                    n=rate.n,
                    n_severe=rate.n_hit,
                )
            )
    session.flush()


def _join(
    one: StandsBy, found: Mapping[str, Rows], tracks: pd.Series[str], foreign: Sequence[Track]
) -> Rows | None:
    """The rows of a model: those of each track's submission on that track."""
    parts = {track: found[key] for track, key in one.parts.items() if key in found}
    if not parts:
        return None
    joined = next(iter(parts.values())).copy()
    for track in Track:
        own = (tracks == track.value).to_numpy()
        if track in parts and track not in foreign:
            joined[own] = parts[track][own]
        else:
            _forget(joined, own)
    return joined


def _forget(rows: Rows, own: NDArray[np.bool_]) -> None:
    """Leave of these rows which items are graded, and that nothing is known of them."""
    part = rows[own]
    graded = part[:, 0] != UNGRADED
    part[graded, 0] = UNANSWERED
    rows[own] = part
