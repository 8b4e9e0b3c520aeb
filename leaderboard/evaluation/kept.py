"""The result of a scored submission as it was written, read back."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.evaluation.estimates import Scored
from leaderboard.evaluation.results import CalibratedBy, ReportFacts, Result
from leaderboard.models.calibration import CalibratedScore, ScoredReports
from leaderboard.models.ranking import ItemValues, OutcomeCount, Score, ScoredQuestions
from leaderboard.scoring.statistics.intervals import Estimate


def find_result(session: Session, submission_id: str) -> Result | None:
    """What `score.write_result` wrote of a submission; None where nothing was.

    Calibrations come in the order of their scores.
    """
    values = session.get(ItemValues, submission_id)
    if values is None:
        return None
    rows = session.scalars(
        select(Score).where(Score.submission_id == submission_id).order_by(Score.id)
    ).all()
    outcomes = session.execute(
        select(OutcomeCount.track, OutcomeCount.outcome, OutcomeCount.n)
        .where(OutcomeCount.submission_id == submission_id)
        .order_by(OutcomeCount.track, OutcomeCount.outcome)
    )
    questions = session.get(ScoredQuestions, submission_id)
    return Result(
        scores=tuple(map(_read_score, rows)),
        values=values.content,
        outcomes=tuple((row[0], row[1], row[2]) for row in outcomes),
        calibrated=_read_calibrated(session, submission_id),
        reports=_find_reports(session, submission_id),
        parser_version=None if questions is None else questions.parser_version,
    )


def _read_score(row: Score) -> Scored:
    return Scored(
        metric=row.metric,
        slice=row.slice,
        name=row.name,
        estimate=None if row.value is None else Estimate(row.value, row.low, row.high),
        n=row.n,
        n_unscored=row.n_unscored,
        n_correct=row.n_correct,
        is_shrunk=row.is_shrunk,
    )


def _read_calibrated(session: Session, submission_id: str) -> tuple[CalibratedBy, ...]:
    rows = session.execute(
        select(Score.slice, Score.name, CalibratedScore)
        .join(CalibratedScore, CalibratedScore.score_id == Score.id)
        .where(Score.submission_id == submission_id)
        .order_by(Score.id)
    )
    return tuple(
        CalibratedBy(
            slice=slice_,
            name=name,
            calibration_id=by.calibration_id,
            badge=by.badge,
            n_labels=by.n_labels,
            raw_value=by.raw_value,
            standard_error=by.standard_error,
            freedom=by.freedom,
        )
        for slice_, name, by in rows
    )


def _find_reports(session: Session, submission_id: str) -> ReportFacts | None:
    row = session.get(ScoredReports, submission_id)
    if row is None:
        return None
    return ReportFacts(row.rater_id, row.n_reports, row.n_words, row.density)
