"""What every reader of a prediction file yields."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One prediction as it stands in the file; lines count from 1."""

    line: int
    key: str
    text: str
