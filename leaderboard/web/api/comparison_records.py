"""The shapes of the API for models compared."""

from __future__ import annotations

from leaderboard.web.api.ranking_records import RankedModel
from leaderboard.web.api.record import Record


class DifferenceRecord(Record, frozen=True, kw_only=True):
    """First less second, in points, with its 95 % interval and a two-sided p-value.

    The ends are null where every item differs alike.
    """

    value: float
    low: float | None
    high: float | None
    p_value: float


class PairRecord(Record, frozen=True, kw_only=True):
    """Two models on one board, by their short names.

    `adjusted_p` is Holm's over the pairs of the board; `winner` the significantly better one,
    null where they are not told apart or a report score that makes no winner decides. `first_only`
    and `second_only` count the questions that one alone had right, and `mid_p` is McNemar's of
    them; null on boards with reports. `difference` is null where one report score is calibrated
    and the other is not.
    """

    first: str
    second: str
    difference: DifferenceRecord | None
    adjusted_p: float
    winner: str | None
    first_only: int | None
    second_only: int | None
    mid_p: float | None


class BoardComparisonRecord(Record, frozen=True, kw_only=True):
    """All pairs on a board of n items, of the models that have a value on every one."""

    board: str
    n: int
    pairs: list[PairRecord]


class SliceValueRecord(Record, frozen=True, kw_only=True):
    """A model on a slice; `k` counts right answers, and `difference` is the first model less it.

    `winner` is the significantly better of the two by Holm over all slices of questions.
    """

    model: str
    value: float | None
    k: int | None
    difference: DifferenceRecord | None
    winner: str | None


class SliceComparisonRecord(Record, frozen=True, kw_only=True):
    """The models on a slice of n items, as in the scores of a submission, but never shrunk."""

    metric: str
    slice: str
    name: str
    n: int
    models: list[SliceValueRecord]


class ComparisonRecord(Record, frozen=True, kw_only=True):
    """Models in the order asked for; `summary` says in one sentence who is better."""

    benchmark: str
    version: str
    split: str
    summary: str
    models: list[RankedModel]
    boards: list[BoardComparisonRecord]
    slices: list[SliceComparisonRecord]
