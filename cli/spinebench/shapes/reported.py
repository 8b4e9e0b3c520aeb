"""Results that others report of models, beside a ranking and never in it."""

from __future__ import annotations

from datetime import datetime

from spinebench.shapes.shape import Shape


class ReportedFigureRecord(Shape, frozen=True, kw_only=True):
    """A figure, 0 to 100, as its source prints it.

    `board` is null where none of this site's boards orders by it; `metric` is the source's name for
    it. `recomputed` is what the source's own parts give for a total, null where they are not all
    known, and `agrees` whether that is the printed figure within its rounding. The interval from
    `low` to `high` has `level` (0..1) and was made as `method` says. `n` is null where unknown.
    """

    board: str | None
    metric: str
    value: float
    recomputed: float | None
    agrees: bool | None
    low: float | None
    high: float | None
    level: float | None
    method: str
    n: int | None


class ReportedModelRecord(Shape, frozen=True, kw_only=True):
    """A model as a source reports it: not measured here, without a rank; null is not stated.

    `standing` is always reported. `model` is the short name of the card that a host says is its.
    `recomputed` has totals that follow from its parts and that the source does not print.
    """

    standing: str
    source_id: int
    name: str
    organisation: str | None
    parameters_billion: float | None
    open_weights: bool | None
    url: str | None
    note: str
    model: str | None
    figures: list[ReportedFigureRecord]
    recomputed: dict[str, float]


class ReportedSourceRecord(Shape, frozen=True, kw_only=True):
    """A paper, a file or a page that reports results.

    `kind` is paper, every_eval_ever or other; `address` a web address; `measured_on` what it calls
    its benchmark. `differs` says in what it measured otherwise (items, split, prompt, shots, judge,
    metric) and `note` more. `n_items` has the items of its tracks, where that is known.
    """

    id: int
    kind: str
    title: str
    citation: str
    address: str
    measured_on: str
    differs: list[str]
    note: str
    n_items: dict[str, int]
    added_at: datetime
    models: list[ReportedModelRecord]


class ReportedList(Shape, frozen=True, kw_only=True):
    """What is reported beside the ranking of a split, the source added last first."""

    benchmark: str
    version: str
    split: str
    sources: list[ReportedSourceRecord]
