"""One request to an endpoint, over HTTP, to a reply or a failure with its reason."""

from __future__ import annotations

import io
import time

import aiohttp
from yarl import URL

from leaderboard.chat import read_retry_after
from leaderboard.endpoints.engine.body import BodyBroken, BodyTooLarge, read_body
from leaderboard.endpoints.engine.connection import PeerRefused
from leaderboard.endpoints.engine.failures import Failure, Reason, make_excerpt
from leaderboard.endpoints.engine.replies import NoChoice, NotJson, Reply, StreamBroken, read_reply
from leaderboard.endpoints.engine.settings import Limits

# aiohttp wants larger bodies as a file, which it sends in pieces.
MAX_BYTES_AT_ONCE = 512 * 1024
MAX_ERROR_BYTES = 64 * 1024

_STATUS_REASONS = {
    401: Reason.KEY_REFUSED,
    402: Reason.NO_CREDIT,
    403: Reason.KEY_REFUSED,
    404: Reason.NOT_FOUND,
    405: Reason.NOT_FOUND,
    408: Reason.TIMEOUT,
    409: Reason.SERVER_ERROR,
    425: Reason.SERVER_ERROR,
    429: Reason.RATE_LIMITED,
}


class Client:
    """Asks one endpoint within one session."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, key: str | None, limits: Limits
    ) -> None:
        self._session = session
        self._url = URL(f"{base_url}/chat/completions", encoded=True)
        self._key = key
        self._limits = limits

    async def ask(self, body: bytes) -> Reply | Failure:
        """Send one request. Never raises for what a server or a network does."""
        data = body if len(body) <= MAX_BYTES_AT_ONCE else io.BytesIO(body)
        try:
            async with self._session.post(self._url, data=data, allow_redirects=False) as response:
                if response.status == 200:
                    return await self._read(response)
                return await self._read_failure(response)
        except PeerRefused:
            return Failure(Reason.PEER)
        except aiohttp.ClientConnectorCertificateError:
            return Failure(Reason.CERTIFICATE)
        except TimeoutError:
            return Failure(Reason.TIMEOUT)
        except aiohttp.ClientConnectorError:
            return Failure(Reason.CONNECTION)
        except (aiohttp.ClientError, OSError):
            return Failure(Reason.INTERRUPTED)

    async def _read(self, response: aiohttp.ClientResponse) -> Reply | Failure:
        body = b""
        try:
            body = await read_body(response, self._limits.max_answer_bytes)
            is_stream = response.content_type == "text/event-stream"
            return read_reply(body, self._limits.max_characters, is_stream=is_stream)
        except BodyTooLarge:
            # What is still to come is not read.
            response.close()
            reason = Reason.TOO_LARGE
        except (BodyBroken, StreamBroken):
            reason = Reason.INTERRUPTED
        except NotJson:
            reason = Reason.NOT_JSON
        except NoChoice:
            reason = Reason.NO_CHOICE
        return Failure(reason, response.status, make_excerpt(body, self._key))

    async def _read_failure(self, response: aiohttp.ClientResponse) -> Failure:
        try:
            body = await read_body(response, MAX_ERROR_BYTES)
        except (BodyTooLarge, BodyBroken):
            response.close()
            body = b""
        reason = _find_reason(response.status)
        if reason is Reason.RATE_LIMITED and b"insufficient_quota" in body:
            reason = Reason.NO_CREDIT
        wait = read_retry_after(
            response.headers.get("Retry-After"), response.headers.get("Date"), time.time()
        )
        return Failure(reason, response.status, make_excerpt(body, self._key), wait)


def _find_reason(status: int) -> Reason:
    if status in _STATUS_REASONS:
        return _STATUS_REASONS[status]
    if 300 <= status < 400:
        return Reason.REDIRECTED
    if 400 <= status < 500:
        return Reason.REJECTED
    return Reason.SERVER_ERROR if status >= 500 else Reason.NO_CHOICE
