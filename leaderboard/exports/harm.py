"""Severe errors of a model as a table."""

from __future__ import annotations

from leaderboard.exports.table import Cell, Column, Table, make_measured_table
from leaderboard.items.harm_lines import HarmLine
from leaderboard.rankings.harm import HarmProfile
from leaderboard.rankings.rows import RankingRow, RankingTable

HARM_COLUMNS = (
    Column("model", str, "short name of the model"),
    Column("model_name", str, "name of the model"),
    Column("submission", str, "the submission; several joined by + where it is made from several"),
    Column("graded_by", str, "who graded the harm of mistakes: clinicians or constructed"),
    Column("judges", str, "whose verdicts on reports these are, which are not calibrated"),
    Column("part", str, "what the cases are: a board, event, red_flag or subcondition"),
    Column("name", str, "which of them"),
    Column("n_graded", int, "cases in which such an error can happen, by the grades"),
    Column("n_known", int, "those of them whose errors are known"),
    Column("n_severe", int, "those with at least one severe error (in any of several runs)"),
    Column("severe_per_100", float, "severe errors per 100 known cases; none without every answer"),
    Column("severe_low", float, "lower end of its 95 % interval"),
    Column("severe_high", float, "upper end of its 95 % interval"),
    Column("n_moderate_or_worse", int, "those with an error that is moderate or worse"),
    Column("moderate_or_worse_per_100", float, "the same per 100 known cases"),
    Column("moderate_or_worse_low", float, "lower end of its 95 % interval"),
    Column("moderate_or_worse_high", float, "upper end of its 95 % interval"),
    Column("n_severe_errors", int, "severe errors in all, several in a case; none of several runs"),
)


def make_harm_table(table: RankingTable, row: RankingRow, profile: HarmProfile | None) -> Table:
    """The lines of a model's severe errors; no rows where there are none to show."""
    split = table.split
    name = f"{row.model.slug}-{split.benchmark.slug}-{split.benchmark.version}-{split.name}-harm"
    rows: list[tuple[Cell, ...]] = []
    if profile is not None:
        graded_by = "constructed" if profile.graded_by.is_constructed else "clinicians"
        head = (row.model.slug, row.model.name, row.name_files(), graded_by)
        judges = " + ".join(profile.judges) or None
        rows = [(*head, judges, *_make_cells(line)) for line in profile.lines]
    return make_measured_table(
        name,
        f"Severe errors of {row.model.name} on {split.benchmark.name} {split.benchmark.version}, "
        f"{split.name} split",
        HARM_COLUMNS,
        rows,
        split=split,
        ranked_at=table.ranked_at,
    )


def _make_cells(line: HarmLine) -> tuple[Cell, ...]:
    severe, worse = (rate.estimate or (None, None, None) for rate in (line.severe, line.worse))
    return (
        line.part,
        line.key,
        line.n_graded,
        line.severe.n,
        line.severe.n_hit,
        *severe,
        line.worse.n_hit,
        *worse,
        line.n_errors,
    )
