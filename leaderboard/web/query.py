"""The query of an address, without what no page reads: by it answers are kept."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote_plus

KNOWN = frozenset(
    "axis back base benchmark board columns dataset direction filter item kind level licence"
    " limit measured models n organisation page q release root show sign since size size_from"
    " slice sort split status style subcondition submission target track trained_on_split"
    " until verified version weights".split()
)
"""Every parameter that a page or an answer which may be kept reads."""


@lru_cache(maxsize=1_024)
def drop_unknown(query: str) -> str:
    """The query with the parameters that are KNOWN, as they stand in it."""
    parts = query.split("&") if query else []
    return "&".join(part for part in parts if unquote_plus(part.partition("=")[0]) in KNOWN)
