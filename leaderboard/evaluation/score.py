"""Turn what was parsed and rated into scores with intervals and counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from leaderboard.calibration.apply import CalibratedTarget, calibrate_reports
from leaderboard.calibration.split_facts import SplitFacts
from leaderboard.db import lock_row
from leaderboard.evaluation.estimates import Scored, make_scores
from leaderboard.items.targets import REPORT, Target
from leaderboard.items.values import add_mcq_values, pack_values, read_ratings, select_deciding
from leaderboard.models.benchmark import Track
from leaderboard.models.calibration import CalibratedScore, ScoredReports
from leaderboard.models.ranking import ItemValues, Metric, OutcomeCount, Score
from leaderboard.models.submission import Prediction, Submission
from leaderboard.scoring.statistics.style import measure_style


def score_submission(
    session: Session, submission_id: str, rater_id: int, split: SplitFacts
) -> None:
    """Replace the scores of a submission to `split` and its item values.

    Reports are scored by the ratings of the judge `rater_id`, through its current calibrations.
    Scores are made over the items that decide ranks; outcomes and values are kept of all. Those
    who score one submission wait for each other.
    """
    lock_row(session, Submission.id, submission_id)
    submission = session.get_one(Submission, submission_id)
    rubric = split.rubric
    items = add_mcq_values(session, submission, split.items)
    ratings = read_ratings(session, submission, rater_id, rubric)
    calibrated = calibrate_reports(session, submission, rater_id, ratings, split)
    values = ratings[REPORT.key] if calibrated.values is None else calibrated.values
    reports = items["item_id"].map(dict(zip(ratings["item_id"], values, strict=True)))
    items["value"] = items["value"].where(items["track"] != Track.REPORT.value, reports)
    tracks = [Track(track) for track in submission.tracks]
    targets = calibrated.means if _has_every_report(items, ratings) else {}
    means = {target: one.mean for target, one in targets.items()}
    scores = list(make_scores(select_deciding(items), ratings, rubric, tracks, means))
    clear_scores(session, submission_id)
    session.execute(insert(Score), [_make_row(submission_id, score) for score in scores])
    _add_calibrated(session, submission_id, targets)
    _add_outcomes(session, submission_id, items)
    session.add(
        ItemValues(submission_id=submission_id, content=pack_values(items["value"].to_numpy()))
    )
    if len(ratings):
        session.add(_describe_reports(session, submission_id, rater_id, list(ratings.index)))


def _has_every_report(items: pd.DataFrame, ratings: pd.DataFrame) -> bool:
    """Whether no report was withheld: a mean over the others is none of the track's."""
    reports = items.loc[items["track"] == Track.REPORT.value, "item_id"]
    return bool(reports.isin(ratings["item_id"]).all())


def clear_scores(session: Session, submission_id: str) -> None:
    """Take away all that `score_submission` wrote."""
    own = select(Score.id).where(Score.submission_id == submission_id)
    session.execute(delete(CalibratedScore).where(CalibratedScore.score_id.in_(own)))
    for table in (Score, OutcomeCount, ItemValues, ScoredReports):
        session.execute(delete(table).where(table.submission_id == submission_id))


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


def _add_calibrated(
    session: Session, submission_id: str, means: dict[Target, CalibratedTarget]
) -> None:
    rows = session.execute(
        select(Score.id, Score.slice, Score.name).where(
            Score.submission_id == submission_id,
            Score.metric.in_([Metric.REPORT, Metric.RATING]),
        )
    )
    for score_id, slice_, name in rows:
        found = means.get(Target(slice_, name))
        if found is not None:
            session.add(
                CalibratedScore(
                    score_id=score_id,
                    calibration_id=found.calibration.id,
                    badge=found.mean.badge.value,
                    n_labels=found.mean.n_labels,
                    raw_value=found.mean.raw_mean,
                    standard_error=found.mean.standard_error,
                    freedom=found.mean.freedom,
                )
            )


def _add_outcomes(session: Session, submission_id: str, items: pd.DataFrame) -> None:
    counts = items.groupby(["track", "outcome"], sort=False).size().reset_index(name="n")
    for track, outcome, n in counts.itertuples(index=False):
        session.add(
            OutcomeCount(submission_id=submission_id, track=Track(track), outcome=outcome, n=int(n))
        )


def _describe_reports(
    session: Session, submission_id: str, rater_id: int, predictions: list[int]
) -> ScoredReports:
    texts = session.scalars(select(Prediction.text).where(Prediction.id.in_(predictions)))
    styles = [measure_style(text) for text in texts]
    densities = [style.density for style in styles if style.density is not None]
    return ScoredReports(
        submission_id=submission_id,
        rater_id=rater_id,
        n_reports=len(styles),
        n_words=float(np.mean([style.n_words for style in styles])),
        density=float(np.mean(densities)) if densities else None,
    )
