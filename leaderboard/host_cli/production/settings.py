"""What the settings alone show: nothing is asked and no file is read."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from sqlalchemy import make_url

from config import Config
from leaderboard.host_cli.production.finding import Finding, advice, problem

HOST_NAME = re.compile(r"\[[0-9a-f:.]+\](:\d+)?|[\w.-]+(:\d+)?", re.IGNORECASE)
SHORTEST_TOKEN = 20
FEWEST_CHARACTERS = 10
"""A key of at least 32 random characters has more different ones than this."""
NEW_KEY = "Make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
WEAK_WORDS = re.compile(r"change|default|example|password|secret|spinebench|your", re.IGNORECASE)


def check_settings(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """What the settings, and the web process's own in `environ`, leave open."""
    yield from _check_keys(config)
    yield from _check_address(config, environ)
    yield from _check_options(config)
    yield from _check_parts(config)
    if is_sqlite(config) and int(environ.get("WEB_CONCURRENCY") or 2) > 1:
        yield advice(
            "DATABASE_URL",
            "SQLite lets one process write at a time: web processes and workers wait for each "
            "other.",
            "Enough for a handful of teams; use PostgreSQL for more.",
        )


def is_sqlite(config: Config) -> bool:
    """Whether the database is a file of SQLite."""
    return make_url(config.database_url).get_backend_name() == "sqlite"


def is_here(host: str | None) -> bool:
    """Whether a host is this machine; no host is a socket of it."""
    if not host or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_keys(config: Config) -> Iterator[Finding]:
    for key in config.secret_keys:
        if len(set(key)) < FEWEST_CHARACTERS or WEAK_WORDS.search(key):
            yield problem("SECRET_KEY", "A key can be guessed.", NEW_KEY)
            break
    if not config.endpoint_keys:
        yield advice(
            "ENDPOINT_KEYS",
            "It is not set: teams cannot have model endpoints.",
            "Leave it so, or set it to what `flask endpoint make-key` prints.",
        )
    if not config.bundle_keys:
        yield advice(
            "BUNDLE_KEYS",
            "It is not set: proofs of scores are not signed.",
            "Set it to what `flask bundle make-key` prints.",
        )


def _check_address(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    parts = urlsplit(config.base_url)
    is_https = parts.scheme == "https"
    if not is_https or is_here(parts.hostname):
        yield problem(
            "BASE_URL",
            f"{config.base_url} is not a public https address: links in mails lead there, and "
            "passwords are sent in the clear where it is http.",
            "Set it to the site's address, such as https://spinebench.example.org.",
        )
    if is_https and not config.cookie_secure:
        yield problem(
            "COOKIE_SECURE",
            "Cookies are sent over http too.",
            "Remove the setting: it is 1 where BASE_URL is https.",
        )
    is_behind = is_here(environ.get("HOST"))
    if is_behind and not config.proxies:
        yield problem(
            "PROXIES",
            "It is 0, but the web process listens on this machine alone: all visitors seem to "
            "come from the proxy, and share one limit of attempts.",
            "Set it to the number of proxies in front, usually 1.",
        )
    if not is_behind and config.proxies:
        yield advice(
            "HOST",
            "The web process listens beyond this machine and trusts what it is told of visitors' "
            "addresses: who reaches it past the proxy can pretend any.",
            "Set HOST to 127.0.0.1, or let the proxy alone reach PORT.",
        )


def _check_options(config: Config) -> Iterator[Finding]:
    if not config.smtp_url:
        yield problem(
            "SMTP_URL",
            "It is not set: nobody can confirm an address, or set a new password.",
            "Set SMTP_URL and MAIL_FROM.",
        )
    for name, place, what in (
        ("IMPRINT", config.imprint, "who runs it"),
        ("PRIVACY", config.privacy, "what is done with people's data"),
    ):
        if not place:
            yield problem(
                name,
                f"It is not set: the site does not say {what}.",
                "Set it to the address of a page, or to a Markdown file.",
            )
    if not (config.contact and config.terms):
        yield advice(
            "TERMS" if config.contact else "CONTACT",
            "It is not set: people find no way to write to you, or no terms of use.",
            "Set CONTACT and TERMS.",
        )
    if not config.require_second_factor:
        yield problem(
            "REQUIRE_SECOND_FACTOR",
            "It is 0: a host's password alone opens everything.",
            "Remove the setting.",
        )


def _check_parts(config: Config) -> Iterator[Finding]:
    if not all(map(HOST_NAME.fullmatch, config.trusted_hosts)):
        yield problem(
            "TRUSTED_HOSTS",
            "It holds something that is not the name of a host: the site answers to no such name.",
            "Write names alone, separated by spaces, without https:// and commas.",
        )
    token = config.metrics_token
    if token and (len(token) < SHORTEST_TOKEN or len(set(token)) < FEWEST_CHARACTERS):
        yield problem("METRICS_TOKEN", "It can be guessed.", NEW_KEY)
    if config.storage_url and not (config.storage_key_id and config.storage_secret):
        yield problem(
            "STORAGE_URL",
            "It is set without a key: no picture can be stored or read.",
            "Set STORAGE_KEY_ID and STORAGE_SECRET.",
        )
