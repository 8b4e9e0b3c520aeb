"""The one shape of every error of the API."""

from __future__ import annotations

from datetime import datetime

import msgspec

from spinebench.shapes.shape import Shape


class ProblemRecord(Shape, frozen=True, kw_only=True):
    """One thing wrong with a file or with the fields that were sent; `id` is the item or field.

    `n_lines` is there where it speaks of several lines.
    """

    line: int | None
    id: str | None
    message: str
    remedy: str
    n_lines: int | msgspec.UnsetType = msgspec.UNSET


class ErrorRecord(Shape, frozen=True, kw_only=True):
    """What went wrong; `problems` holds at most 200 of `n_problems`.

    `submission` and `url` name the first submission of the same file (409 duplicate_submission),
    `next_at` says when the team may send again (429 quota_used).
    """

    code: str
    message: str
    remedy: str
    problems: list[ProblemRecord] = msgspec.field(default_factory=list)
    n_problems: int = 0
    submission: str | msgspec.UnsetType = msgspec.UNSET
    url: str | msgspec.UnsetType = msgspec.UNSET
    next_at: datetime | msgspec.UnsetType = msgspec.UNSET


class ErrorAnswer(Shape, frozen=True, kw_only=True):
    """The one shape of every error."""

    error: ErrorRecord
