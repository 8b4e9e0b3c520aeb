"""How a server is sent its key."""

from __future__ import annotations

from typing import Literal

KeyHeader = Literal["authorization", "api-key"]
"""How a key is sent: as `Authorization: Bearer KEY`, or as `api-key: KEY`, which Azure expects."""


def make_key_headers(key: str | None, header: KeyHeader) -> dict[str, str]:
    """The headers that carry a key; none without one."""
    if not key:
        return {}
    return {"api-key": key} if header == "api-key" else {"Authorization": f"Bearer {key}"}
