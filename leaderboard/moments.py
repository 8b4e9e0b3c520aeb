"""Moments that people write: a day or a minute in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from leaderboard.errors import InvalidRequest


def read_moment(text: str) -> datetime:
    """The moment that `text` names, aware, in UTC: a day means its first instant.

    Without a time zone UTC is meant. Raises InvalidRequest.
    """
    try:
        found = datetime.fromisoformat(text.strip().upper().removesuffix(" UTC"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest(
            f"{text.strip()[:40]!r} is not a date.",
            "Write a day such as 2027-01-31, or with a time in UTC such as 2027-01-31 12:00.",
        ) from None


def say_moment(moment: datetime) -> str:
    """The moment to the minute, as `read_moment` reads it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
