"""Fit each target's calibration of a judge to the labels; apply_calibrations.py applies it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from leaderboard.calibration.labels import Labels, is_current
from leaderboard.calibration.means import RATERS, choose_calibrator
from leaderboard.calibration.pairs import (
    assess_severity,
    fit_calibrators,
    flag_chosen,
    hash_pairs,
    pair_models,
)
from leaderboard.db import now
from leaderboard.items.reports import read_rubric
from leaderboard.items.targets import (
    REPORT,
    Target,
    list_targets,
)
from leaderboard.late import pandas as pd
from leaderboard.models.calibration import Calibration
from leaderboard.models.submission import Prediction
from leaderboard.scoring.statistics.agreement import (
    agreement_after_calibration,
    assess_agreement,
    assess_experts,
)
from leaderboard.scoring.statistics.calibration_fit import Pairs, Values, apply_pooled
from leaderboard.scoring.statistics.severity import Severity
from leaderboard.scoring.statistics.style import (
    assess_style,
    fit_style_left,
    measure_style,
)


def fit_calibrations(
    session: Session,
    split_id: int,
    rater_id: int,
    labels: Labels,
    scores: pd.DataFrame,
    current: Mapping[Target, Calibration],
) -> list[Calibration]:
    """Fit the calibrations of one judge on one split to `labels`, where anything is new.

    scores: the target table of the judge's ratings of the labelled predictions. Returns those that
    were added; where labels and scores are those of the `current` calibration nothing is, unless it
    was fitted before the component of raters was kept, and that is known now.
    """
    added = []
    for target in list_targets(read_rubric(session, split_id)):
        models = pair_models(labels.table, labels.model_of, scores, target)
        if not models:
            continue
        digest = hash_pairs(
            labels.kind.value,
            models,
            flag_chosen(labels.table, labels.model_of, scores, target, labels.chosen),
        )
        severity = assess_severity(labels.raters, target)
        if _is_new(current.get(target), digest, severity):
            fit = _fit(target, models, severity)
            fit.label_agreement = _compare_raters(labels, target)
            if target == REPORT:
                fit.style = _assess_style(session, labels, scores, fit.calibrator)
            fit.split_id, fit.rater_id, fit.label_kind = split_id, rater_id, labels.kind
            fit.labels_hash, fit.fitted_at = digest, now()
            session.add(fit)
            added.append(fit)
    session.flush()
    return added


def read_calibrations(
    session: Session, split_id: int, rater_id: int, campaign_id: int | None = None
) -> dict[Target, Calibration]:
    """The current calibration of each target that has one, or what a campaign would make current.

    All are fitted to labels of one kind, that of the newest.
    """
    rows = session.scalars(
        select(Calibration)
        .where(
            Calibration.split_id == split_id,
            Calibration.rater_id == rater_id,
            is_current(campaign_id),
        )
        .order_by(Calibration.id)
    ).all()
    return {
        Target(row.slice, row.name): row for row in rows if row.label_kind is rows[-1].label_kind
    }


def _is_new(old: Calibration | None, digest: str, severity: Severity | None) -> bool:
    """Whether a fit to what has this digest would be another than the one before."""
    if old is None or old.labels_hash != digest:
        return True
    return severity is not None and RATERS not in old.calibrator


def _fit(target: Target, models: Mapping[str, Pairs], severity: Severity | None) -> Calibration:
    calibrator = fit_calibrators(models, target)
    calibrator[RATERS] = None if severity is None else severity._asdict()
    after = agreement_after_calibration(models, target.bounds, target.categories)
    agreement = assess_agreement(
        np.concatenate([pairs.scores for pairs in models.values()]),
        np.concatenate([pairs.labels for pairs in models.values()]),
        target.categories,
    )
    return Calibration(
        slice=target.slice,
        name=target.name,
        n_labels=sum(len(pairs.labels) for pairs in models.values()),
        n_models=len(models),
        calibrator=calibrator,
        agreement=msgspec.to_builtins(agreement),
        calibrated_agreement=None if after is None else msgspec.to_builtins(after),
    )


def _compare_raters(labels: Labels, target: Target) -> dict[str, Any]:
    """How far those whose ratings are the labels agree with each other."""
    ratings = {
        str(rater): {str(key): float(value) for key, value in table[target.key].dropna().items()}
        for rater, table in labels.raters.items()
    }
    plain: dict[str, Any] = msgspec.to_builtins(assess_experts(ratings, target.categories))
    return plain


def _assess_style(
    session: Session, labels: Labels, scores: pd.DataFrame, calibrator: Mapping[str, Any]
) -> dict[str, Any]:
    """How judge minus experts, in report points, goes with the reports' length and formatting.

    Of the judge's own scores, and what is left of it in scores calibrated by the other models.
    """
    gaps = (scores[REPORT.key] - labels.table[REPORT.key]).dropna()
    texts = session.execute(
        select(Prediction.id, Prediction.text).where(Prediction.id.in_(list(gaps.index)))
    )
    styles = {key: measure_style(text) for key, text in texts}
    known = [key for key in gaps.index if styles[key].density is not None]
    n_words = np.array([styles[key].n_words for key in known], dtype=float)
    densities = np.array([styles[key].density for key in known], dtype=float)
    slopes = assess_style(gaps[known].to_numpy(float), n_words, densities)
    models = [str(labels.model_of[key]) for key in known]
    errors = _calibrate(scores.loc[known, REPORT.key], models, calibrator)
    if errors is not None:
        errors -= labels.table.loc[known, REPORT.key].to_numpy(float)
        slopes = slopes._replace(left=fit_style_left(errors, models, n_words, densities))
    plain: dict[str, Any] = msgspec.to_builtins(slopes)
    return plain


def _calibrate(
    scores: pd.Series[float], models: Sequence[str], calibrator: Mapping[str, Any]
) -> Values | None:
    """Each score by the calibrator of the other models; None where a model is alone."""
    chosen = {model: choose_calibrator(calibrator, model) for model in models}
    values = []
    for model, score in zip(models, scores, strict=True):
        by = chosen[model]
        if by is None:
            return None
        values.append(apply_pooled(by, np.array([score], dtype=float)))
    return np.concatenate(values) if values else None
