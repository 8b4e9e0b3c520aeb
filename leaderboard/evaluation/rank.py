"""Order the scored models of a split, as rank ranges, on each board."""

from __future__ import annotations

import pandas as pd
from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.disclosure import is_protected
from leaderboard.evaluation.places import RankedBy, place_all, without_tracks
from leaderboard.evaluation.ranked import replace_ranked
from leaderboard.evaluation.release import Foreign, continue_release, find_foreign
from leaderboard.evaluation.standing import choose_standing, read_ranked_by
from leaderboard.items.values import read_items
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Ranking
from leaderboard.packages.opening import is_frozen
from leaderboard.rankings.apart import find_apart
from leaderboard.rankings.releases import find_ranking, find_release, lock_releases


def rank_split(
    session: Session, split_id: int, *, items: pd.DataFrame | None = None
) -> Ranking | None:
    """Replace the ranking of a split with that of the submissions that stand now.

    A model is ranked by its latest public submission; on a board whose items it did not all
    answer, or which were not all scored, it has no rank. Neither has one on a board whose items
    were scored by another version of the parser or another judge than the open release's, nor one
    that stands apart (see `rankings.apart`). The ranking belongs to the open release. Rankings of
    one split wait for each other. `items` are the split's, where the caller has read them. None
    for a protected split before its host opens the first release. A split of a version that a
    newer one followed keeps its last ranking as it is.
    """
    lock_releases(session, split_id)
    if is_frozen(session, split_id):
        return find_ranking(session, split_id)
    keys = choose_standing(session, split_id)
    last = find_ranking(session, split_id)
    if not keys and find_release(session, split_id) is None:
        split = session.get_one(Split, split_id)
        if is_protected(split):
            return None
    release = continue_release(session, split_id, keys)
    ranking = last if last and last.release_id == release.id else Ranking(release_id=release.id)
    ranking.serial = last.serial + 1 if last else 1
    ranking.ranked_at = now()
    session.add(ranking)
    session.flush()
    if items is None:
        items = read_items(session, split_id)
    foreign = find_foreign(session, release, keys)
    apart = find_apart(session, split_id, keys)
    ranked_by = {
        key: leave_out_foreign(key, one, foreign, items)
        for key, one in read_ranked_by(session, keys).items()
        if key not in apart
    }
    replace_ranked(session, ranking, release, keys, place_all(ranked_by, items), apart)
    return ranking


def leave_out_foreign(key: str, one: RankedBy, foreign: Foreign, items: pd.DataFrame) -> RankedBy:
    """What a submission is ranked by, without what another ruler scored."""
    tracks = [Track.TEXT, Track.IMAGE] if key in foreign.questions else []
    if key in foreign.reports:
        tracks.append(Track.REPORT)
    return without_tracks(one, items, tracks) if tracks else one
