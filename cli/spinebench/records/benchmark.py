"""Benchmarks and their splits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

TRACKS = ("text", "image", "report")


class Split(NamedTuple):
    """A split; `n_items` by track."""

    name: str
    answers: str
    n_items: Mapping[str, int]


@dataclass(frozen=True)
class Benchmark:
    """What a benchmark is; the taxonomy's lists hold names and are empty in a list's short form."""

    slug: str
    name: str
    version: str
    licence: str
    notice: str | None
    content_hash: str
    url: str
    splits: tuple[Split, ...]
    subconditions: tuple[str, ...]
    axes: tuple[str, ...]
    rubric_sections: tuple[str, ...]


def read_benchmark(raw: Any) -> Benchmark:
    """GET /benchmarks/<slug>, or one of GET /benchmarks."""
    taxonomy = raw.get("taxonomy") or {}
    rubric = raw.get("rubric") or {}
    return Benchmark(
        slug=raw["slug"],
        name=raw["name"],
        version=raw["version"],
        licence=raw["licence"],
        notice=raw.get("notice"),
        content_hash=raw["content_hash"],
        url=raw["url"],
        splits=tuple(Split(s["name"], s["answers"], s["n_items"]) for s in raw["splits"]),
        subconditions=tuple(s["name"] for s in taxonomy.get("subconditions", [])),
        axes=tuple(a["name"] for a in taxonomy.get("axes", [])),
        rubric_sections=tuple(s["name"] for s in rubric.get("sections", [])),
    )


def read_benchmarks(raw: Any) -> list[Benchmark]:
    """GET /benchmarks."""
    return [read_benchmark(one) for one in raw["benchmarks"]]
