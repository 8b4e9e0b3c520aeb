"""What a table to take away is, whatever its format."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from leaderboard.models.benchmark import Split

Cell = str | int | float | bool | datetime | None


class Column(NamedTuple):
    """A column: its name, the type of its cells (None aside), what they mean and their unit."""

    name: str
    type: type[str] | type[int] | type[float] | type[bool] | type[datetime]
    meaning: str


@dataclass(frozen=True)
class Table:
    """Rows of cells in the order of `columns`; `name` is fit for a file's name."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[tuple[Cell, ...]]


SPLIT_COLUMNS = (
    Column("benchmark", str, "short name of the benchmark"),
    Column("benchmark_version", str, "its version"),
    Column("benchmark_sha256", str, "hash of its content"),
    Column("split", str, "the split"),
)
"""Which split a row is about; its cells are those of `split_cells`."""


def split_cells(split: Split) -> tuple[Cell, ...]:
    """The values of SPLIT_COLUMNS."""
    benchmark = split.benchmark
    return benchmark.slug, benchmark.version, benchmark.content_hash, split.name


def make_measured_table(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[tuple[Cell, ...]],
    *,
    split: Split,
    ranked_at: datetime | None,
) -> Table:
    """A table of what was measured on a split: every row begins with where it comes from."""
    ranked = Column("ranked_at", datetime, "when the split was ranked, UTC")
    head = (*split_cells(split), ranked_at)
    full = [(*head, *row) for row in rows]
    return Table(name, title, (*SPLIT_COLUMNS, ranked, *columns), full)


def state_of(table: Table) -> Hashable:
    """What changes whenever the bytes of `table` would."""
    return table.name, table.title, tuple(table.columns), tuple(table.rows)
