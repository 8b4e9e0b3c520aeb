"""What a benchmark is made of, and what others published, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import get_type_hints

from leaderboard.errors import NotFound
from leaderboard.exports.table import SPLIT_COLUMNS, Cell, Column, Table, split_cells
from leaderboard.models.benchmark import Benchmark, Track
from leaderboard.packages.catalogue import CompositionRow
from leaderboard.rankings.published import PathologyRow, PublishedRow, PublishedTables

Composition = Mapping[str, Mapping[str, Sequence[CompositionRow]]]
COMPOSITION_COLUMNS = (
    *SPLIT_COLUMNS,
    Column("answers", str, "public or hidden"),
    Column("slice", str, "what the items are counted by"),
    Column("name", str, "the value that they share; none if the items have none"),
    *(Column(f"n_{track.value}", int, f"items of the track {track.value}") for track in Track),
    Column("n_items", int, "items of all tracks"),
)
SOURCES = {
    "spinemed": "Main results as printed in SpineMed (arXiv 2510.03160)",
    "ablation": "Ablation of the training data as printed in SpineMed (arXiv 2510.03160)",
    "pathology": "Results as printed in SpineBench for spinal pathology analysis "
    "(arXiv 2510.12267)",
}


def make_composition_table(benchmark: Benchmark, composition: Composition) -> Table:
    """Items by split, slice and track; `composition` holds rows by split and slice."""
    rows: list[tuple[Cell, ...]] = []
    for split in benchmark.splits:
        head = (*split_cells(split), split.answers.value)
        for slice_, values in composition[split.name].items():
            for row in values:
                counts = [row.counts[track] for track in Track]
                rows.append((*head, slice_, row.key, *counts, sum(counts)))
    return Table(
        f"{benchmark.slug}-{benchmark.version}-composition",
        f"Composition of {benchmark.name} {benchmark.version}",
        COMPOSITION_COLUMNS,
        rows,
    )


def make_published_table(tables: PublishedTables, name: str) -> Table:
    """One of the tables of published results, reported and not measured. Raises NotFound."""
    if name not in SOURCES:
        raise NotFound(f"There is no published table {name!r}.", "See the published results.")
    found: Sequence[PublishedRow | PathologyRow] = getattr(tables, name)
    kind = PathologyRow if name == "pathology" else PublishedRow
    types = get_type_hints(kind)
    columns = [
        Column(field.name, _cell_type(types[field.name]), _meaning(field.name))
        for field in fields(kind)
    ]
    rows = [
        ("reported, not measured", SOURCES[name], *(getattr(row, c.name) for c in columns))
        for row in found
    ]
    head = (
        Column("standing", str, "reported by the authors: not measured on this server"),
        Column("source", str, "where it was printed"),
    )
    return Table(f"published-{name}", SOURCES[name], (*head, *columns), rows)


def _cell_type(hint: object) -> type[str] | type[float] | type[bool]:
    if hint is str:
        return str
    return bool if hint == bool | None else float


def _meaning(name: str) -> str:
    if name.startswith("recomputed_"):
        return f"{name.removeprefix('recomputed_')} recomputed from the printed parts, 0 to 100"
    words = {
        "model": "name of the model, or its training data in the ablation",
        "parameters": "size as printed",
        "open_weights": "whether its weights are open",
        "note": "our note",
    }
    return words.get(name, f"{name.replace('_', ' ')} as printed, 0 to 100")
