"""What a model stands by in a ranking: its scores, and on which tracks which submission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.disclosure import Viewer, is_protected
from leaderboard.models.benchmark import Split, Track
from leaderboard.models.calibration import CalibratedScore
from leaderboard.models.ranking import CombinedScore, Metric, RankedPart, RankedSubmission, Score
from leaderboard.models.submission import Submission
from leaderboard.models.team import ModelCard
from leaderboard.rankings.provenance import (
    ReportProvenance,
    compare_traits,
    read_calibrated,
    read_provenance,
)
from leaderboard.rankings.read import count_items, read_ranking
from leaderboard.rankings.releases import find_ranking
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.rankings.scores import (
    HEADLINE,
    SubmissionScores,
    read_scores,
)


def read_row_scores(session: Session, table: RankingTable, row: RankingRow) -> SubmissionScores:
    """What all may see of the scores that a model stands by in the ranking `table`."""
    if not row.parts:
        return read_scores(session, row.submission, Viewer.PUBLIC)
    query = (
        select(CombinedScore)
        .where(
            CombinedScore.ranking_id == table.ranking_id,
            CombinedScore.submission_id == row.submission.id,
        )
        .order_by(CombinedScore.id)
    )
    if not row.has_breakdown:
        query = query.where(CombinedScore.slice.in_(HEADLINE))
    outcomes: dict[Track, Counter[str]] = {}
    readings: Counter[str] = Counter()
    for part in row.submissions:
        found = read_scores(session, part, Viewer.PUBLIC)
        for track, counts in found.outcomes.items():
            if track in row.parts and part in row.runs.get(track, (row.parts[track],)):
                outcomes.setdefault(track, Counter()).update(counts)
        readings.update(found.second_readings)
    counted = {track: dict(counts) for track, counts in outcomes.items()}
    return SubmissionScores(list(session.scalars(query)), counted, dict(readings))


def read_row_calibrated(
    session: Session, row: RankingRow, scores: SubmissionScores
) -> Mapping[int, CalibratedScore]:
    """How each calibrated one of `scores`, those of `row`, was calibrated, by the score's id."""
    if not row.parts:
        return read_calibrated(session, row.submission.id)
    if Track.REPORT not in row.parts:
        return {}
    by = read_calibrated(session, row.parts[Track.REPORT].id)
    places = session.execute(select(Score.id, Score.slice, Score.name).where(Score.id.in_(by)))
    found = {(slice_, name): by[key] for key, slice_, name in places}
    return {
        score.id: found[score.slice, score.name]
        for score in scores.scores
        if score.metric in (Metric.REPORT, Metric.RATING) and (score.slice, score.name) in found
    }


def find_report(session: Session, submission: Submission) -> ReportProvenance | None:
    """What stands behind a submission's report score, held against the models ranked now.

    None where it has no report score. Its own model is not among those that it may be unlike.
    """
    own = read_provenance(session, [submission.id]).get(submission.id)
    if own is None or own.has_own_labels:
        return own
    others = {
        row.submission.id: row.report
        for row in read_ranking(session, submission.split).rows
        if row.report is not None and row.model.id != submission.model_card_id
    }
    return compare_traits({**others, submission.id: own})[submission.id]


def find_parts(session: Session, model: ModelCard, split: Split) -> dict[Track, Submission]:
    """The submission that a model stands by on each track in the current ranking of a split.

    Empty where it is not in the ranking.
    """
    ranking = find_ranking(session, split.id)
    if ranking is None:
        return {}
    latest = session.scalar(
        select(Submission)
        .join(RankedSubmission, RankedSubmission.submission_id == Submission.id)
        .where(RankedSubmission.ranking_id == ranking.id, Submission.model_card_id == model.id)
    )
    if latest is None:
        return {}
    parts = session.execute(
        select(RankedPart.track, Submission)
        .join(Submission, Submission.id == RankedPart.part_id)
        .where(RankedPart.ranking_id == ranking.id, RankedPart.submission_id == latest.id)
    )
    found = {row[0]: row[1] for row in parts} or {Track(track): latest for track in latest.tracks}
    return {track: found[track] for track in split.benchmark.tracks if track in found}


def describe_partial(
    session: Session, model: ModelCard, split: Split, tracks: Collection[Track]
) -> str:
    """What a file of `tracks` alone will do to a model, for whoever sends it.

    Empty where the file has every track of the split.
    """
    has = {track for track, n in count_items(session, split).items() if n}
    order = split.benchmark.tracks
    absent = [track for track in order if track in has - set(tracks)]
    if not absent:
        return ""
    standing = find_parts(session, model, split)
    kept: dict[str, list[Track]] = {}
    for track in absent:
        if track in standing:
            kept.setdefault(standing[track].id, []).append(track)
    lost = [track for track in absent if track not in standing]
    said = [f"This file has {_join([one.words for one in order if one in tracks])} only"]
    if kept:
        parts = {one.id: one for one in standing.values()}
        said[0] += f": {model.name} keeps " + _join(
            [
                f"its {_join([one.value for one in of])} results of "
                f"{parts[key].created_at:%-d %B %Y} (submission {key})"
                for key, of in kept.items()
            ]
        )
    if lost:
        none_of = _join([one.words for one in lost])
        said[0] += f"{', but ' if kept else ': '}there will be no overall score without {none_of}"
    else:
        said[0] += f", and its overall score is made of {'both' if len(kept) == 1 else 'all'} files"
    if is_protected(split):
        said.append("That holds once a release makes this file public.")
    return ". ".join(said).removesuffix(".") + "."


def _join(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
