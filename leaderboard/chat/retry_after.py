"""How long a server asks to wait."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime


def read_retry_after(value: str | None, date: str | None, now: float) -> float | None:
    """Seconds to wait, never negative: from seconds, or from an HTTP date by the server's clock.

    None where nothing usable was said.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        moment = _read_date(value)
        if moment is None:
            return None
        sent = _read_date(date)
        seconds = moment - (now if sent is None else sent)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _read_date(text: str | None) -> float | None:
    try:
        return None if text is None else parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None
