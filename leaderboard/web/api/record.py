"""What every shape of the API is."""

from __future__ import annotations

import msgspec


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON object of the API; times are ISO 8601 in UTC."""
