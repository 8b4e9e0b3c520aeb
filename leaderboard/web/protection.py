"""Protection against forged forms, against guessing passwords and against asking too often."""

from __future__ import annotations

import ipaddress

from flask import Flask, current_app, request
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect

IPV6_PREFIX = 64


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


csrf = CSRFProtect()
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
        RATELIMIT_HEADERS_ENABLED=True,
        SIGN_IN_LIMIT=sign_in_limit,
        GUESS_LIMIT=guess_limit,
        GUESS_LIMIT_OVERALL=guess_limit_overall,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
    )
    csrf.init_app(app)
    limiter.init_app(app)


def storage_uri(redis_url: str) -> str:
    """The limiters' spelling of a Redis address."""
    return redis_url.replace("unix://", "redis+unix://", 1)
