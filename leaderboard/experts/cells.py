"""Cells of a file of ratings, read one by one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from leaderboard.scoring.rubric import HIGHEST, LOWEST

Complain = Callable[[str, str], None]
"""Takes what is wrong with a cell, and the remedy."""

RATER_NAME = re.compile(r"[^\W_][\w .-]{0,79}")


def read_rater_name(text: str, complain: Complain) -> str:
    """A rater's name: up to 80 letters, digits, blanks, dots and hyphens."""
    if not RATER_NAME.fullmatch(text):
        complain(
            f"{text!r:.100} is not a valid rater name.",
            "Use up to 80 letters, digits, spaces, dots or hyphens, beginning with a letter or "
            "digit.",
        )
    return text


def read_value(text: str, complain: Complain) -> int:
    """A whole number from 1 to 5; 0 beside a complaint."""
    value = int(text) if re.fullmatch(r"[0-9]{1,3}", text) else 0
    if not LOWEST <= value <= HIGHEST:
        complain(f"The value {text!r:.40} is not a whole number from 1 to 5.", "Rate from 1 to 5.")
    return value


def read_time(text: str, present: datetime, complain: Complain) -> datetime:
    """A past time with its zone; `present` where there is none."""
    if not text:
        return present
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or found > present:
        complain(
            f"The time {text!r:.60} is not in the past, or has no time zone.",
            "Write 2026-01-31T14:00:00Z, or leave it empty.",
        )
        return present
    return found
