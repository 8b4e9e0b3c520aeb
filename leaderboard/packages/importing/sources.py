"""The sources that can be imported, each declared once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from leaderboard.packages.importing import (
    croissant,
    jsonl,
    medqa,
    medxpertqa,
    mmmu,
    omnimedvqa,
    spinebench_pathology,
    vlmevalkit,
)
from leaderboard.packages.importing.draft import Facts, write_draft
from leaderboard.packages.importing.question import Asked, Question


class Source(NamedTuple):
    """A layout: how its questions are read, what it says of the whole, and its overall score."""

    read: Callable[[Path, Asked], Iterator[Question]]
    find_facts: Callable[[Path], Mapping[str, str]] = lambda place: {}
    overall: Mapping[str, Any] | None = None


SOURCES = {
    "vlmevalkit": Source(vlmevalkit.read),
    "medqa": Source(medqa.read),
    "medxpertqa": Source(medxpertqa.read),
    "omnimedvqa": Source(omnimedvqa.read),
    "mmmu": Source(mmmu.read),
    "spinebench-pathology": Source(spinebench_pathology.read, overall=spinebench_pathology.OVERALL),
    "croissant": Source(croissant.read, croissant.find_facts),
    "jsonl": Source(jsonl.read),
}
"""By the name that the command knows them by."""


def import_source(name: str, place: Path, facts: Facts, asked: Asked, folder: Path) -> int:
    """Write the benchmark at `place` as a package into a new folder; how many items it has.

    What the host says stands before what the source says. Raises InvalidPackage with everything
    that is missing or wrong, and then writes nothing.
    """
    source = SOURCES[name]
    said = source.find_facts(place)
    open_ = {key: value for key, value in said.items() if not getattr(facts, key)}
    given = replace(facts, **open_, overall=facts.overall or source.overall)
    return write_draft(source.read(place, asked), given, asked.problems, folder)
