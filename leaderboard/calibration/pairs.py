"""Labels and a judge's scores of the same reports, and the calibrators fitted to them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leaderboard.items.targets import Target
from leaderboard.late import pandas as pd
from leaderboard.scoring.statistics.calibration_fit import Pairs, fit_pooled
from leaderboard.scoring.statistics.severity import (
    RaterShares,
    Severity,
    estimate_severity,
    find_shares,
)


def mean_labels(raters: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """The mean target table over raters, from their own tables; at least one."""
    return pd.concat(list(raters.values())).groupby(level=0).mean()


def assess_severity(raters: Mapping[int, pd.DataFrame], target: Target) -> Severity | None:
    """How far raters differ in severity, in points of the target, from their own tables.

    None where too few reports were rated by several of them to tell.
    """
    table = pd.DataFrame({key: table[target.key] for key, table in raters.items()})
    return estimate_severity(table.to_numpy(float))


def share_labels(
    raters: Mapping[int, pd.DataFrame], target: Target, labelled: pd.Index[int], severity: Severity
) -> RaterShares:
    """Each rater's share of the labels of the reports `labelled`, at least one."""
    rated = [table[target.key].reindex(labelled).notna().to_numpy() for table in raters.values()]
    shares = find_shares(np.column_stack(rated))
    by_rater = {str(key): float(one) for key, one in zip(raters, shares, strict=True)}
    return RaterShares(by_rater, severity)


def pair_models(
    labels: pd.DataFrame, model_of: Mapping[int, int], scores: pd.DataFrame, target: Target
) -> dict[str, Pairs]:
    """Each model's reports with both a label and a score, by model card id.

    labels, scores: target tables by prediction id; `model_of` has the model of each.
    """
    both = _join(labels, scores, target)
    return {
        str(key): Pairs(
            np.asarray(part["score"], dtype=np.float64), np.asarray(part["label"], dtype=np.float64)
        )
        for key, part in both.groupby(both.index.map(model_of))
    }


def find_chosen(rated: Set[tuple[int, int]], not_random: Set[tuple[int, int]]) -> frozenset[int]:
    """The predictions that somebody chose to have labelled; both: of prediction and rater.

    One that was drawn at random for a rater who rated it may have others' ratings besides. What
    nobody has declared counts as random.
    """
    random = {prediction for prediction, _ in rated - not_random}
    return frozenset(prediction for prediction, _ in rated) - random


def flag_chosen(
    labels: pd.DataFrame,
    model_of: Mapping[int, int],
    scores: pd.DataFrame,
    target: Target,
    chosen: Set[int],
) -> dict[str, NDArray[np.bool_]]:
    """Which pairs of each model, in the order of `pair_models`, are of reports that are `chosen`.

    Models without any are left out.
    """
    both = _join(labels, scores, target)
    flags = pd.Series(both.index.isin(list(chosen)), index=both.index)
    return {
        str(key): np.asarray(part, dtype=np.bool_)
        for key, part in flags.groupby(both.index.map(model_of))
        if part.any()
    }


def _join(labels: pd.DataFrame, scores: pd.DataFrame, target: Target) -> pd.DataFrame:
    return pd.DataFrame({"label": labels[target.key], "score": scores[target.key]}).dropna()


def hash_pairs(
    kind: str, models: Mapping[str, Pairs], chosen: Mapping[str, NDArray[np.bool_]]
) -> str:
    """What tells labels of a kind and the scores beside them from all others.

    `chosen`: as of `flag_chosen`. Without any it is what it was before these were kept.
    """
    digest = hashlib.sha256(kind.encode())
    for key in sorted(models):
        digest.update(key.encode())
        digest.update(models[key].scores.tobytes())
        digest.update(models[key].labels.tobytes())
        if key in chosen:
            digest.update(chosen[key].tobytes())
    return digest.hexdigest()


def fit_calibrators(models: Mapping[str, Pairs], target: Target) -> dict[str, Any]:
    """The calibrator of all models (`pooled`), and of all but each of them (`left_out`).

    Plain values; None in `left_out` for a model that is alone.
    """
    return {
        "pooled": fit_pooled(models, target.bounds).to_plain(),
        "left_out": {key: _fit_others(models, key, target) for key in models},
    }


def _fit_others(models: Mapping[str, Pairs], key: str, target: Target) -> object:
    others = {other: pairs for other, pairs in models.items() if other != key}
    return fit_pooled(others, target.bounds).to_plain() if others else None
