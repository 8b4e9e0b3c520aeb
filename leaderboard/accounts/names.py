"""Names that people give, as pages, tables and terminals can show them."""

from __future__ import annotations

import re

from leaderboard.errors import InvalidRequest

_UNSHOWABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, and those that turn the direction of the text after them."""


def read_name(text: str, what: str, limit: int) -> str:
    """`text` as a name of 1 to `limit` characters in one line; `what` is named in the error.

    Raises InvalidRequest.
    """
    name = read_line(text, what, limit)
    if not name:
        raise InvalidRequest(f"{what} is empty.", f"Use 1 to {limit} characters.")
    return name


def read_line(text: str, what: str, limit: int) -> str:
    """The same, or nothing."""
    line = " ".join(text.split())
    if len(line) > limit:
        raise InvalidRequest(f"{what} is too long.", f"Use up to {limit} characters.")
    if _UNSHOWABLE.search(line):
        raise InvalidRequest(
            f"{what} contains characters that cannot be displayed.",
            "Leave out control characters and marks that change the direction of text.",
        )
    return line
