"""Encrypts the keys of teams' endpoints, with a key of the host that is in no database."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from leaderboard.errors import Conflict, PermanentError


class Sealed(NamedTuple):
    """An encrypted text, and the name of the host's key that opens it."""

    ciphertext: str
    sealed_by: str


class KeyVault:
    """Seals with the first of the host's keys and opens with any of them.

    Without keys it is closed: endpoints are off on this server.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None
        self.newest = _name(keys[0]) if keys else ""

    def __repr__(self) -> str:
        return f"KeyVault({self.newest or 'closed'})"

    @property
    def is_open(self) -> bool:
        """Whether keys can be kept here."""
        return self._fernet is not None

    def require_open(self) -> None:
        """Raise Conflict where endpoints are off."""
        self._get_fernet()

    def seal(self, text: str) -> Sealed:
        """`text` encrypted with the newest key. Raises Conflict where endpoints are off."""
        return Sealed(self._get_fernet().encrypt(text.encode()).decode(), self.newest)

    def open(self, ciphertext: str) -> str:
        """What was sealed. Raises PermanentError if none of the host's keys opens it."""
        try:
            return self._get_fernet().decrypt(ciphertext.encode()).decode()
        except InvalidToken:
            raise PermanentError(
                "The endpoint's key can no longer be decrypted.", "Enter the key again."
            ) from None

    def _get_fernet(self) -> MultiFernet:
        if self._fernet is None:
            raise Conflict(
                "Model endpoints are off on this server.",
                "Send prediction files, or ask the host to set ENDPOINT_KEYS.",
            )
        return self._fernet


def make_host_key() -> str:
    """A new key for ENDPOINT_KEYS."""
    return Fernet.generate_key().decode()


def _name(key: str) -> str:
    """A name by which a key can be told from others, and from which it cannot be found."""
    return hashlib.sha256(b"endpoint key " + key.encode()).hexdigest()[:16]
