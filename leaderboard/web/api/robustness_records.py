"""The shapes of the API for robustness audits."""

from __future__ import annotations

from datetime import datetime

from leaderboard.web.api.ranking_records import RankedModel
from leaderboard.web.api.record import Record


class ShareRecord(Record, frozen=True, kw_only=True):
    """A share in per cent with the ends of its 95 % Wilson interval, and what `n` counts."""

    value: float
    low: float | None
    high: float | None
    n: int


class AuditRecord(Record, frozen=True, kw_only=True):
    """A model's newest finished audit: its questions asked again with shifted options.

    `inconsistent` counts questions by why the choice did not survive, `unscored` askings without
    an answer by reason; these are in no share.
    """

    model: RankedModel
    submission: str
    audited_at: datetime | None
    accuracy_as_submitted: ShareRecord
    accuracy_shifted: ShareRecord
    consistency: ShareRecord
    right_every_time: ShareRecord
    inconsistent: dict[str, int]
    unscored: dict[str, int]


class RobustnessRecord(Record, frozen=True, kw_only=True):
    """The audited ones of a ranking's models, in its order."""

    benchmark: str
    version: str
    split: str
    models: list[AuditRecord]
