"""The one shape of every error of the API."""

from __future__ import annotations

import msgspec

from leaderboard.web.api.record import Record


class ProblemRecord(Record, frozen=True, kw_only=True):
    """One thing wrong with a file."""

    line: int | None
    id: str | None
    message: str
    remedy: str


class ErrorRecord(Record, frozen=True, kw_only=True):
    """What went wrong; `problems` holds at most 200 of `n_problems`."""

    code: str
    message: str
    remedy: str
    problems: list[ProblemRecord] = msgspec.field(default_factory=list)
    n_problems: int = 0
    submission: str | msgspec.UnsetType = msgspec.UNSET
    url: str | msgspec.UnsetType = msgspec.UNSET


class ErrorAnswer(Record, frozen=True, kw_only=True):
    """The one shape of every error."""

    error: ErrorRecord
