"""Seals small secrets of accounts with keys that are derived from SECRET_KEY.

The first of the host's keys seals and all of them open, as with forms and links.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SecretBox:
    """Texts in, ciphertexts out, each sealed for one purpose: it opens for no other."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_derive(key)) for key in secret_keys])

    def seal(self, text: str, purpose: str) -> str:
        """`text` encrypted for `purpose`, by the first key."""
        return self._fernet.encrypt(f"{purpose}\0{text}".encode()).decode()

    def find(self, sealed: str, purpose: str, within: timedelta | None = None) -> str | None:
        """What was sealed for `purpose`, `within` a time before now; None for anything else."""
        ttl = None if within is None else int(within.total_seconds())
        try:
            found = self._fernet.decrypt(sealed.encode(), ttl).decode()
        except (InvalidToken, UnicodeError):
            return None
        kept, _, text = found.partition("\0")
        return text if kept == purpose else None

    def reseal(self, sealed: str) -> str:
        """The same, sealed by the first key. Raises InvalidToken if no key opens it."""
        return self._fernet.rotate(sealed.encode()).decode()


def _derive(secret_key: str) -> bytes:
    derived = HKDF(SHA256(), 32, salt=None, info=b"spinebench secrets of accounts")
    return base64.urlsafe_b64encode(derived.derive(secret_key.encode()))
