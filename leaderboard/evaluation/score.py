"""Turn what was parsed and rated into scores with intervals and counts, and write them down."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from leaderboard.calibration.fit import read_calibrations
from leaderboard.calibration.split_facts import SplitFacts
from leaderboard.db import lock_row
from leaderboard.evaluation.estimates import Scored, list_asked, reliability_score
from leaderboard.evaluation.results import Result, make_result, read_facts
from leaderboard.items.values import unpack_values
from leaderboard.items.weights import select_deciding
from leaderboard.late import pandas as pd
from leaderboard.models.calibration import (
    CalibratedScore,
    RaterErrors,
    ReportInfluences,
    ScoredReports,
)
from leaderboard.models.harm import HarmValues
from leaderboard.models.ranking import (
    Board,
    ItemValues,
    Metric,
    OutcomeCount,
    Score,
    ScoredQuestions,
    Slice,
)
from leaderboard.models.submission import Submission
from leaderboard.scoring.statistics.severity import RaterPart

_TABLES = (
    *(Score, OutcomeCount, ItemValues, ScoredQuestions, ScoredReports),
    *(HarmValues, ReportInfluences),
)


def score_submission(
    session: Session, submission_id: str, rater_id: int, split: SplitFacts
) -> None:
    """Replace the scores of a submission to `split` and its item values.

    Reports are scored by the ratings of the judge `rater_id`, through its current calibrations.
    Those who score one submission wait for each other.
    """
    lock_row(session, Submission.id, submission_id)
    submission = session.get_one(Submission, submission_id)
    facts = read_facts(session, submission_id, rater_id, split.rubric)
    calibrations = read_calibrations(session, submission.split_id, rater_id)
    result = make_result(session, submission, facts, split, calibrations)
    write_result(session, submission_id, result)


def write_result(session: Session, submission_id: str, result: Result) -> None:
    """Replace what is kept of a scored submission. The caller has locked its row."""
    clear_scores(session, submission_id)
    rows = [{"submission_id": submission_id, **make_row(score)} for score in result.scores]
    session.execute(insert(Score), rows)
    _add_calibrated(session, submission_id, result)
    session.add_all(
        OutcomeCount(submission_id=submission_id, track=track, outcome=outcome, n=n)
        for track, outcome, n in result.outcomes
    )
    session.add(ItemValues(submission_id=submission_id, content=result.values))
    if result.harm is not None:
        session.add(
            HarmValues(
                submission_id=submission_id, content=result.harm.values, judge=result.harm.judge
            )
        )
    if result.influences is not None:
        session.add(ReportInfluences(submission_id=submission_id, content=result.influences))
    if result.parser_version is not None:
        version = result.parser_version
        session.add(ScoredQuestions(submission_id=submission_id, parser_version=version))
    if result.reports is not None:
        session.add(ScoredReports(submission_id=submission_id, **result.reports._asdict()))


def ensure_rewards(session: Session, keys: Collection[str], items: pd.DataFrame) -> None:
    """Give a score of rewards to those of the submissions that were scored before there was one.

    items: those of their split, as of `read_items`. It follows from what is kept of them.
    """
    place = Board.RELIABILITY.place
    has = exists().where(
        Score.submission_id == ItemValues.submission_id, Score.metric == place.metric
    )
    rows = session.execute(
        select(ItemValues.submission_id, ItemValues.content, Submission.tracks)
        .join(Submission, Submission.id == ItemValues.submission_id)
        .where(ItemValues.submission_id.in_(keys), ~has)
    ).all()
    asked = list_asked(select_deciding(items))
    for key, content, tracks in rows:
        if asked and asked <= set(tracks):
            values = unpack_values(content)
            table = select_deciding(items.assign(value=values, answered=~np.isnan(values)))
            closed = table[table["track"].isin([track.value for track in asked])]
            score = make_row(reliability_score(closed))
            session.execute(insert(Score), [{"submission_id": key, **score}])


def clear_scores(session: Session, submission_id: str) -> None:
    """Take away all that `write_result` wrote."""
    own = select(Score.id).where(Score.submission_id == submission_id)
    session.execute(delete(RaterErrors).where(RaterErrors.score_id.in_(own)))
    session.execute(delete(CalibratedScore).where(CalibratedScore.score_id.in_(own)))
    for table in _TABLES:
        session.execute(delete(table).where(table.submission_id == submission_id))


def make_row(score: Scored) -> dict[str, object]:
    """A score as the fields of a row, but for what it is a score of."""
    value, low, high = score.estimate or (None, None, None)
    return {
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


def _add_calibrated(session: Session, submission_id: str, result: Result) -> None:
    if not result.calibrated:
        return
    by_target = {(one.slice, one.name): one for one in result.calibrated}
    rows = session.execute(
        select(Score.id, Score.slice, Score.name).where(
            Score.submission_id == submission_id,
            Score.metric.in_([Metric.REPORT, Metric.RATING]),
        )
    )
    for score_id, slice_, name in rows:
        found = by_target.get((Slice(slice_), name))
        if found is not None:
            session.add(
                CalibratedScore(
                    score_id=score_id,
                    calibration_id=found.calibration_id,
                    badge=found.badge,
                    n_labels=found.n_labels,
                    raw_value=found.raw_value,
                    standard_error=found.standard_error,
                    freedom=found.freedom,
                    raters=_make_errors(found.raters),
                )
            )


def _make_errors(part: RaterPart | None) -> RaterErrors | None:
    if part is None:
        return None
    return RaterErrors(
        errors=dict(part.errors), freedom=part.freedom, cases_freedom=part.cases_freedom
    )
