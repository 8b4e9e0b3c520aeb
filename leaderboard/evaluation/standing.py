"""Which submission stands for each model of a split, and where all of them stand on each board."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import case, select
from sqlalchemy.orm import Session

from leaderboard.disclosure import is_public
from leaderboard.evaluation.ranked import Place
from leaderboard.items.values import select_deciding, unpack_values, weigh_tracks
from leaderboard.models.benchmark import Track
from leaderboard.models.publication import Policy, Publication
from leaderboard.models.ranking import Board, ItemValues
from leaderboard.models.submission import Submission
from leaderboard.rankings.provenance import read_report_means
from leaderboard.scoring.ranking import (
    compare_pairs,
    find_better,
    find_better_by_reports,
    rank_ranges,
    separable_from_leader,
)
from leaderboard.scoring.statistics.calibration import CalibratedMean


class RankedBy(NamedTuple):
    """What a submission is ranked by: (N,) values of its split's items, its calibrated reports."""

    values: NDArray[np.float64]
    reports: CalibratedMean | None


def choose_standing(session: Session, split_id: int) -> list[str]:
    """The id of each model's latest public submission.

    The latest is the one that a release made public last, whenever it was sent.
    """
    by_release = Publication.policy == Policy.RELEASE
    since = case((by_release, Publication.published_at), else_=Submission.created_at)
    rows = session.execute(
        select(Submission.id, Submission.model_card_id)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .outerjoin(Publication, Publication.submission_id == Submission.id)
        .where(Submission.split_id == split_id, is_public())
        .order_by(since, Submission.created_at, Submission.id)
    ).all()
    return list({model_card_id: key for key, model_card_id in rows}.values())


def read_ranked_by(session: Session, keys: Collection[str]) -> dict[str, RankedBy]:
    """What the submissions of these ids are ranked by, as they are scored now."""
    reports = read_report_means(session, list(keys))
    rows = session.execute(
        select(ItemValues.submission_id, ItemValues.content).where(
            ItemValues.submission_id.in_(keys)
        )
    )
    values = {key: unpack_values(content) for key, content in rows}
    return {key: RankedBy(values[key], reports.get(key)) for key in keys}


def without_tracks(one: RankedBy, items: pd.DataFrame, tracks: Collection[Track]) -> RankedBy:
    """`one` as if it had not answered `tracks`; `items` are those of its split."""
    taken = items["track"].isin([track.value for track in tracks]).to_numpy()
    reports = None if Track.REPORT in tracks else one.reports
    return RankedBy(np.where(taken, np.nan, one.values), reports)


def place_all(
    standing: Mapping[str, RankedBy], items: pd.DataFrame
) -> dict[Board, dict[str, Place]]:
    """Where submissions stand on each board, by their id; `items` are those of their split.

    Only the items that decide ranks count. A submission without a value on every one of them that
    a board is about has no place there.
    """
    decides = items["decides"].to_numpy()
    deciding = select_deciding(items)
    values = {key: one.values[decides] for key, one in standing.items()}
    reports = {key: one.reports for key, one in standing.items()}
    return {board: _place(board, values, deciding, reports) for board in Board}


def _place(
    board: Board,
    standing: Mapping[str, NDArray[np.float64]],
    items: pd.DataFrame,
    reports: Mapping[str, CalibratedMean | None],
) -> dict[str, Place]:
    columns = items["track"].isin([track.value for track in board.tracks]).to_numpy()
    values = {key: row[columns] for key, row in standing.items()}
    complete = {key: row for key, row in values.items() if len(row) and not np.isnan(row).any()}
    if not complete:
        return {}
    stacked, part = np.stack(list(complete.values())), items[columns]
    strata = pd.factorize(part["track"])[0].astype(np.int64)
    clusters = part["cluster"].to_numpy().astype(np.int64)
    is_report = (part["track"] == Track.REPORT.value).to_numpy()
    weights = weigh_tracks(part)
    if is_report.any():
        calibrated = [reports[key] for key in complete]
        better, differences = find_better_by_reports(
            stacked, strata, clusters, is_report, calibrated, weights
        )
    else:
        tests = compare_pairs(stacked * weights, strata, clusters)
        better, differences = find_better(tests), tests.differences
    separable = separable_from_leader(better, differences)
    return dict(zip(complete, map(Place, rank_ranges(better), separable), strict=True))
