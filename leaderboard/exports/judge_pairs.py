"""How far the judges of a split agree with each other, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from leaderboard.calibration.between import JudgePair
from leaderboard.exports.agreement import make_measure_cells, make_measure_columns
from leaderboard.exports.table import Column, Table, make_measured_table
from leaderboard.models.benchmark import Split

JUDGE_PAIR_COLUMNS = (
    Column("judge", str, "the first judge"),
    Column("judge_version", str, "its version"),
    Column("other_judge", str, "the second judge"),
    Column("other_judge_version", str, "its version"),
    Column("slice", str, "track for the report score, section or dimension"),
    Column("name", str, "its key"),
    Column("n", int, "number of reports of public results that both rated"),
    *make_measure_columns("first judge minus second"),
)


def make_judge_pair_table(
    split: Split, pairs: Sequence[JudgePair], ranked_at: datetime | None
) -> Table:
    """A row for each pair of judges and target, of their raw ratings."""
    benchmark = split.benchmark
    rows = [
        (
            *(pair.first.name, pair.first.version, pair.second.name, pair.second.version),
            *(target.slice.value, target.name),
            *make_measure_cells(agreement),
        )
        for pair in pairs
        for target, agreement in pair.agreements.items()
    ]
    return make_measured_table(
        f"{benchmark.slug}-{benchmark.version}-{split.name}-judges",
        f"Agreement of judges with each other on {benchmark.name} {benchmark.version}, "
        f"{split.name}",
        JUDGE_PAIR_COLUMNS,
        rows,
        split=split,
        ranked_at=ranked_at,
    )
