"""Protection against forged forms and against guessing passwords."""

from __future__ import annotations

from flask import Flask, current_app
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_wtf.csrf import CSRFProtect

csrf = CSRFProtect()
limiter = Limiter(
    get_remote_address,
    strategy="fixed-window",
    in_memory_fallback_enabled=True,
    default_limits=[],
)


def sign_in_limit() -> str:
    """How often one address may try to sign in or register."""
    return str(current_app.config["SIGN_IN_LIMIT"])


def install(app: Flask, *, redis_url: str, sign_in_limit: str) -> None:
    """Check every form of `app`, and count attempts in Redis (in memory while it is away)."""
    app.config.update(
        RATELIMIT_STORAGE_URI=_storage_uri(redis_url),
        RATELIMIT_HEADERS_ENABLED=True,
        SIGN_IN_LIMIT=sign_in_limit,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=True,
    )
    csrf.init_app(app)
    limiter.init_app(app)


def _storage_uri(redis_url: str) -> str:
    """The limiter's spelling of a Redis address."""
    return redis_url.replace("unix://", "redis+unix://", 1)
