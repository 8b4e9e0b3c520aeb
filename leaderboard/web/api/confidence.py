"""What a model's confidences are worth."""

from __future__ import annotations

from leaderboard.errors import NotFound
from leaderboard.rankings.confidence import ConfidenceProfile, find_row_confidence
from leaderboard.rankings.read import get_row
from leaderboard.scoring.statistics.intervals import Estimate
from leaderboard.web.api.operation import get
from leaderboard.web.api.places import find_standing, name_split
from leaderboard.web.services import database
from spinebench.shapes.shape import Shape


class FigureRecord(Shape, frozen=True, kw_only=True):
    """A value with the ends of its 95 % interval, null where that is undefined."""

    value: float
    low: float | None
    high: float | None


class CoverageRecord(Shape, frozen=True, kw_only=True):
    """The accuracy on the most confident `coverage` of all questions, all from 0 to 1.

    `threshold` is the lowest confidence among them.
    """

    coverage: float
    threshold: float
    accuracy: FigureRecord


class BinRecord(Shape, frozen=True, kw_only=True):
    """`n` answers of similar confidence: its mean, and their accuracy, from 0 to 1."""

    n: int
    confidence: float
    accuracy: FigureRecord


class ConfidenceFiguresRecord(Shape, frozen=True, kw_only=True):
    """Figures of the `n` answers with a confidence, of `n_items` questions that decide ranks.

    All but the line are from 0 to 1, `excess` (confidence less accuracy) from -1 to 1. The accuracy
    at 80 % coverage is null where fewer questions have a confidence, slope and intercept where no
    line can be fitted. `ece_null` is the expected calibration error that a calibrated model has by
    chance, `ece_null_high` what 5 % of such models exceed.
    """

    n_items: int
    n: int
    accuracy_at_80: FigureRecord | None
    aurc: FigureRecord
    aurc_best_order: float
    aurc_no_order: float
    brier: FigureRecord
    excess: FigureRecord
    ece: float
    ece_null: float
    ece_null_high: float
    slope: FigureRecord | None
    intercept: FigureRecord | None


class ConfidenceRecord(Shape, frozen=True, kw_only=True):
    """What a model's confidences are worth: figures, accuracy by coverage, reliability by bins."""

    benchmark: str
    version: str
    split: str
    model: str
    figures: ConfidenceFiguresRecord
    curve: list[CoverageRecord]
    bins: list[BinRecord]


@get("/confidence/<slug>/<split>/<model>")
def show_confidence(slug: str, split: str, model: str) -> ConfidenceRecord:
    """Accuracy by coverage, calibration and Brier score of a model."""
    found = find_standing(slug, split)
    _, row = get_row(database(), found, model)
    profile = find_row_confidence(database(), row)
    if profile is None:
        raise NotFound(
            "No figures of confidence are shown of this result.",
            "Its file gave no confidences, or the answers of the split are hidden.",
        )
    return ConfidenceRecord(
        **name_split(found),
        model=row.model.slug,
        figures=show_figures(profile),
        curve=[CoverageRecord.of(point, accuracy=_show(point.accuracy)) for point in profile.curve],
        bins=[BinRecord.of(one, accuracy=_show(one.accuracy)) for one in profile.bins],
    )


def show_figures(profile: ConfidenceProfile) -> ConfidenceFiguresRecord:
    """The figures of one value each."""
    at_coverage, line = profile.at_coverage, profile.line
    return ConfidenceFiguresRecord(
        n_items=profile.n_items,
        n=profile.n,
        accuracy_at_80=_show(at_coverage.accuracy) if at_coverage else None,
        aurc=_show(profile.area.area),
        aurc_best_order=profile.area.best,
        aurc_no_order=profile.area.random,
        brier=_show(profile.brier),
        excess=_show(profile.excess),
        ece=profile.error.value,
        ece_null=profile.error.null,
        ece_null_high=profile.error.null_high,
        slope=_show(line.slope) if line else None,
        intercept=_show(line.intercept) if line else None,
    )


def _show(estimate: Estimate) -> FigureRecord:
    return FigureRecord(value=estimate.value, low=estimate.low, high=estimate.high)
