"""What a table to take away is, whatever its format."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

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


@dataclass(frozen=True)
class Provenance:
    """Where the figures of a table come from: columns that every measured table begins with."""

    benchmark: str
    version: str
    content_hash: str
    split: str
    ranked_at: datetime | None

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The values of PROVENANCE."""
        return (self.benchmark, self.version, self.content_hash, self.split, self.ranked_at)


PROVENANCE = (
    Column("benchmark", str, "short name of the benchmark"),
    Column("benchmark_version", str, "its version"),
    Column("benchmark_sha256", str, "hash of its content"),
    Column("split", str, "the split"),
    Column("ranked_at", datetime, "when the split was ranked, UTC"),
)


def make_table(
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[tuple[Cell, ...]],
    provenance: Provenance | None = None,
) -> Table:
    """A table whose rows begin with `provenance`, if there is any."""
    if provenance is None:
        return Table(name, title, columns, rows)
    full = [(*provenance.cells, *row) for row in rows]
    return Table(name, title, (*PROVENANCE, *columns), full)


def state_of(table: Table) -> Hashable:
    """What changes whenever the bytes of `table` would."""
    return table.name, table.title, tuple(table.columns), tuple(table.rows)
