"""The shapes of the API for a model and its variants."""

from __future__ import annotations

from leaderboard.web.api.comparison_records import DifferenceRecord
from leaderboard.web.api.ranking_records import BoardScore, RankedModel
from leaderboard.web.api.record import Record


class BoardScores(Record, frozen=True, kw_only=True):
    """A model's scores; null where it has none."""

    overall: BoardScore | None
    text: BoardScore | None
    image: BoardScore | None
    closed: BoardScore | None
    report: BoardScore | None


class ChangeRecord(Record, frozen=True, kw_only=True):
    """The variant less the base on a board, over the items that both answered.

    `adjusted_p` is Holm's over the variants of the board; `better` the significantly better of the
    two, null where they are not told apart or a report score that makes no winner decides.
    `difference` is null where one report score is calibrated and the other is not.
    """

    board: str
    difference: DifferenceRecord | None
    adjusted_p: float
    better: str | None


class VariantRecord(Record, frozen=True, kw_only=True):
    """A model that was made from the base; a board that it does not share with it has no change."""

    model: RankedModel
    variant: str
    scores: BoardScores
    changes: list[ChangeRecord]


class AblationRecord(Record, frozen=True, kw_only=True):
    """A base and its variants in the order of the ranking."""

    benchmark: str
    version: str
    split: str
    base: RankedModel
    scores: BoardScores
    variants: list[VariantRecord]
