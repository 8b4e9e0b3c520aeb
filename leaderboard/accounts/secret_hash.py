"""What is kept of a random secret that lets somebody in."""

from __future__ import annotations

import hashlib


def hash_secret(text: str) -> str:
    """SHA-256 in hex, which is enough for a secret of 190 bits or more that nobody chose."""
    return hashlib.sha256(text.encode()).hexdigest()
