"""One request to an endpoint, over HTTP, to a reply or a failure with its reason."""

from __future__ import annotations

import io
import time

import aiohttp
from yarl import URL

from leaderboard.chat import Filtered, Reply, read_answer
from leaderboard.endpoints.engine.body import BodyBroken, BodyTooLarge, read_body
from leaderboard.endpoints.engine.connection import PeerRefused
from leaderboard.endpoints.engine.failures import Failure, Reason, make_failure
from leaderboard.endpoints.engine.settings import Limits

# aiohttp wants larger bodies as a file, which it sends in pieces.
MAX_BYTES_AT_ONCE = 512 * 1024
MAX_ERROR_BYTES = 64 * 1024


class Client:
    """Asks one endpoint within one session."""

    def __init__(
        self, session: aiohttp.ClientSession, base_url: str, key: str | None, limits: Limits
    ) -> None:
        self._session = session
        self._url = URL(make_chat_url(base_url), encoded=True)
        self._key = key
        self._limits = limits

    async def ask(self, body: bytes) -> Reply | Filtered | Failure:
        """Send one request. Never raises for what a server or a network does."""
        data = body if len(body) <= MAX_BYTES_AT_ONCE else io.BytesIO(body)
        try:
            async with self._session.post(self._url, data=data, allow_redirects=False) as response:
                return await self._read(response)
        except PeerRefused:
            return Failure(Reason.PEER)
        except aiohttp.ClientConnectorCertificateError:
            return Failure(Reason.CERTIFICATE)
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError):
            return Failure(Reason.CONNECTION, is_down=True, is_lost=True)
        except TimeoutError:
            return Failure(Reason.TIMEOUT)
        except (aiohttp.ClientError, OSError):
            return Failure(Reason.INTERRUPTED, is_lost=True)

    async def _read(self, response: aiohttp.ClientResponse) -> Reply | Filtered | Failure:
        is_good = response.ok and response.status < 300
        most = self._limits.max_answer_bytes if is_good else MAX_ERROR_BYTES
        try:
            body = await read_body(response, most)
        except (BodyTooLarge, BodyBroken) as error:
            # What is still to come is not read.
            response.close()
            if is_good:
                is_large = isinstance(error, BodyTooLarge)
                return Failure(Reason.TOO_LARGE if is_large else Reason.INTERRUPTED, 200)
            body = b""
        told = read_answer(response.status, response.headers, body, key=self._key, now=time.time())
        return told if isinstance(told, Reply | Filtered) else make_failure(told)


def make_chat_url(base_url: str) -> str:
    """The address of chat completions: before the query, where the base URL has one."""
    path, mark, query = base_url.partition("?")
    return f"{path}/chat/completions{mark}{query}"
