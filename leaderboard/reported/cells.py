"""The cells of a table of reported results, each read with a remedy where it cannot be."""

from __future__ import annotations

import math
import re

from leaderboard.accounts.card_fields import MAX_BILLIONS
from leaderboard.errors import InvalidRequest

MOST_ITEMS = 10_000_000
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")
_SIZE = re.compile(r"(\d+\.?\d*|\.\d+)\s*([bBmM]?)")
_YES, _NO = {"true", "yes", "open", "1"}, {"false", "no", "closed", "0"}


def read_score(text: str, column: str) -> float | None:
    """A figure from 0 to 100; None where the cell is empty. Raises InvalidRequest."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise InvalidRequest(
            f"{column} is {text[:40]!r}, not a number.",
            "Write it with a point, such as 87.44, and leave it empty where none is printed.",
        )
    value = float(text)
    if not 0 <= value <= 100 or not math.isfinite(value):
        raise InvalidRequest(
            f"{column} is {text[:40]}, outside 0 to 100.",
            "Give every figure on the scale from 0 to 100: a share of 0.87 is 87.",
        )
    return value


def read_count(text: str, column: str) -> int | None:
    """A number of items; None where the cell is empty. Raises InvalidRequest."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0 and len(text) < 9):
        raise InvalidRequest(
            f"{column} is {text[:40]!r}, not a number of items.",
            "Give a whole number, such as 294.",
        )
    return int(text)


def read_level(text: str) -> float | None:
    """The level of intervals, 0..1, from 95 or 0.95; None where empty. Raises InvalidRequest."""
    value = float(text) if _NUMBER.fullmatch(text) else math.nan
    if text and not 0.5 <= (level := value / 100 if value > 1 else value) < 1:
        raise InvalidRequest(
            f"The level is {text[:40]!r}.", "Give the intervals' level, such as 95 for 95 %."
        )
    return level if text else None


def read_size(text: str) -> float | None:
    """Billions of parameters, from 7B, 135M or 7; None where empty. Raises InvalidRequest."""
    if not text:
        return None
    found = _SIZE.fullmatch(text)
    billions = float(found[1]) / (1000 if found[2].upper() == "M" else 1) if found else 0.0
    if not 0 < billions < MAX_BILLIONS:
        raise InvalidRequest(
            f"The parameters are {text[:40]!r}.",
            "Give their number as 7B, 135M or, in billions, 7; leave it empty if it is not known.",
        )
    return billions


def read_openness(text: str) -> bool | None:
    """Whether weights are open; None where empty. Raises InvalidRequest."""
    said = text.casefold()
    if said in ("", *_YES, *_NO):
        return None if not said else said in _YES
    raise InvalidRequest(
        f"open_weights is {text[:40]!r}.", "Write true or false; leave it empty if not known."
    )
