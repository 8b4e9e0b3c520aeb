"""The settings of one installation, read from the environment by `Config.from_env`."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self


class ConfigError(ValueError):
    """A setting is missing or cannot be read; the message names the variable and the remedy."""


def _read_number(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip()
    if not text:
        return default
    if not text.isdigit():
        raise ConfigError(f"{name} must be a whole number, not {text!r}.")
    return int(text)


def _read_switch(environ: Mapping[str, str], name: str, default: bool) -> bool:
    text = environ.get(name, "").strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ConfigError(f"{name} must be 1 or 0, not {text!r}.")


def _read_words(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(environ.get(name, "").split())


def _read_endpoint_keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    keys = _read_words(environ, "ENDPOINT_KEYS")
    for key in keys:
        try:
            is_key = len(base64.urlsafe_b64decode(key)) == 32
        except (binascii.Error, ValueError):
            is_key = False
        if not is_key:
            raise ConfigError(
                "ENDPOINT_KEYS holds something that is no key. Make one with "
                "`python -m flask --app leaderboard.app endpoint make-key`."
            )
    return keys


@dataclass(frozen=True, kw_only=True)
class Config:
    """Every setting; times in seconds, sizes in bytes.

    `endpoint_keys` encrypt the keys of teams' endpoints: the first encrypts, all decrypt; without
    any, there are no endpoints here. `secret_keys` sign sessions and invitations: the first signs,
    all verify. So a key of either kind is rotated by putting a new one in front.
    """

    database_url: str
    redis_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    base_url: str
    cookie_secure: bool
    proxies: int
    max_upload_bytes: int
    queue_name: str
    lease_seconds: int
    max_attempts: int
    sign_in_limit: str
    endpoint_keys: tuple[str, ...] = field(repr=False)
    endpoint_allow_http: bool
    endpoint_allowed_addresses: tuple[str, ...]
    endpoint_max_requests: int
    endpoint_max_tokens: int
    endpoint_max_seconds: int
    judge_base_url: str
    judge_model: str
    judge_api_key: str = field(repr=False)
    judges_file: str
    quota_submissions: int
    quota_days: int
    smtp_url: str = field(repr=False)
    mail_from: str

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The settings in `environ` (the process's own by default).

        Raises ConfigError if a required variable is missing or one cannot be read.
        """
        env = os.environ if environ is None else environ
        for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY"):
            if not env.get(name, "").strip():
                raise ConfigError(
                    f"{name} is not set. Set it in the environment (see docs/hosting.md), "
                    "or run `make demo` for a server with everything included."
                )
        keys = tuple(key for key in env["SECRET_KEY"].split() if key)
        if any(len(key) < 32 for key in keys):
            raise ConfigError(
                "SECRET_KEY is shorter than 32 characters. Make one with "
                "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`."
            )
        base_url = env.get("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
        return cls(
            database_url=_psycopg_url(env["DATABASE_URL"].strip()),
            redis_url=env["REDIS_URL"].strip(),
            secret_keys=keys,
            base_url=base_url,
            cookie_secure=_read_switch(env, "COOKIE_SECURE", base_url.startswith("https://")),
            proxies=_read_number(env, "PROXIES", 0),
            max_upload_bytes=_read_number(env, "MAX_UPLOAD_BYTES", 64 * 1024 * 1024),
            queue_name=env.get("QUEUE_NAME", "submissions"),
            lease_seconds=_read_number(env, "LEASE_SECONDS", 30),
            max_attempts=_read_number(env, "MAX_ATTEMPTS", 5),
            quota_submissions=_read_number(env, "QUOTA_SUBMISSIONS", 10),
            quota_days=_read_number(env, "QUOTA_DAYS", 7),
            smtp_url=_read_smtp_url(env),
            mail_from=env.get("MAIL_FROM", ""),
            sign_in_limit=env.get("SIGN_IN_LIMIT", "10 per minute; 60 per hour"),
            endpoint_keys=_read_endpoint_keys(env),
            endpoint_allow_http=_read_switch(env, "ENDPOINT_ALLOW_HTTP", False),
            endpoint_allowed_addresses=_read_words(env, "ENDPOINT_ALLOWED_ADDRESSES"),
            endpoint_max_requests=_read_number(env, "ENDPOINT_MAX_REQUESTS", 20_000),
            endpoint_max_tokens=_read_number(env, "ENDPOINT_MAX_TOKENS", 20_000_000),
            endpoint_max_seconds=_read_number(env, "ENDPOINT_MAX_SECONDS", 18_000),
            judge_base_url=env.get("JUDGE_BASE_URL", "").strip(),
            judge_model=env.get("JUDGE_MODEL", "").strip(),
            judge_api_key=env.get("JUDGE_API_KEY", "").strip(),
            judges_file=env.get("JUDGES_FILE", "").strip(),
        )


def _psycopg_url(url: str) -> str:
    """`url` with the driver that we install, where a host's URL names none."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def _read_smtp_url(environ: Mapping[str, str]) -> str:
    """SMTP_URL, for which MAIL_FROM must be set; empty where no mail is sent."""
    url = environ.get("SMTP_URL", "").strip()
    if url and not url.startswith(("smtp://", "smtps://")):
        raise ConfigError("SMTP_URL must begin with smtp:// or smtps://.")
    if url and "@" not in environ.get("MAIL_FROM", ""):
        raise ConfigError("MAIL_FROM must be the e-mail address that mail is sent from.")
    return url
