"""Benchmarks and their splits."""

from __future__ import annotations

from typing import Any

from spinebench.shapes.shape import Shape


class SplitRecord(Shape, frozen=True, kw_only=True):
    """A split; `answers` is public or hidden, `n_items` counts by track."""

    name: str
    answers: str
    n_items: dict[str, int]


class BenchmarkRecord(Shape, frozen=True, kw_only=True):
    """A benchmark in one version."""

    slug: str
    name: str
    version: str
    licence: str
    notice: str | None
    content_hash: str
    url: str
    splits: list[SplitRecord]


class BenchmarkDetail(BenchmarkRecord, frozen=True, kw_only=True):
    """A benchmark with its words, its rubric and its prompts."""

    taxonomy: dict[str, Any]
    rubric: dict[str, Any]
    prompts: dict[str, str]


class Named(Shape, frozen=True, kw_only=True):
    """What every entry of a taxonomy's and a rubric's lists has."""

    name: str


class BenchmarkList(Shape, frozen=True, kw_only=True):
    """Benchmarks, newest first."""

    benchmarks: list[BenchmarkRecord]
