"""A scored submission's scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


class Score(NamedTuple):
    """One metric's value on one slice; value, low and high are None together.

    One that is shrunk rests on few items: an estimate, not k / n.
    """

    metric: str
    slice: str
    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    k: int | None
    n_unscored: int
    is_shrunk: bool


@dataclass(frozen=True)
class Results:
    """A scored submission's scores and how its predictions were read."""

    submission: str
    benchmark: str
    split: str
    model: str
    scores: tuple[Score, ...]
    counts: Mapping[str, int]


def read_results(raw: Any) -> Results:
    """GET /submissions/<id>/results."""
    return Results(
        submission=str(raw["submission"]),
        benchmark=raw["benchmark"],
        split=raw["split"],
        model=raw["model"],
        scores=tuple(_read_score(one) for one in raw["scores"]),
        counts=raw["counts"],
    )


def _read_score(raw: Any) -> Score:
    return Score(
        metric=raw["metric"],
        slice=raw["slice"],
        name=raw["name"] or "",
        value=raw["value"],
        low=raw.get("low"),
        high=raw.get("high"),
        n=int(raw["n"]),
        k=raw.get("k"),
        n_unscored=int(raw.get("n_unscored") or 0),
        is_shrunk=bool(raw.get("is_shrunk")),
    )
