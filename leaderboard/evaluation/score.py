"""Turn what was parsed and rated into scores with intervals and counts."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from leaderboard.evaluation.estimates import Scored, make_scores
from leaderboard.evaluation.reports import get_rater_id, read_rubric
from leaderboard.evaluation.values import (
    add_mcq_values,
    pack_values,
    read_items,
    read_ratings,
)
from leaderboard.judges.protocol import JudgeIdentity
from leaderboard.models.benchmark import Track
from leaderboard.models.ranking import ItemValues, OutcomeCount, Score
from leaderboard.models.submission import Submission
from leaderboard.scoring.calibration import CalibratedMean


def score_submission(
    session: Session,
    submission_id: str,
    judge: JudgeIdentity,
    calibrated: CalibratedMean | None = None,
) -> int:
    """Replace the scores of a submission and its item values; returns the split's row id.

    Reports are scored by the ratings of `judge`; a `calibrated` score takes the place of their
    mean.
    """
    submission = session.get_one(Submission, submission_id)
    rubric = read_rubric(session, submission.split_id)
    items = add_mcq_values(session, submission, read_items(session, submission.split_id))
    ratings = read_ratings(session, submission, get_rater_id(session, judge), rubric)
    reports = items["item_id"].map(ratings.set_index("item_id")["value"])
    items["value"] = items["value"].where(items["track"] != Track.REPORT.value, reports)
    tracks = [Track(track) for track in submission.tracks]
    scores = list(make_scores(items, ratings, rubric, tracks, calibrated))
    for table in (Score, OutcomeCount, ItemValues):
        session.execute(delete(table).where(table.submission_id == submission_id))
    session.execute(insert(Score), [_make_row(submission_id, score) for score in scores])
    known = items[items["outcome"].notna()]
    for (track, outcome), n in Counter(zip(known["track"], known["outcome"], strict=True)).items():
        session.add(
            OutcomeCount(submission_id=submission_id, track=Track(track), outcome=outcome, n=n)
        )
    session.add(
        ItemValues(submission_id=submission_id, content=pack_values(items["value"].to_numpy()))
    )
    return submission.split_id


def _make_row(submission_id: str, score: Scored) -> dict[str, object]:
    value, low, high = score.estimate or (None, None, None)
    return {
        "submission_id": submission_id,
        "metric": score.metric,
        "slice": score.slice,
        "name": score.name,
        "value": value,
        "low": low,
        "high": high,
        "n": score.n,
        "n_correct": score.n_correct,
        "n_unscored": score.n_unscored,
        "is_shrunk": score.is_shrunk,
    }
