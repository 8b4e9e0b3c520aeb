"""The scores of one submission."""

from __future__ import annotations

import msgspec

from spinebench.shapes.shape import Shape


class ScoreRecord(Shape, frozen=True, kw_only=True):
    """A metric on a slice, with the ends of its 95 % interval; null is unscored.

    A value that `is_shrunk` rests on fewer than 15 items and is drawn towards the model's other
    slices.
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


class Results(Shape, frozen=True, kw_only=True):
    """All scores of a submission; `counts` are the outcomes of reading its MCQ predictions.

    `read_by_models` counts those of the answered ones that a language model read where the answer
    parser had not, by the model's name.
    """

    submission: str
    benchmark: str
    split: str
    model: str
    scores: list[ScoreRecord]
    counts: dict[str, int]
    read_by_models: dict[str, int] = msgspec.field(default_factory=dict)
