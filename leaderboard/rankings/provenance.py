"""Where report scores come from: the judge, the calibration, the labels, the reports' style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.models.benchmark import Track
from leaderboard.models.calibration import CalibratedScore, ScoredReports
from leaderboard.models.ranking import Metric, Score, Slice
from leaderboard.models.rating import RaterKind
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean

UNCALIBRATED = "uncalibrated"


@dataclass(frozen=True)
class ReportProvenance:
    """What stands behind a submission's report score.

    `badge` is a Badge, or UNCALIBRATED for a judge's raw mean. `raw_value` is the judge's mean
    on 20..100 beside a calibrated score. Lengths and marks are those of `ScoredReports`. Its judge
    `may_decide` ranks in the release that a ranking is of.
    """

    judge: str
    badge: str
    n_labels: int
    label_kind: RaterKind | None
    raw_value: float | None
    n_words: float
    density: float | None
    may_decide: bool = True

    @property
    def has_own_labels(self) -> bool:
        """Whether labels of its own reports stand behind it."""
        return self.badge in (Badge.EXPERT_ANCHORED, Badge.PROBE_ANCHORED)

    @property
    def is_anchored(self) -> bool:
        """Whether it may make a winner: by own labels, and a judge that may decide ranks."""
        return self.has_own_labels and self.may_decide


def make_kept(provenance: ReportProvenance) -> dict[str, object]:
    """What a ranking keeps of it; whether its judge may decide is a fact of the release."""
    return {name: value for name, value in vars(provenance).items() if name != "may_decide"}


def read_provenance(session: Session, submission_ids: Sequence[str]) -> dict[str, ReportProvenance]:
    """The provenance of the report scores of those of the submissions that have one."""
    calibrated = _read_report_calibrations(session, submission_ids)
    rows = session.scalars(
        select(ScoredReports)
        .where(ScoredReports.submission_id.in_(submission_ids))
        .options(joinedload(ScoredReports.rater))
    )
    found = {}
    for row in rows:
        by = calibrated.get(row.submission_id)
        found[row.submission_id] = ReportProvenance(
            judge=row.rater.name,
            badge=by.badge if by else UNCALIBRATED,
            n_labels=by.n_labels if by else 0,
            label_kind=by.calibration.label_kind if by else None,
            raw_value=by.raw_value if by else None,
            n_words=row.n_words,
            density=row.density,
        )
    return found


def read_calibrated(session: Session, submission_id: str) -> dict[int, CalibratedScore]:
    """How each calibrated score of a submission was calibrated, by the score's row id."""
    rows = session.scalars(
        select(CalibratedScore)
        .join(Score, Score.id == CalibratedScore.score_id)
        .where(Score.submission_id == submission_id)
        .options(joinedload(CalibratedScore.calibration))
    )
    return {row.score_id: row for row in rows}


def read_report_means(session: Session, submission_ids: Sequence[str]) -> dict[str, CalibratedMean]:
    """The calibrated report scores of those of the submissions that have one."""
    rows = session.execute(
        select(Score, CalibratedScore)
        .join(CalibratedScore, CalibratedScore.score_id == Score.id)
        .where(Score.submission_id.in_(submission_ids), Score.slice == Slice.TRACK)
    )
    return {
        score.submission_id: CalibratedMean(
            value=score.value,
            low=score.low,
            high=score.high,
            standard_error=by.standard_error,
            freedom=by.freedom,
            badge=Badge(by.badge),
            n_labels=by.n_labels,
            n=score.n,
            raw_mean=by.raw_value,
        )
        for score, by in rows
        if score.value is not None
    }


def _read_report_calibrations(
    session: Session, submission_ids: Sequence[str]
) -> dict[str, CalibratedScore]:
    rows = session.execute(
        select(Score.submission_id, CalibratedScore)
        .join(CalibratedScore, CalibratedScore.score_id == Score.id)
        .where(
            Score.submission_id.in_(submission_ids),
            Score.metric == Metric.REPORT,
            Score.slice == Slice.TRACK,
            Score.name == Track.REPORT.value,
        )
        .options(joinedload(CalibratedScore.calibration))
    )
    return {row[0]: row[1] for row in rows}
