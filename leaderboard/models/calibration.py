"""What maps a judge's ratings to the experts' scale, and which score used which map."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from leaderboard.db import Base, enum_column
from leaderboard.models.ranking import Slice
from leaderboard.models.rating import Rater, RaterKind
from leaderboard.scoring.statistics.severity import RaterPart


class Calibration(Base):
    """A fitted map of one judge on one split for one target; never changed, only followed.

    The target is what is rated: the report score (slice track), a section or a dimension.
    `label_kind` says whose ratings it was fitted to. `agreement` is the judge's own,
    `calibrated_agreement` that of its calibrated ratings out of sample (null with labels of one
    model alone), `label_agreement` that of the raters behind the labels with each other; `style`
    is how the judge's error goes with length and formatting (of the report score alone). The
    newest row of a target is current.
    """

    __tablename__ = "calibrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), index=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"))
    slice: Mapped[Slice] = mapped_column(enum_column(Slice))
    name: Mapped[str] = mapped_column(String(80))
    label_kind: Mapped[RaterKind] = mapped_column(enum_column(RaterKind))
    fitted_at: Mapped[datetime]
    labels_hash: Mapped[str] = mapped_column(String(64))
    n_labels: Mapped[int]
    n_models: Mapped[int]
    calibrator: Mapped[dict[str, Any]] = mapped_column(JSON)
    agreement: Mapped[dict[str, Any]] = mapped_column(JSON)
    calibrated_agreement: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    label_agreement: Mapped[dict[str, Any]] = mapped_column(JSON)
    style: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    rater: Mapped[Rater] = relationship()


class CalibratedScore(Base):
    """How a score was calibrated: by which calibration, from how many own labels.

    `raw_value` is the judge's uncalibrated mean; `standard_error` and `freedom` are of all that the
    interval covers. A score without such a row was not calibrated.
    """

    __tablename__ = "calibrated_scores"

    score_id: Mapped[int] = mapped_column(
        ForeignKey("scores.id", ondelete="CASCADE"), primary_key=True
    )
    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id"))
    badge: Mapped[str] = mapped_column(String(20))
    n_labels: Mapped[int]
    raw_value: Mapped[float]
    standard_error: Mapped[float | None]
    freedom: Mapped[int | None]

    calibration: Mapped[Calibration] = relationship()
    raters: Mapped[RaterErrors | None] = relationship(lazy="joined")


class RaterErrors(Base):
    """What the choice of raters adds to the error of a calibrated score.

    `errors` has each rater's by the text of its row id; see `statistics.severity.RaterPart`. A
    score without such a row has an interval that holds for its raters alone.
    """

    __tablename__ = "rater_errors"

    score_id: Mapped[int] = mapped_column(
        ForeignKey("calibrated_scores.score_id", ondelete="CASCADE"), primary_key=True
    )
    errors: Mapped[dict[str, float]] = mapped_column(JSON)
    freedom: Mapped[int]
    cases_freedom: Mapped[int]

    @property
    def part(self) -> RaterPart:
        """The same as it is computed with."""
        return RaterPart(self.errors, self.freedom, self.cases_freedom)


class ScoredReports(Base):
    """Which judge's ratings became a submission's report score, and the style of its reports.

    `n_words` is their mean length; `density` the mean of markdown marks per 100 words, null
    where no report has a word.
    """

    __tablename__ = "scored_reports"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    rater_id: Mapped[int] = mapped_column(ForeignKey("raters.id"))
    n_reports: Mapped[int]
    n_words: Mapped[float]
    density: Mapped[float | None]

    rater: Mapped[Rater] = relationship()


class ReportInfluences(Base):
    """How far each item of its split moves a submission's calibrated report score.

    Little-endian float32 in the items' order, 0 where it does not; see `statistics.influence`.
    """

    __tablename__ = "report_influences"

    submission_id: Mapped[str] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Refit(Base):
    """A split whose labels changed since its calibrations were fitted; gone when that is done."""

    __tablename__ = "refits"

    split_id: Mapped[int] = mapped_column(ForeignKey("splits.id"), primary_key=True)
    requested_at: Mapped[datetime]
    nudged_at: Mapped[datetime]
