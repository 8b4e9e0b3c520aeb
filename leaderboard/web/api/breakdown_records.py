"""The shapes of the API for all models by one slice."""

from __future__ import annotations

from leaderboard.web.api.ranking_records import RankedModel
from leaderboard.web.api.record import Record


class MedianRecord(Record, frozen=True, kw_only=True):
    """The median over the `n_models` models with a value on every item; null over none."""

    value: float | None
    n_models: int


class SliceColumnRecord(Record, frozen=True, kw_only=True):
    """A value of the slice: its key and name in words, and its `n` items in the split."""

    name: str
    title: str
    n: int
    median: MedianRecord


class SliceScoreRecord(Record, frozen=True, kw_only=True):
    """A model's score on a value of the slice, as in the scores of a submission.

    It is about every item of the column where its `n` is the column's.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    n: int
    k: int | None
    n_unscored: int
    is_shrunk: bool


class BrokenDownModel(Record, frozen=True, kw_only=True):
    """A model with its rank range on the board and its scores; ranks are null for an unranked one.

    A value of the slice without a score is left out.
    """

    rank_low: int | None
    rank_high: int | None
    model: RankedModel
    scores: list[SliceScoreRecord]


class BreakdownRecord(Record, frozen=True, kw_only=True):
    """The models of a ranking by a slice: `metric` is accuracy (0..100) or rating (1..5)."""

    benchmark: str
    version: str
    split: str
    board: str
    metric: str
    slice: str
    columns: list[SliceColumnRecord]
    models: list[BrokenDownModel]
