"""What a benchmark is made of, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leaderboard.exports.table import SPLIT_COLUMNS, Cell, Column, Table, split_cells
from leaderboard.models.benchmark import Benchmark
from leaderboard.packages.catalogue import CompositionRow

Composition = Mapping[str, Mapping[str, Sequence[CompositionRow]]]
COMPOSITION_COLUMNS = (
    *SPLIT_COLUMNS,
    Column("answers", str, "public or hidden"),
    Column("slice", str, "what the items are counted by"),
    Column("name", str, "the value that they share; none if the items have none"),
)


def _list_counts(benchmark: Benchmark) -> list[Column]:
    counts = [
        Column(f"n_{track.value}", int, f"items of the track {track.value}")
        for track in benchmark.tracks
    ]
    return [*counts, Column("n_items", int, "items of all tracks")]


def make_composition_table(benchmark: Benchmark, composition: Composition) -> Table:
    """Items by split, slice and track; `composition` holds rows by split and slice."""
    rows: list[tuple[Cell, ...]] = []
    for split in benchmark.splits:
        head = (*split_cells(split), split.answers.value)
        for slice_, values in composition[split.name].items():
            for row in values:
                counts = [row.counts[track] for track in benchmark.tracks]
                rows.append((*head, slice_, row.key, *counts, sum(counts)))
    return Table(
        f"{benchmark.slug}-{benchmark.version}-composition",
        f"Composition of {benchmark.name} {benchmark.version}",
        (*COMPOSITION_COLUMNS, *_list_counts(benchmark)),
        rows,
    )
