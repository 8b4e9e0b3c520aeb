"""Order the scored models of a split, as rank ranges, on each board."""

from __future__ import annotations

from sqlalchemy.orm import Session

from leaderboard.db import now
from leaderboard.disclosure import is_protected
from leaderboard.evaluation.combined import combine_stored
from leaderboard.evaluation.places import RankedBy, place_all, without_decision, without_tracks
from leaderboard.evaluation.ranked import Ranked, replace_ranked
from leaderboard.evaluation.ranked_harm import replace_harm
from leaderboard.evaluation.release import Foreign, continue_release, find_foreign
from leaderboard.evaluation.score import ensure_rewards
from leaderboard.evaluation.standing import (
    StandsBy,
    choose_standing,
    leave_out_runs,
    list_parts,
    make_ranked_by,
    read_ranked_by,
)
from leaderboard.items.values import read_items
from leaderboard.late import pandas as pd
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.ranking import Ranking
from leaderboard.packages.opening import is_frozen
from leaderboard.rankings.apart import find_apart
from leaderboard.rankings.releases import (
    decides_by_reports,
    find_ranking,
    find_release,
    lock_releases,
)
from leaderboard.submissions.phases import find_final_phase


def rank_split(
    session: Session, split_id: int, *, items: pd.DataFrame | None = None
) -> Ranking | None:
    """Replace the ranking of a split with that of the submissions that stand now.

    A model is ranked on each track by its latest public submission that has the track, or by the
    mean of the runs of its set; on a board
    whose items it did not all answer, or which were not all scored, it has no rank. Neither has one
    on a board whose items were scored by another version of the parser or another judge than the
    open release's, nor one that stands apart (see `rankings.apart`). The ranking belongs to the
    open release. Rankings of one split wait for each other. `items` are the split's, where the
    caller has read them. None for a protected split before its host opens the first release. A
    split of a version that a newer one followed keeps its last ranking as it is. In the release of
    a phase's end stands what was received until then.
    """
    lock_releases(session, split_id)
    if is_frozen(session, split_id):
        return find_ranking(session, split_id)
    phase = find_final_phase(session, find_release(session, split_id))
    standing = choose_standing(session, split_id, phase)
    keys, parts = [one.key for one in standing], list_parts(standing)
    last = find_ranking(session, split_id)
    if not keys and find_release(session, split_id) is None:
        split = session.get_one(Split, split_id)
        if is_protected(split):
            return None
    release = continue_release(session, split_id, parts)
    ranking = last if last and last.release_id == release.id else Ranking(release_id=release.id)
    ranking.serial = last.serial + 1 if last else 1
    ranking.ranked_at = now()
    session.add(ranking)
    session.flush()
    if items is None:
        items = read_items(session, split_id)
    ensure_rewards(session, keys, items)
    foreign = find_foreign(session, release, parts)
    standing = leave_out_runs(standing, foreign.has)
    apart = find_apart(session, split_id, keys)
    combined = {
        one.key: combine_stored(session, one, items, find_foreign_tracks(one, foreign))
        for one in standing
        if one.is_combined
    }
    ranked_by = read_ranked_by(session, [key for key in keys if key not in combined])
    ranked_by |= {key: make_ranked_by(result) for key, result in combined.items()}
    counted = {
        one.key: leave_out_foreign(one, ranked_by[one.key], foreign, items)
        for one in standing
        if one.key not in apart
    }
    if not decides_by_reports(session, release.id):
        counted = {key: without_decision(one) for key, one in counted.items()}
    places = place_all(counted, items, release.split.benchmark.boards)
    replace_ranked(session, ranking, release, Ranked(standing, combined, places, apart))
    of_others = {one.key: find_foreign_tracks(one, foreign) for one in standing}
    replace_harm(session, ranking, standing, of_others, items)
    return ranking


def find_foreign_tracks(one: StandsBy, foreign: Foreign) -> list[Track]:
    """The tracks on which a model stands by what another ruler scored."""
    return [track for track, key in one.parts.items() if foreign.has(track, key)]


def leave_out_foreign(
    one: StandsBy, ranked_by: RankedBy, foreign: Foreign, items: pd.DataFrame
) -> RankedBy:
    """What a model is ranked by, without what another ruler scored."""
    tracks = find_foreign_tracks(one, foreign)
    return without_tracks(ranked_by, items, tracks) if tracks else ranked_by
