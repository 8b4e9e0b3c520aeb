"""Order the scored models of a split, as rank ranges, on each board."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import case, select
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.disclosure import is_protected, is_public
from leaderboard.evaluation.outdated import find_outdated
from leaderboard.evaluation.ranked import Place, replace_ranked
from leaderboard.evaluation.release import continue_release
from leaderboard.items.values import read_items, select_deciding, unpack_values, weigh_tracks
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.publication import Policy, Publication
from leaderboard.models.ranking import Board, ItemValues, Ranking
from leaderboard.models.submission import Submission
from leaderboard.rankings.apart import find_apart
from leaderboard.rankings.provenance import read_report_means
from leaderboard.rankings.releases import find_ranking, find_release, lock_releases
from leaderboard.scoring.ranking import (
    compare_pairs,
    find_better,
    find_better_by_reports,
    rank_ranges,
    separable_from_leader,
)
from leaderboard.scoring.statistics.calibration import CalibratedMean


def rank_split(
    session: Session, split_id: int, *, items: pd.DataFrame | None = None
) -> Ranking | None:
    """Replace the ranking of a split with that of the submissions that stand now.

    A model is ranked by its latest public submission; on a board whose items it did not all
    answer, or which were not all scored, it has no rank. Neither has one on a board with reports
    as long as an earlier version of the checklist judge scored it, and a later one others, nor one
    that stands apart (see `rankings.apart`). The
    ranking belongs to the open release, or to the next where what scores are made by changed.
    Rankings of one split wait for each other. `items` are the split's, where the caller has read
    them. None for a protected split before its host opens the first release.
    """
    lock_releases(session, split_id)
    standing = _read_standing(session, split_id)
    keys = list(standing)
    last = find_ranking(session, split_id)
    if not keys and find_release(session, split_id) is None:
        split = session.get_one(Split, split_id)
        if is_protected(split):
            return None
    outdated = find_outdated(session, keys, ChecklistJudge.identity)
    release = continue_release(session, split_id, [key for key in keys if key not in outdated])
    ranking = last if last and last.release_id == release.id else Ranking(release_id=release.id)
    ranking.serial = last.serial + 1 if last else 1
    ranking.ranked_at = now()
    session.add(ranking)
    session.flush()
    reports = read_report_means(session, keys)
    if items is None:
        items = read_items(session, split_id)
    decides = items["decides"].to_numpy()
    items = select_deciding(items)
    standing = {key: values[decides] for key, values in standing.items()}
    is_report = (items["track"] == Track.REPORT.value).to_numpy()
    for key in outdated:
        standing[key] = np.where(is_report, np.nan, standing[key])
    apart = find_apart(session, split_id, keys)
    standing = {key: values for key, values in standing.items() if key not in apart}
    places = {board: _rank_board(board, standing, items, reports) for board in Board}
    replace_ranked(session, ranking, release, keys, places, apart)
    return ranking


def _read_standing(session: Session, split_id: int) -> dict[str, NDArray[np.float64]]:
    """The item values of each model's latest public submission, by submission id.

    The latest is the one that a release made public last, whenever it was sent.
    """
    by_release = Publication.policy == Policy.RELEASE
    since = case((by_release, Publication.published_at), else_=Submission.created_at)
    rows = session.execute(
        select(Submission.id, Submission.model_card_id, ItemValues.content)
        .join(ItemValues, ItemValues.submission_id == Submission.id)
        .outerjoin(Publication, Publication.submission_id == Submission.id)
        .where(Submission.split_id == split_id, is_public())
        .order_by(since, Submission.created_at, Submission.id)
    ).all()
    latest = {model_card_id: (key, content) for key, model_card_id, content in rows}
    return {key: unpack_values(content) for key, content in latest.values()}


def _rank_board(
    board: Board,
    standing: Mapping[str, NDArray[np.float64]],
    items: pd.DataFrame,
    reports: Mapping[str, CalibratedMean],
) -> dict[str, Place]:
    """Where those stand on a board who have a value on every one of `items` that it is about."""
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
        calibrated = [reports.get(key) for key in complete]
        better, differences = find_better_by_reports(
            stacked, strata, clusters, is_report, calibrated, weights
        )
    else:
        tests = compare_pairs(stacked * weights, strata, clusters)
        better, differences = find_better(tests), tests.differences
    separable = separable_from_leader(better, differences)
    return dict(zip(complete, map(Place, rank_ranges(better), separable), strict=True))
