"""Whom to label next: what further labels would settle of the report board, for its host."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from leaderboard.calibration.labels import find_kind
from leaderboard.errors import NotFound
from leaderboard.experts.assign import Assigned, assign_more
from leaderboard.models.benchmark import Item, ItemKind, Split, Track
from leaderboard.models.expert import RatingAssignment
from leaderboard.models.ranking import Board
from leaderboard.models.rating import RaterKind
from leaderboard.models.submission import Prediction
from leaderboard.models.team import ModelCard
from leaderboard.rankings.provenance import read_report_means
from leaderboard.rankings.read import read_ranking
from leaderboard.rankings.rows import RankingRow
from leaderboard.scoring.statistics.calibration import PROBE_LABELS, Badge, CalibratedMean
from leaderboard.scoring.statistics.label_value import count_labels_to_separate


class Suggestion(NamedTuple):
    """What further labels of a model would do.

    `n` of them would tell it from `other` with 80 % power if their difference is as it is now;
    without `other` they would anchor its score. `n` is None where labels of all its reports would
    not do. `n_labels` stand behind its score, `n_assigned` of its reports are assigned.
    """

    model: ModelCard
    n: int | None
    other: ModelCard | None
    difference: float | None
    n_labels: int
    n_assigned: int
    n_reports: int


class _Standing(NamedTuple):
    row: RankingRow
    submission_id: str
    mean: CalibratedMean | None

    @property
    def is_anchored(self) -> bool:
        return self.mean is not None and self.mean.badge.is_anchored

    @property
    def is_chosen(self) -> bool:
        return self.mean is not None and self.mean.badge is Badge.HOST_CHOSEN

    @property
    def n_labels(self) -> int:
        return self.mean.n_labels if self.mean else 0


def read_plan(session: Session, split: Split) -> list[Suggestion]:
    """A suggestion for each model on the report board, the one of fewest labels first.

    A model is held against its nearest anchored one that it cannot be told apart from. The variance
    of a label is SE^2 x n of the model itself without the part of raters, which labels by the same
    raters do not lessen, or, where it has too few, the median over those that are anchored. Models
    that are told apart from all others, and those without reports, are left out. Constructed labels
    count for nothing here.
    """
    standing = _read_standing(session, split)
    variances = {one.submission_id: _read_variance(one) for one in standing}
    typical = [value for value in variances.values() if value is not None]
    keys = [one.submission_id for one in standing]
    n_reports, n_assigned = _count_reports(session, keys), _count_assigned(session, keys)
    found = []
    for one in standing:
        key = one.submission_id
        variance = variances[key] or (median(typical) if typical else None)
        other = _find_nearest(one, standing)
        if one.is_anchored and other is None:
            continue
        missing = max(1, PROBE_LABELS - one.n_labels)
        if one.is_chosen:
            # No draw makes up for labels that were chosen; labels of all reports leave no choice.
            other, missing = None, n_reports[key] - one.n_labels
        n = missing if missing <= n_reports[key] - one.n_labels else None
        difference = None
        if other is not None and variance is not None:
            difference, n = _separate(one, other, variance, n_reports[key])
        found.append(
            Suggestion(
                one.row.model,
                n,
                other.row.model if other is not None and variance is not None else None,
                difference,
                one.n_labels,
                n_assigned.get(key, 0),
                n_reports[key],
            )
        )
    return sorted(found, key=lambda one: (one.n is None, one.n or 0, one.model.name))


def assign_suggested(session: Session, split: Split, slug: str, n: int) -> Assigned:
    """Have experts rate `n` further reports of a model, which the server draws.

    Raises NotFound for a model that is not on the report board, and as `assign_more` does.
    """
    for one in _read_standing(session, split):
        if one.row.model.slug == slug:
            return assign_more(session, split, one.submission_id, n)
    raise NotFound(
        f"There is no model {slug!r} with reports in the ranking.", "Reload the page of experts."
    )


def _read_standing(session: Session, split: Split) -> list[_Standing]:
    rows = [
        row
        for row in read_ranking(session, split, Board.REPORT).rows
        if Board.REPORT in row.scores and not row.is_apart
    ]
    keys = [row.find_file(Track.REPORT).id for row in rows]
    # What stands by labels that nobody gave waits for the experts'.
    is_by_experts = find_kind(session, split.id) is RaterKind.EXPERT
    means = read_report_means(session, keys) if is_by_experts else {}
    return [_Standing(row, key, means.get(key)) for row, key in zip(rows, keys, strict=True)]


def _read_variance(one: _Standing) -> float | None:
    if one.mean is None or not one.is_anchored or one.mean.cases_error is None:
        return None
    return one.mean.cases_error**2 * one.mean.n_labels


def _find_nearest(one: _Standing, standing: Sequence[_Standing]) -> _Standing | None:
    """The nearest anchored model that it is not told apart from."""
    if one.mean is None:
        return None
    own = one.row.ranks.get(Board.REPORT)
    near = [
        other
        for other in standing
        if other is not one
        and other.is_anchored
        and other.mean is not None
        and other.mean.standard_error is not None
        and (own is None or _overlaps(own, other))
    ]
    return min(near, key=lambda other: abs(_value(other) - _value(one)), default=None)


def _overlaps(own: tuple[int, int], other: _Standing) -> bool:
    rank = other.row.ranks.get(Board.REPORT)
    return rank is None or (rank.low <= own[1] and own[0] <= rank.high)


def _value(one: _Standing) -> float:
    return one.mean.value if one.mean else math.nan


def _separate(
    one: _Standing, other: _Standing, variance: float, n_reports: int
) -> tuple[float, int | None]:
    difference = _value(one) - _value(other)
    error = other.mean.cases_error if other.mean else None
    n = count_labels_to_separate(
        difference, error or 0.0, variance, n_labels=one.n_labels, n_reports=n_reports
    )
    return difference, n


def _count_reports(session: Session, keys: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(Prediction.submission_id, func.count())
        .join(Item, Item.id == Prediction.item_id)
        .where(Prediction.submission_id.in_(keys), Item.kind == ItemKind.REPORT)
        .group_by(Prediction.submission_id)
    )
    return {row[0]: row[1] for row in rows}


def _count_assigned(session: Session, keys: Sequence[str]) -> dict[str, int]:
    rows = session.execute(
        select(Prediction.submission_id, func.count(Prediction.id.distinct()))
        .join(RatingAssignment, RatingAssignment.prediction_id == Prediction.id)
        .where(Prediction.submission_id.in_(keys))
        .group_by(Prediction.submission_id)
    )
    return {row[0]: row[1] for row in rows}
