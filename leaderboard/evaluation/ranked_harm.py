"""What a ranking keeps of its models' severe errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from leaderboard.evaluation.standing import StandsBy, list_parts
from leaderboard.items.weights import is_about
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Track
from leaderboard.models.harm import HARM_BOARDS, HarmValues, RankedHarm
from leaderboard.models.ranking import Ranking
from leaderboard.scoring.harm_rates import count_graded, join_tracks, rate_codes, unpack_rows


def replace_harm(
    session: Session,
    ranking: Ranking,
    standing: Sequence[StandsBy],
    foreign: Mapping[str, Sequence[Track]],
    items: pd.DataFrame,
) -> None:
    """Write the severe errors of what stands in a ranking in place of what stood there.

    Of a track on which several runs stand it is their mean. foreign: by a model's key, its tracks
    that another ruler scored; what is said of them counts for nothing. items: those of the split. A
    board without a graded case that decides ranks has none.
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
    strata = pd.factorize(tracks)[0].astype(np.int64)
    for one in standing:
        parts = {
            track.value: one.runs.get(track, (key,))
            for track, key in one.parts.items()
            if track not in foreign.get(one.key, ())
        }
        joined = join_tracks(parts, found, tracks.tolist())
        if joined is None:
            continue
        for board in HARM_BOARDS:
            own = decides & is_about(board, items)
            worst = joined.take("worst", own)
            if not count_graded(worst.codes):
                continue
            rate = rate_codes(worst, strata[own], clusters[own])
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
