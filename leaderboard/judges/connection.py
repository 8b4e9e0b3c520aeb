"""One request to a judge's server over HTTP: its answer as it is read, or that none came.

The client takes long to import, and most sites have no such judge: it is imported at its first use.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx2
from yarl import URL

from leaderboard.chat import (
    Break,
    BrokenOff,
    Outcome,
    RateLimited,
    Rejected,
    make_key_headers,
    read_answer,
)
from leaderboard.judges.settings import JudgeSettings
from leaderboard.late import late_pattern

if TYPE_CHECKING:
    import openai

_NAME = late_pattern(r"[\w.:-]{1,40}")
CONNECT_SECONDS = 15.0
MAX_BYTES = 4 * 1024 * 1024
NO_STATUS = 0
"""The status of an answer that did not come."""
NO_KEY = "none"
"""What the client is given where a server needs no key, for it insists on one: it is not sent."""


def load_client() -> None:
    """Import the client now, so that what is forked from this process has it."""
    import openai  # noqa: F401


def make_session(settings: JudgeSettings) -> openai.AsyncOpenAI:
    """A client for one run, with the key; by the host's proxy, if the environment names one.

    It neither tries again nor follows redirects: who asks decides that.
    """
    import openai

    timeout = httpx2.Timeout(settings.timeout_seconds, connect=CONNECT_SECONDS)
    address = URL(settings.base_url, encoded=True)
    return openai.AsyncOpenAI(
        base_url=str(address.with_query(None)),
        default_query=dict(address.query),
        api_key=settings.api_key or NO_KEY,
        timeout=timeout,
        max_retries=0,
        default_headers={"Accept-Encoding": "identity"},
        http_client=openai.DefaultAsyncHttpxClient(
            verify=_read_trusted(),
            timeout=timeout,
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=settings.concurrency),
        ),
    )


@cache
def _read_trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts; reading them takes longer than a short run."""
    return httpx2.create_ssl_context()


async def send(
    session: openai.AsyncOpenAI, settings: JudgeSettings, fields: Mapping[str, Any]
) -> Outcome:
    """Ask for one chat completion. Never raises for what a server or a network does.

    The client hands over the answer as it came: its own reading of a completion takes a web page
    for a text, and an error with status 200 for a completion.
    """
    import openai

    try:
        async with asyncio.timeout(settings.timeout_seconds):
            return await _exchange(session, settings, fields)
    except (openai.APITimeoutError, httpx2.TimeoutException) as error:
        cause = error if isinstance(error, httpx2.TimeoutException) else error.__cause__
        if isinstance(cause, httpx2.ConnectTimeout):
            return BrokenOff(status=NO_STATUS, words="no connection")
    except TimeoutError:
        pass
    except openai.APIConnectionError as error:
        return _read_failure(error.__cause__)
    except httpx2.HTTPError as error:
        return _read_failure(error)
    return BrokenOff(status=NO_STATUS, kind=Break.TIMEOUT, words="no answer in time")


async def _exchange(
    session: openai.AsyncOpenAI, settings: JudgeSettings, fields: Mapping[str, Any]
) -> Outcome:
    import openai

    # The client takes the omission of a default header for a missing key: it goes with the request.
    signed: dict[str, str | openai.Omit] = {
        "Authorization": openai.Omit(),
        **make_key_headers(settings.api_key, settings.key_header),
    }
    rest = {name: value for name, value in fields.items() if name not in ("model", "messages")}
    body = bytearray()
    try:
        async with session.chat.completions.with_streaming_response.create(
            model=fields["model"],
            messages=fields["messages"],
            extra_headers=signed,
            extra_body=rest,
        ) as answer:
            status, headers = answer.status_code, answer.headers
            async for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    return BrokenOff(
                        status=NO_STATUS, kind=Break.NOT_JSON, words="an answer without its end"
                    )
    except openai.APIStatusError as error:
        status, headers = error.response.status_code, error.response.headers
        body = bytearray(error.response.content)
    key = settings.api_key or None
    return read_answer(status, headers, bytes(body), key=key, now=time.time())


def _read_failure(cause: BaseException | None) -> BrokenOff:
    """Why no answer came, in words of ours."""
    if isinstance(cause, httpx2.ConnectError):
        while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
            cause = cause.__cause__ or cause.__context__
        words = "no connection" if cause is None else "its TLS certificate is not valid"
        return BrokenOff(status=NO_STATUS, words=words)
    if isinstance(cause, httpx2.RemoteProtocolError | httpx2.DecodingError):
        return BrokenOff(status=NO_STATUS, kind=Break.NOT_JSON, words="an answer without its end")
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
