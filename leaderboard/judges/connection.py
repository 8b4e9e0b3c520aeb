"""One request to a judge's server over HTTP: its answer as it is read, or that none came."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
import msgspec
from yarl import URL

from leaderboard.chat import Break, BrokenOff, Outcome, RateLimited, Rejected, read_answer
from leaderboard.endpoints.engine.body import BodyBroken, BodyTooLarge, read_body
from leaderboard.endpoints.engine.client import make_chat_url
from leaderboard.judges.settings import JudgeSettings

_NAME = re.compile(r"[\w.:-]{1,40}")
CONNECT_SECONDS = 15.0
MAX_BYTES = 8_000_000
NO_STATUS = 0
"""The status of an answer that did not come."""


def make_session(settings: JudgeSettings) -> aiohttp.ClientSession:
    """A session for one run, with the key; by the host's proxy, if the environment names one."""
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        "User-Agent": "SpineBench",
    }
    if settings.api_key:
        headers["Authorization"] = f"Bearer {settings.api_key}"
    is_secure = settings.base_url.lower().startswith("https:")
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(
            limit=settings.concurrency, ssl=ssl.create_default_context() if is_secure else True
        ),
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=settings.timeout_seconds, sock_connect=CONNECT_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=True,
    )


async def send(
    session: aiohttp.ClientSession, settings: JudgeSettings, fields: Mapping[str, Any]
) -> Outcome:
    """Ask for one chat completion. Never raises for what a server or a network does."""
    url = URL(make_chat_url(settings.base_url.rstrip("/")), encoded=True)
    data = msgspec.json.encode(fields)
    try:
        async with session.post(url, data=data, allow_redirects=False) as response:
            body = await read_body(response, MAX_BYTES)
            return read_answer(
                response.status,
                response.headers,
                body,
                key=settings.api_key or None,
                now=time.time(),
            )
    except aiohttp.ClientConnectorCertificateError:
        return BrokenOff(status=NO_STATUS, words="its TLS certificate is not valid")
    except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError):
        return BrokenOff(status=NO_STATUS, words="no connection")
    except TimeoutError:
        return BrokenOff(status=NO_STATUS, kind=Break.TIMEOUT, words="no answer in time")
    except (BodyTooLarge, BodyBroken):
        return BrokenOff(status=NO_STATUS, kind=Break.NOT_JSON, words="an answer without its end")
    except (aiohttp.ClientError, OSError):
        return BrokenOff(status=NO_STATUS, words="the connection broke")


def explain(outcome: BrokenOff | RateLimited | Rejected) -> str:
    """What came in place of a reply, for the host: a status and names, never the server's words."""
    if not isinstance(outcome, BrokenOff):
        return outcome.names
    if outcome.status == NO_STATUS:
        return outcome.words
    words = {
        Break.PAGE: "a web page, not a chat completion",
        Break.NOT_JSON: "an empty or broken body, not a chat completion",
        Break.NO_CHOICE: "JSON that is not a chat completion",
        Break.STREAM: "an event stream without its end",
    }
    parts = [outcome.names, words.get(outcome.kind, "")]
    if outcome.finish_reason and _NAME.fullmatch(outcome.finish_reason):
        parts.append(f"finish reason {outcome.finish_reason}")
    return ", ".join(part for part in parts if part)
