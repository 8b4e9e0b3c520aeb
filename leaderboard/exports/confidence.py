"""What a model's confidences are worth as a table."""

from __future__ import annotations

from collections.abc import Iterator

from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.rankings.confidence import ConfidenceProfile
from leaderboard.rankings.rows import RankingRow, RankingTable
from leaderboard.scoring.statistics.intervals import Estimate

CONFIDENCE_COLUMNS = (
    Column("model", str, "short name of the model"),
    Column("model_name", str, "name of the model"),
    Column("submission", str, "the submission; several joined by + where it is made from several"),
    Column("n_items", int, "questions that decide ranks (each run's are counted)"),
    Column("n_confident", int, "those with an answer that has a confidence"),
    Column(
        "part",
        str,
        "curve: accuracy on the most confident share of all questions; bin: of answers of similar "
        "confidence; figure: one number; null: of a perfectly calibrated model, by chance",
    ),
    Column("name", str, "of a figure"),
    Column("coverage", float, "of a point of the curve: the share of all questions, 0 to 1"),
    Column("threshold", float, "of a point of the curve: the lowest confidence among them"),
    Column("confidence", float, "of a bin: the mean confidence, 0 to 1"),
    Column("n", int, "of a bin: its answers"),
    Column("value", float, "accuracy (0 to 1) of a point or bin, or the figure"),
    Column("low", float, "lower end of its 95 % interval"),
    Column("high", float, "upper end of its 95 % interval"),
)


def make_confidence_table(
    table: RankingTable, row: RankingRow, profile: ConfidenceProfile | None
) -> Table:
    """Curve, bins and figures of a model; no rows where there is nothing to show."""
    split = table.split
    place = f"{split.benchmark.slug}-{split.benchmark.version}-{split.name}"
    rows: list[tuple[Cell, ...]] = []
    if profile is not None:
        head = (row.model.slug, row.model.name, row.name_files(), profile.n_items, profile.n)
        rows = [(*head, *cells) for cells in _make_rows(profile)]
    return make_measured_table(
        f"{row.model.slug}-{place}-confidence",
        f"Confidence of {row.model.name} on {split.benchmark.name} {split.benchmark.version}, "
        f"{split.name} split",
        CONFIDENCE_COLUMNS,
        rows,
        split=split,
        ranked_at=table.ranked_at,
    )


def list_figures(profile: ConfidenceProfile) -> Iterator[tuple[str, Estimate]]:
    """The figures that have one value each, by their names; 0..1 but excess and line."""
    if profile.at_coverage is not None:
        yield "accuracy_at_80", profile.at_coverage.accuracy
    yield "aurc", profile.area.area
    yield "aurc_best_order", Estimate(profile.area.best, None, None)
    yield "aurc_no_order", Estimate(profile.area.random, None, None)
    yield "brier", profile.brier
    yield "excess_confidence", profile.excess
    yield "ece", Estimate(profile.error.value, None, None)
    if profile.line is not None:
        yield "calibration_slope", profile.line.slope
        yield "calibration_intercept", profile.line.intercept


def _make_rows(profile: ConfidenceProfile) -> Iterator[tuple[Cell, ...]]:
    for name, value in list_figures(profile):
        yield ("figure", name, *(None,) * 4, *value)
    error = profile.error
    yield ("null", "ece", *(None,) * 4, error.null, None, error.null_high)
    for point in profile.curve:
        yield ("curve", None, point.coverage, point.threshold, None, None, *point.accuracy)
    for one in profile.bins:
        yield ("bin", None, None, None, one.confidence, one.n, *one.accuracy)
