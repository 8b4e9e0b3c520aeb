"""The results of scored submissions as they were written, read back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.evaluation.estimates import Scored
from leaderboard.evaluation.harm import HarmFacts
from leaderboard.evaluation.results import CalibratedBy, ReportFacts, Result
from leaderboard.models.benchmark import Track
from leaderboard.models.calibration import CalibratedScore, ReportInfluences, ScoredReports
from leaderboard.models.harm import HarmValues
from leaderboard.models.ranking import ItemValues, OutcomeCount, Score, ScoredQuestions
from leaderboard.scoring.statistics.intervals import Estimate


def find_result(session: Session, submission_id: str) -> Result | None:
    """What `score.write_result` wrote of a submission; None where nothing was."""
    return find_results(session, [submission_id]).get(submission_id)


def find_results(session: Session, keys: Collection[str]) -> dict[str, Result]:
    """What `score.write_result` wrote of those submissions of which it wrote anything.

    Scores come in the order in which they were written, calibrations in that of their scores.
    """
    values = session.execute(
        select(ItemValues.submission_id, ItemValues.content).where(
            ItemValues.submission_id.in_(keys)
        )
    ).all()
    versions = {
        row[0]: row[1]
        for row in session.execute(
            select(ScoredQuestions.submission_id, ScoredQuestions.parser_version).where(
                ScoredQuestions.submission_id.in_(keys)
            )
        )
    }
    scores, outcomes = _read_scores(session, keys), _read_outcomes(session, keys)
    calibrated, reports = _read_calibrated(session, keys), _read_reports(session, keys)
    rows = session.scalars(select(HarmValues).where(HarmValues.submission_id.in_(keys)))
    harms = {one.submission_id: HarmFacts(one.content, one.judge) for one in rows}
    influences = {
        row.submission_id: row.content
        for row in session.scalars(
            select(ReportInfluences).where(ReportInfluences.submission_id.in_(keys))
        )
    }
    return {
        key: Result(
            scores=tuple(scores.get(key, ())),
            values=content,
            outcomes=tuple(outcomes.get(key, ())),
            calibrated=tuple(calibrated.get(key, ())),
            reports=reports.get(key),
            parser_version=versions.get(key),
            harm=harms.get(key),
            influences=influences.get(key),
        )
        for key, content in values
    }


def _read_scores(session: Session, keys: Collection[str]) -> dict[str, list[Scored]]:
    rows = session.execute(
        select(
            *(Score.submission_id, Score.metric, Score.slice, Score.name),
            *(Score.value, Score.low, Score.high),
            *(Score.n, Score.n_unscored, Score.n_correct, Score.is_shrunk),
        )
        .where(Score.submission_id.in_(keys))
        .order_by(Score.id)
    )
    found: dict[str, list[Scored]] = {}
    for key, metric, slice_, name, value, low, high, n, n_unscored, n_correct, is_shrunk in rows:
        found.setdefault(key, []).append(
            Scored(
                metric=metric,
                slice=slice_,
                name=name,
                estimate=None if value is None else Estimate(value, low, high),
                n=n,
                n_unscored=n_unscored,
                n_correct=n_correct,
                is_shrunk=is_shrunk,
            )
        )
    return found


def _read_outcomes(
    session: Session, keys: Collection[str]
) -> dict[str, list[tuple[Track, str, int]]]:
    rows = session.execute(
        select(OutcomeCount.submission_id, OutcomeCount.track, OutcomeCount.outcome, OutcomeCount.n)
        .where(OutcomeCount.submission_id.in_(keys))
        .order_by(OutcomeCount.track, OutcomeCount.outcome)
    )
    found: dict[str, list[tuple[Track, str, int]]] = {}
    for key, track, outcome, n in rows:
        found.setdefault(key, []).append((track, outcome, n))
    return found


def _read_calibrated(session: Session, keys: Collection[str]) -> dict[str, list[CalibratedBy]]:
    rows = session.execute(
        select(Score.submission_id, Score.slice, Score.name, CalibratedScore)
        .join(CalibratedScore, CalibratedScore.score_id == Score.id)
        .where(Score.submission_id.in_(keys))
        .order_by(Score.id)
    )
    found: dict[str, list[CalibratedBy]] = {}
    for key, slice_, name, by in rows:
        found.setdefault(key, []).append(
            CalibratedBy(
                slice=slice_,
                name=name,
                calibration_id=by.calibration_id,
                badge=by.badge,
                n_labels=by.n_labels,
                raw_value=by.raw_value,
                standard_error=by.standard_error,
                freedom=by.freedom,
                raters=by.raters.part if by.raters else None,
            )
        )
    return found


def _read_reports(session: Session, keys: Collection[str]) -> dict[str, ReportFacts]:
    rows = session.scalars(select(ScoredReports).where(ScoredReports.submission_id.in_(keys)))
    return {
        row.submission_id: ReportFacts(row.rater_id, row.n_reports, row.n_words, row.density)
        for row in rows
    }
