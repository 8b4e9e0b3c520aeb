"""How far each judge of a split can be trusted, as everybody may see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.calibration.fit import read_calibrations
from leaderboard.calibration.gate import read_gate
from leaderboard.calibration.labels import read_labels, read_target_scores
from leaderboard.calibration.means import read_severity_of
from leaderboard.calibration.pairs import assess_severity, pair_models
from leaderboard.disclosure import is_public
from leaderboard.items.reports import read_rubric
from leaderboard.items.targets import REPORT, Target, list_targets
from leaderboard.judges.order_runs import JudgeOrder, read_orders
from leaderboard.models.benchmark import Split
from leaderboard.models.calibration import Calibration, ScoredReports
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Submission
from leaderboard.models.team import ModelCard
from leaderboard.scoring.statistics.agreement import Agreement, ExpertAgreement
from leaderboard.scoring.statistics.calibration_fit import Pairs, PooledCalibrator, read_pooled
from leaderboard.scoring.statistics.gate import Gate
from leaderboard.scoring.statistics.severity import Severity
from leaderboard.scoring.statistics.style import StyleSlopes


@dataclass(frozen=True)
class TargetTrust:
    """What is known of a judge on one target: before and after calibration, beside the experts.

    `calibrated` is out of sample, None with labels of one model alone.
    """

    target: Target
    fit: Calibration
    raw: Agreement
    calibrated: Agreement | None
    experts: ExpertAgreement

    @property
    def calibrator(self) -> PooledCalibrator:
        """The calibrator over all models."""
        return read_pooled(self.fit.calibrator["pooled"])

    @cached_property
    def gate(self) -> Gate:
        """Its biases by model, and whether it passes."""
        return read_gate(self.fit)


@dataclass(frozen=True)
class JudgeTrust:
    """A judge of a split: how many reports it rated, and its trust by target, in their order.

    `n_scored` submissions take their report score from it. Only public results are counted:
    otherwise the numbers would tell when one is scored that nobody may see yet.
    """

    rater: Rater
    n_scored: int
    n_rated: int
    n_unscored: int
    targets: Sequence[TargetTrust]
    order: JudgeOrder

    @property
    def report(self) -> TargetTrust | None:
        """The trust in its report score."""
        return next((one for one in self.targets if one.target == REPORT), None)

    @property
    def severity(self) -> Severity | None:
        """How far raters differ, where anchored report scores cover the choice of raters."""
        report = self.report
        return None if report is None else read_severity_of(report.fit.calibrator)

    @property
    def dimensions(self) -> list[TargetTrust]:
        """The rated dimensions alone."""
        return [one for one in self.targets if one.target.slice == "dimension"]

    @property
    def n_rankable(self) -> int:
        """How many dimensions pass the gate."""
        return sum(one.gate.passes for one in self.dimensions)

    @property
    def style(self) -> StyleSlopes | None:
        """How its error goes with the length and the formatting of reports."""
        report = self.report
        if report is None or report.fit.style is None:
            return None
        return msgspec.convert(report.fit.style, StyleSlopes)


def read_judges(session: Session, split: Split) -> list[JudgeTrust]:
    """The judges that rated reports of `split`, those that score submissions first."""
    n_scored = _count_scored(session, split.id)
    rated = _count_rated(session, split.id)
    raters = session.scalars(select(Rater).where(Rater.id.in_(rated))).all()
    orders = read_orders(session, list(rated))
    judges = [
        JudgeTrust(
            rater,
            n_scored.get(rater.id, 0),
            *rated[rater.id],
            _read_targets(session, split.id, rater.id),
            orders[rater.id],
        )
        for rater in raters
    ]
    return sorted(judges, key=lambda judge: (-judge.n_scored, judge.rater.name, judge.rater.id))


def read_severity(session: Session, split: Split) -> Severity | None:
    """How far those behind the labels differ in severity, in points of the report score.

    None where too few reports were rated by several of them to tell.
    """
    labels = read_labels(session, split.id, read_rubric(session, split.id))
    if labels is None:
        return None
    return assess_severity(labels.raters, REPORT)


def read_public_models(session: Session, split: Split) -> Mapping[str, ModelCard]:
    """The models that may be named beside their bias, by the text of their row id.

    Those with a public result on the split: labels are of others too.
    """
    shown = select(Submission.model_card_id).where(Submission.split_id == split.id, is_public())
    cards = session.scalars(select(ModelCard).where(ModelCard.id.in_(shown)))
    return {str(card.id): card for card in cards}


def read_pairs(
    session: Session, split: Split, rater_id: int, target: Target
) -> Mapping[str, Pairs]:
    """The labelled reports of each model, by its number in the order of the table's rows.

    Nothing names the reports or the models.
    """
    rubric = read_rubric(session, split.id)
    labels = read_labels(session, split.id, rubric)
    if labels is None:
        return {}
    scores = read_target_scores(session, rater_id, list(labels.table.index), rubric)
    return pair_models(labels.table, labels.model_of, scores, target)


def _read_targets(session: Session, split_id: int, rater_id: int) -> list[TargetTrust]:
    fits = read_calibrations(session, split_id, rater_id)
    return [
        _make_trust(target, fits[target])
        for target in list_targets(read_rubric(session, split_id))
        if target in fits
    ]


def _make_trust(target: Target, fit: Calibration) -> TargetTrust:
    after = fit.calibrated_agreement
    return TargetTrust(
        target,
        fit,
        msgspec.convert(fit.agreement, Agreement),
        None if after is None else msgspec.convert(after, Agreement),
        msgspec.convert(fit.label_agreement, ExpertAgreement),
    )


def _count_scored(session: Session, split_id: int) -> dict[int, int]:
    rows = session.execute(
        select(ScoredReports.rater_id, func.count())
        .join(Submission, Submission.id == ScoredReports.submission_id)
        .where(Submission.split_id == split_id, is_public())
        .group_by(ScoredReports.rater_id)
    )
    return {row[0]: row[1] for row in rows}


def _count_rated(session: Session, split_id: int) -> dict[int, tuple[int, int]]:
    """Reports of public results rated, and those with a dimension unscored, by judge."""
    reports = (
        select(
            Rating.rater_id,
            Rating.prediction_id,
            (func.count() - func.count(Rating.value)).label("n_missing"),
        )
        .join(Rater, Rater.id == Rating.rater_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .where(Submission.split_id == split_id, Rater.kind == RaterKind.JUDGE, is_public())
        .group_by(Rating.rater_id, Rating.prediction_id)
        .subquery()
    )
    rows = session.execute(
        select(
            reports.c.rater_id,
            func.count(),
            func.count().filter(reports.c.n_missing > 0),
        ).group_by(reports.c.rater_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}
