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


class LookRecord(Shape, frozen=True, kw_only=True):
    """A first look at a track: its score of 0..100, rounded, on `n` items of the feedback part."""

    track: str
    score: int
    n: int


class FeedbackRecord(Shape, frozen=True, kw_only=True):
    """What is told of a result on hidden answers before a release makes it public.

    `better_by` is by about how many points it beats the best before, 0 for no clear change, null
    where no track had been sent before. `sentences` say the same in words.
    """

    first_looks: list[LookRecord]
    better_by: int | None
    sentences: list[str]


class Results(Shape, frozen=True, kw_only=True):
    """All scores of a submission; `counts` are the outcomes of reading its MCQ predictions.

    There are no `scores` of a result on hidden answers until a release makes it public; until then
    and after it there is `feedback`, which is null elsewhere.

    `read_by_models` counts those of the answered ones that a language model read where the answer
    parser had not, by the model's name.
    """

    submission: str
    benchmark: str
    split: str
    model: str
    scores: list[ScoreRecord]
    counts: dict[str, int]
    feedback: FeedbackRecord | None = None
    read_by_models: dict[str, int] = msgspec.field(default_factory=dict)
