"""Where report scores come from: the judge, the calibration, the labels, the reports' style."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from leaderboard.models.benchmark import Track
from leaderboard.models.calibration import CalibratedScore, ScoredReports
from leaderboard.models.ranking import Metric, Score, Slice
from leaderboard.models.rating import RaterKind
from leaderboard.scoring.statistics.calibration import Badge, CalibratedMean
from leaderboard.scoring.statistics.likeness import Trait, Traits, find_unlike, make_traits

UNCALIBRATED = "uncalibrated"
FOLLOWS = ("may_decide", "unlike")
LEAST_LABELS = 2
"""A model with fewer labels of its own tells a calibrator nothing of how models differ."""


@dataclass(frozen=True)
class ReportProvenance:
    """What stands behind a submission's report score.

    `badge` is a Badge, or UNCALIBRATED for a judge's raw mean. `raw_value` is the judge's mean
    on 20..100 beside a calibrated score. Lengths and marks are those of `ScoredReports`. `unlike`
    are the traits in which it lies outside the range of the ranking's models that have labels of
    their own, None where that is not known or its own labels anchor it. Its judge `may_decide`
    ranks in the release that a ranking is of.
    """

    judge: str
    badge: str
    n_labels: int
    label_kind: RaterKind | None
    raw_value: float | None
    n_words: float
    density: float | None
    may_decide: bool = True
    unlike: tuple[Trait, ...] | None = None

    @property
    def has_own_labels(self) -> bool:
        """Whether labels of its own reports stand behind it."""
        return self.badge != UNCALIBRATED and Badge(self.badge).is_anchored

    @property
    def traits(self) -> Traits | None:
        """What it is compared by with others; None where it is not calibrated."""
        if self.raw_value is None:
            return None
        return make_traits(self.raw_value, self.n_words, self.density)

    @property
    def is_anchored(self) -> bool:
        """Whether it may make a winner: by own labels, and a judge that may decide ranks."""
        return self.has_own_labels and self.may_decide


def make_kept(provenance: ReportProvenance) -> dict[str, object]:
    """What a ranking keeps of it; the rest follows from the release and from its other models."""
    return {name: value for name, value in vars(provenance).items() if name not in FOLLOWS}


def compare_traits(reports: Mapping[str, ReportProvenance]) -> dict[str, ReportProvenance]:
    """The same with `unlike`, of the models of one ranking by any key.

    A transported score is compared with those by the same judge and the same kind of labels.
    """
    calibrating: dict[tuple[str, RaterKind | None], list[Traits]] = {}
    for one in reports.values():
        if one.n_labels >= LEAST_LABELS and one.traits is not None:
            calibrating.setdefault((one.judge, one.label_kind), []).append(one.traits)
    found = dict(reports)
    for key, one in reports.items():
        if one.badge == Badge.TRANSPORTED and one.n_labels < LEAST_LABELS and one.traits:
            others = calibrating.get((one.judge, one.label_kind), [])
            found[key] = replace(one, unlike=find_unlike(one.traits, others))
    return found


def read_provenance(session: Session, submission_ids: Sequence[str]) -> dict[str, ReportProvenance]:
    """The provenance of the report scores of those of the submissions that have one."""
    calibrated = read_report_calibrations(session, submission_ids)
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
            raters=by.raters.part if by.raters else None,
        )
        for score, by in rows
        if score.value is not None
    }


def read_report_calibrations(
    session: Session, submission_ids: Sequence[str]
) -> dict[str, CalibratedScore]:
    """How the report score of each of the submissions was calibrated, of those that were."""
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
