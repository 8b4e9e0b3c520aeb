"""Rankings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from spinebench.shapes.rankings import BOARDS


class Interval(NamedTuple):
    """A score with its 95 % interval."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Entry:
    """One model in a ranking; a score is None where the model is not ranked. Coverage is 0..1."""

    rank_low: int | None
    rank_high: int | None
    model: str
    organisation: str
    scores: Mapping[str, Interval | None]
    coverage: float | None
    n_unparsed: int
    n_attempts: int


@dataclass(frozen=True)
class Ranking:
    """A split's ranking, in the server's order; scores compare only within its release."""

    benchmark: str
    version: str
    split: str
    release: int | None
    ranked_at: str | None
    entries: tuple[Entry, ...]


def read_ranking(raw: Any) -> Ranking:
    """GET /rankings/<benchmark>/<split>."""
    return Ranking(
        benchmark=raw["benchmark"],
        version=raw["version"],
        split=raw["split"],
        release=raw.get("release"),
        ranked_at=raw["ranked_at"],
        entries=tuple(_read_entry(one) for one in raw["entries"]),
    )


def _read_entry(raw: Any) -> Entry:
    return Entry(
        rank_low=raw["rank_low"],
        rank_high=raw["rank_high"],
        model=raw["model"]["name"],
        organisation=raw["model"]["organisation"],
        scores={key: _read_interval(raw.get(key)) for key in BOARDS},
        coverage=raw.get("coverage"),
        n_unparsed=int(raw.get("n_unparsed") or 0),
        n_attempts=int(raw.get("n_attempts") or 0),
    )


def _read_interval(raw: Any) -> Interval | None:
    if raw is None or raw["value"] is None:
        return None
    return Interval(float(raw["value"]), raw.get("low"), raw.get("high"))
