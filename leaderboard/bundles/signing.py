"""Ed25519 keys: the site signs archives with its own, anybody checks them with its public one."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import load_pem_public_key

ALGORITHM = "Ed25519"
KEY_BYTES = 32
PREFIX = b"spinebench-bundle-1\n"
"""Stands before what is signed, so that no signature for anything else is one of an archive."""


def make_key() -> str:
    """A new private key, as the settings take it."""
    return _write(Ed25519PrivateKey.generate().private_bytes_raw())


def is_key(text: str) -> bool:
    """Whether `text` is a key as `make_key` writes it."""
    return _read(text) is not None


def find_public_key(private: str) -> str:
    """The public half of a private key, in base64."""
    return _write(_open(private).public_key().public_bytes_raw())


def name_key(public: str) -> str:
    """A public key's fingerprint: short enough to be read aloud."""
    return hashlib.sha256(_read(public) or b"").hexdigest()[:16]


def sign(private: str, content: bytes) -> dict[str, str]:
    """The signature of `content`, with the public key that it is checked by."""
    return {
        "algorithm": ALGORITHM,
        "key": find_public_key(private),
        "signature": _write(_open(private).sign(PREFIX + content)),
    }


def is_signed(content: bytes, signature: Mapping[str, Any]) -> bool:
    """Whether `signature` is one of `content` by the key that it names."""
    key, value = _read(signature.get("key")), _decode(signature.get("signature"))
    if signature.get("algorithm") != ALGORITHM or key is None or value is None:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(value, PREFIX + content)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_public_keys(text: str) -> list[str]:
    """The public keys in a file: a PEM, the JSON of the site's address, or one key in base64.

    Raises ValueError where there is none.
    """
    try:
        return _keep_keys(_list_keys(text))
    except (ValueError, TypeError, LookupError, UnsupportedAlgorithm) as error:
        raise ValueError("there is no Ed25519 public key in it") from error


def _list_keys(text: str) -> list[Any]:
    if "-----BEGIN" in text:
        found = load_pem_public_key(text.encode())
        return [_write(found.public_bytes_raw())] if isinstance(found, Ed25519PublicKey) else []
    if text.lstrip().startswith("{"):
        return [one["key"] for one in json.loads(text)["keys"]]
    return text.split()


def _keep_keys(found: Iterable[Any]) -> list[str]:
    keys = [_write(raw) for one in found if (raw := _read(one)) is not None]
    if not keys:
        raise ValueError("none of them is a key")
    return keys


def _open(private: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_read(private) or b"")


def _write(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _decode(text: Any) -> bytes | None:
    try:
        # Both alphabets of base64: settings have the one that is safe in addresses.
        return base64.b64decode(text.translate({45: "+", 95: "/"}), validate=True)
    except (binascii.Error, AttributeError, ValueError):
        return None


def _read(text: Any) -> bytes | None:
    """The 32 bytes of a key; None where it is none."""
    raw = _decode(text)
    return raw if raw is not None and len(raw) == KEY_BYTES else None
