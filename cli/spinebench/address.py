"""The server's address: how people type it, and where a token may travel."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from spinebench.errors import NotSignedInError, UsageError


def read_address(text: str) -> str:
    """The server's address without a closing slash.

    Adds the scheme (https, but http for this very machine) and drops /api/v1. Raises UsageError.
    """
    text = text.strip()
    if "://" not in text:
        scheme = "http" if is_loopback(f"http://{text}") else "https"
        text = f"{scheme}://{text}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{text!r} is not an address: {error}.") from error
    if parts.username or parts.password:
        raise UsageError("Leave user name and password out of the address.")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(
            f"{text!r} is not a server's address.",
            remedy="An address looks like https://example.org",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if port is None else f"{host}:{port}"
    path = parts.path.rstrip("/").removesuffix("/api/v1").rstrip("/")
    return f"{parts.scheme}://{place}{path}"


def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own, so that nothing leaves it."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_token_may_travel(address: str) -> None:
    """Raises NotSignedInError where anybody on the way could read the token."""
    if address.startswith("https://") or is_loopback(address):
        return
    raise NotSignedInError(
        f"Your token would travel to {address} unencrypted.",
        remedy="Use the https:// address, or add --insecure on a network you trust.",
    )
