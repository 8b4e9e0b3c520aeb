"""The labels and calibrations behind a submission's report scores, as facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.bundles.facts import (
    CalibratedFact,
    CalibrationFact,
    Fact,
    LabelFact,
    SeverityFact,
)
from leaderboard.calibration.fit import read_calibrations
from leaderboard.calibration.labels import read_not_random
from leaderboard.calibration.means import read_severity_of
from leaderboard.models.benchmark import Item
from leaderboard.models.calibration import CalibratedScore, Calibration
from leaderboard.models.ranking import Score
from leaderboard.models.rating import Rater, RaterKind, Rating
from leaderboard.models.submission import Prediction, Status, Submission


def read_calibration_facts(
    session: Session,
    submission: Submission,
    judge: Rater | None,
    calibrated: Sequence[CalibratedFact],
    *,
    is_whole: bool,
    is_host: bool,
) -> Iterator[Fact]:
    """The calibrations that scores came by; without what is hidden of them.

    Where nothing is, those of the judge that made no score too, for item values follow from them.
    Elsewhere those of the scores that are `calibrated`.

    A team has the one that was used for its model, whose line is fitted on others' labels.
    """
    used = {(one.slice.value, one.name): one for one in _read_used(session, submission)}
    shown = {(one.slice, one.name) for one in calibrated}
    found = {place: one for place, one in used.items() if place in shown}
    if is_whole and judge is not None:
        current = read_calibrations(session, submission.split_id, judge.id).values()
        found = {(one.slice.value, one.name): one for one in current} | found
    for one in found.values():
        model = str(submission.model_card_id)
        left_out = one.calibrator["left_out"]
        own = left_out[model] if model in left_out else one.calibrator["pooled"]
        yield CalibrationFact(
            slice=one.slice.value,
            name=one.name,
            label_kind=one.label_kind.value,
            n_labels=one.n_labels,
            n_models=one.n_models,
            labels_hash=one.labels_hash if is_host else None,
            own=own if is_whole else None,
            raters=_describe_severity(one) if is_whole else None,
            pooled=one.calibrator["pooled"] if is_host else None,
            left_out=left_out if is_host else None,
        )


def _describe_severity(fit: Calibration) -> SeverityFact | None:
    severity = read_severity_of(fit.calibrator)
    return None if severity is None else SeverityFact(**severity._asdict())


def read_label_facts(
    session: Session, submission: Submission, judge_id: int, *, is_host: bool
) -> Iterator[Fact]:
    """The labels of the kind that its calibrations were fitted to; a team's own reports' alone.

    For hosts those of all models, with the judge's ratings of the same reports.
    """
    used = _read_used(session, submission)
    used = used or list(read_calibrations(session, submission.split_id, judge_id).values())
    kinds = {one.label_kind for one in used}
    if not kinds:
        return
    query = (
        select(
            Rating.prediction_id,
            Submission.model_card_id,
            Rating.rater_id,
            Rating.dimension,
            Rating.value,
        )
        .join(Rater, Rater.id == Rating.rater_id)
        .join(Prediction, Prediction.id == Rating.prediction_id)
        .join(Submission, Submission.id == Prediction.submission_id)
        .join(Item, Item.id == Prediction.item_id)
        .where(Submission.split_id == submission.split_id, Item.split_id == submission.split_id)
        .where(Submission.status == Status.SCORED)
        .order_by(Rating.rater_id, Submission.id, Item.position, Rating.id)
    )
    if not is_host:
        query = query.where(Submission.id == submission.id)
    labels = session.execute(query.where(Rater.kind.in_(kinds))).all()
    not_random = read_not_random(session, submission.split_id)
    for report, model, rater, dimension, value in labels:
        yield LabelFact(
            report=report,
            model=model,
            rater=rater,
            is_chosen=(report, rater) in not_random,
            dimension=dimension,
            value=value,
        )
    if not is_host:
        return
    labelled = {row[0] for row in labels}
    judged = query.where(Rater.id == judge_id, Rater.kind == RaterKind.JUDGE)
    for report, model, rater, dimension, value in session.execute(judged):
        if report in labelled:
            yield LabelFact(
                report=report,
                model=model,
                rater=rater,
                is_judge=True,
                dimension=dimension,
                value=value,
            )


def _read_used(session: Session, submission: Submission) -> list[Calibration]:
    used = (
        select(CalibratedScore.calibration_id)
        .join(Score, Score.id == CalibratedScore.score_id)
        .where(Score.submission_id == submission.id)
    )
    return list(
        session.scalars(
            select(Calibration).where(Calibration.id.in_(used)).order_by(Calibration.id)
        )
    )
