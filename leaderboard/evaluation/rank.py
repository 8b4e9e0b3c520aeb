"""Order the scored models of a split, as rank ranges, on each board."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.evaluation.values import read_items, unpack_values
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Board, ItemValues, Ranking, RankingEntry
from leaderboard.models.submission import Status, Submission
from leaderboard.scoring.rank_range import RankRange
from leaderboard.scoring.ranking import compare_pairs, rank_ranges

BOARD_TRACKS = {
    Board.OVERALL: (Track.TEXT, Track.IMAGE, Track.REPORT),
    Board.CLOSED: (Track.TEXT, Track.IMAGE),
    Board.TEXT: (Track.TEXT,),
    Board.IMAGE: (Track.IMAGE,),
    Board.REPORT: (Track.REPORT,),
}


def rank_split(session: Session, split_id: int) -> Ranking:
    """Replace the ranking of a split with that of the submissions that stand now.

    A model is ranked by its latest scored submission; on a board whose items it did not all
    answer, or which were not all scored, it has no rank. Rankings of one split wait for each
    other.
    """
    session.execute(select(Split.id).where(Split.id == split_id).with_for_update())
    ranking = session.scalar(select(Ranking).where(Ranking.split_id == split_id))
    if ranking is None:
        ranking = Ranking(split_id=split_id, serial=0, ranked_at=now())
        session.add(ranking)
    ranking.serial += 1
    ranking.ranked_at = now()
    session.flush()
    session.execute(delete(RankingEntry).where(RankingEntry.ranking_id == ranking.id))
    standing = _read_standing(session, split_id)
    items = read_items(session, split_id)
    for board, tracks in BOARD_TRACKS.items():
        columns = items["track"].isin([track.value for track in tracks]).to_numpy()
        ranges = _rank(standing, items[columns], columns)
        if standing:
            session.execute(
                insert(RankingEntry),
                [
                    {
                        "ranking_id": ranking.id,
                        "board": board,
                        "submission_id": submission_id,
                        "rank_low": ranges[submission_id].low if submission_id in ranges else None,
                        "rank_high": ranges[submission_id].high
                        if submission_id in ranges
                        else None,
                    }
                    for submission_id in standing
                ],
            )
    return ranking


def _read_standing(session: Session, split_id: int) -> dict[str, NDArray[np.float64]]:
    """The item values of each model's latest scored submission, by submission id."""
    rows = session.execute(
        select(Submission.id, Submission.model_card_id, ItemValues.content)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .where(Submission.split_id == split_id, Submission.status == Status.SCORED)
        .order_by(Submission.created_at, Submission.id)
    ).all()
    latest = {model_card_id: (key, content) for key, model_card_id, content in rows}
    return {key: unpack_values(content) for key, content in latest.values()}


def _rank(
    standing: dict[str, NDArray[np.float64]], items: pd.DataFrame, columns: NDArray[np.bool_]
) -> dict[str, RankRange]:
    values = {key: row[columns] for key, row in standing.items()}
    complete = {key: row for key, row in values.items() if len(row) and not np.isnan(row).any()}
    if not complete:
        return {}
    tests = compare_pairs(
        np.stack(list(complete.values())),
        pd.factorize(items["track"])[0].astype(np.int64),
        items["cluster"].to_numpy().astype(np.int64),
    )
    return dict(zip(complete, rank_ranges(tests), strict=True))
