"""How far judges agree with experts, before and after calibration, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leaderboard.calibration.trust import JudgeTrust, TargetTrust
from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.models.benchmark import Split
from leaderboard.scoring.statistics.agreement import Agreement, ExpertAgreement
from leaderboard.scoring.statistics.intervals import Estimate

_SCALE = "from 1 to 5; report scores from 20 to 100"
_MEASURES = (
    ("bias", "mean difference, {difference}, " + _SCALE),
    ("lower_limit", f"lower limit of agreement, {_SCALE}"),
    ("upper_limit", f"upper limit of agreement, {_SCALE}"),
    ("icc", "ICC(A,1)"),
    ("weighted_kappa", "quadratic weighted kappa"),
    ("pearson", "Pearson correlation"),
    ("spearman", "Spearman correlation"),
)


def make_measure_columns(difference: str) -> tuple[Column, ...]:
    """The columns of an agreement but for its n; `difference` says which rater minus which."""
    return tuple(
        column
        for name, words in _MEASURES
        for meaning in (words.format(difference=difference),)
        for column in (
            Column(name, float, f"{meaning}; none if it is undefined"),
            Column(f"{name}_low", float, "lower end of its 95 % interval"),
            Column(f"{name}_high", float, "upper end of its 95 % interval"),
        )
    )


AGREEMENT_COLUMNS = (
    Column("judge", str, "the judge"),
    Column("judge_version", str, "its version"),
    Column("slice", str, "track for the report score, section or dimension"),
    Column("name", str, "its key"),
    Column("compared", str, "raw or calibrated ratings against labels, or labels against labels"),
    Column("labels", str, "who gave the labels: expert or constructed"),
    Column("n", int, "number of reports; for labels, of reports with several raters"),
    *make_measure_columns("judge minus labels"),
    Column("is_rankable", bool, "whether the target passes the gate"),
    Column("fitted_at", datetime, "when the calibration was fitted, UTC"),
)


def make_agreement_table(
    split: Split, judges: Sequence[JudgeTrust], ranked_at: datetime | None
) -> Table:
    """Three rows for each judge and target: raw, calibrated (where known) and labels."""
    benchmark = split.benchmark
    rows = [row for judge in judges for one in judge.targets for row in _make_rows(judge, one)]
    return make_measured_table(
        f"{benchmark.slug}-{benchmark.version}-{split.name}-agreement",
        f"Agreement of judges with labels on {benchmark.name} {benchmark.version}, {split.name}",
        AGREEMENT_COLUMNS,
        rows,
        split=split,
        ranked_at=ranked_at,
    )


def _make_rows(judge: JudgeTrust, one: TargetTrust) -> list[tuple[Cell, ...]]:
    found = {"raw": make_measure_cells(one.raw), "labels": _measure_labels(one.experts)}
    if one.calibrated is not None:
        found["calibrated"] = make_measure_cells(one.calibrated)
    head = (judge.rater.name, judge.rater.version, one.target.slice.value, one.target.name)
    tail = (one.gate.passes, one.fit.fitted_at)
    return [
        (*head, compared, one.fit.label_kind.value, *found[compared], *tail)
        for compared in ("raw", "calibrated", "labels")
        if compared in found
    ]


def make_measure_cells(agreement: Agreement) -> tuple[Cell, ...]:
    """The n of an agreement, then its measures with their intervals, as the columns stand."""
    limits = agreement.limits
    return (
        agreement.n,
        *_cells(limits.bias if limits else None),
        *_cells(limits.lower if limits else None),
        *_cells(limits.upper if limits else None),
        *_correlate(agreement),
    )


def _measure_labels(agreement: ExpertAgreement) -> tuple[Cell, ...]:
    """Two experts have no order, so among themselves there is no bias."""
    return (agreement.n_reports, *(None,) * 9, *_correlate(agreement))


def _correlate(agreement: Agreement | ExpertAgreement) -> tuple[Cell, ...]:
    measures = (agreement.icc, agreement.kappa, agreement.pearson, agreement.spearman)
    return tuple(cell for measure in measures for cell in _cells(measure))


def _cells(estimate: Estimate | None) -> tuple[Cell, Cell, Cell]:
    return (estimate.value, estimate.low, estimate.high) if estimate else (None, None, None)
