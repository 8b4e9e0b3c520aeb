"""The two ways out: a webhook through the guard of addresses, and mail by SMTP."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import aiohttp

from leaderboard.endpoints.engine.address import AddressPolicy, CheckedAddress, check_address
from leaderboard.endpoints.engine.connection import CONNECT_SECONDS, PinnedConnector
from leaderboard.errors import AddressRefused

SECONDS = 20.0


class NotSent(Exception):
    """An attempt that may be made again; the message is for the team."""


@dataclass(frozen=True)
class MailSettings:
    """How mail leaves: `url` is smtp://user:password@host:port or smtps://...; `sender` is From."""

    url: str = field(repr=False)
    sender: str


def post_webhook(url: str, body: bytes, headers: dict[str, str], policy: AddressPolicy) -> str:
    """Send `body` to a checked address, following no redirect. Raises NotSent.

    The address is resolved and checked anew: a name may have moved into a private network.
    """
    try:
        address = check_address(url, policy)
    except AddressRefused as error:
        raise NotSent(error.message) from None
    try:
        status = asyncio.run(_post(address, body, headers))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise NotSent(f"no response: {type(error).__name__}") from error
    if not 200 <= status < 300:
        raise NotSent(f"it answered with status {status}")
    return f"it answered with status {status}"


async def _post(address: CheckedAddress, body: bytes, headers: dict[str, str]) -> int:
    timeout = aiohttp.ClientTimeout(total=SECONDS, sock_connect=CONNECT_SECONDS)
    async with (
        aiohttp.ClientSession(
            connector=PinnedConnector(address, 1),
            timeout=timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        ) as session,
        session.post(address.url, data=body, headers=headers, allow_redirects=False) as response,
    ):
        return response.status


def send_mail(mail: EmailMessage, settings: MailSettings) -> str:
    """Hand `mail` to the SMTP server, encrypted where the server can. Raises NotSent."""
    try:
        with _connect(settings.url) as server:
            server.send_message(mail)
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(f"the mail server did not accept it: {type(error).__name__}") from error
    return "the mail server accepted it"


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, context = parts.hostname or "", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or 465, timeout=SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(host, parts.port or 587, timeout=SECONDS)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
    if parts.username:
        server.login(unquote(parts.username), unquote(parts.password or ""))
    return server
