"""Protection against forged forms, against guessing passwords and against asking too often."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect
from redis.backoff import NoBackoff
from redis.retry import Retry

from leaderboard.queue import ONCE_MORE, REDIS_SECONDS

IPV6_PREFIX = 64
STORAGE_OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": REDIS_SECONDS,
    "socket_timeout": REDIS_SECONDS,
    "retry": Retry(NoBackoff(), ONCE_MORE),
}
"""How the limiters wait for Redis: no longer than whoever enqueues."""


def caller_network() -> str:
    """The network that this request comes from, by which callers who are not known are counted."""
    return name_network(request.remote_addr or "")


def name_network(address: str) -> str:
    """An IPv4 address itself, the /64 of an IPv6 address: one household or server has all of it.

    An IPv4 address within IPv6 is that address; what is no address, such as a socket's name, stays.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.version == 4:
        return str(found)
    return str(ipaddress.ip_network((found, IPV6_PREFIX), strict=False))


class FormProtection(CSRFProtect):  # type: ignore[misc]
    """Takes a form that has our token, and does not say that it stands on another site's page.

    Browsers say so by themselves (Sec-Fetch-Site), older ones by the Referer, which pages with a
    secret in their address keep to themselves: that it is missing is no reason to refuse.
    """

    def protect(self, apply_exemptions: bool = False) -> None:
        """Let this request pass, or answer 400."""
        super().protect(apply_exemptions)
        if g.get("csrf_valid") and not _is_from_here():
            self._error_response("The form stands on another site's page.")


def _is_from_here() -> bool:
    said = request.headers.get("Sec-Fetch-Site")
    if said is not None:
        return said in {"same-origin", "none"}
    return not request.referrer or urlsplit(request.referrer).netloc == request.host


csrf = FormProtection()
limiter = Limiter(
    caller_network,
    strategy="fixed-window",
    in_memory_fallback_enabled=True,
    default_limits=[],
)


def sign_in_limit() -> str:
    """How often one address may try to sign in or register."""
    return str(current_app.config["SIGN_IN_LIMIT"])


def install(
    app: Flask, *, redis_url: str, sign_in_limit: str, guess_limit: str, guess_limit_overall: str
) -> None:
    """Check every form of `app`, and count attempts in Redis (in memory while it is away)."""
    app.config.update(
        RATELIMIT_STORAGE_URI=storage_uri(redis_url),
        RATELIMIT_STORAGE_OPTIONS=STORAGE_OPTIONS,
        RATELIMIT_HEADERS_ENABLED=True,
        SIGN_IN_LIMIT=sign_in_limit,
        GUESS_LIMIT=guess_limit,
        GUESS_LIMIT_OVERALL=guess_limit_overall,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    limiter.init_app(app)


def storage_uri(redis_url: str) -> str:
    """The limiters' spelling of a Redis address."""
    return redis_url.replace("unix://", "redis+unix://", 1)
