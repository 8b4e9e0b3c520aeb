"""Requests to providers end in a bounded time, with answers of a bounded size."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from leaderboard.accounts.late import authlib_requests, requests, urllib3_errors

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session

TIMEOUT = 5.0
"""Seconds to connect, and for each piece of an answer."""
DEADLINE = 10.0
"""Seconds for a whole answer."""
MAX_BYTES = 256 * 1024
PIECE_BYTES = 16 * 1024


class BoundedAdapter:
    """Sends a request and reads its whole answer, within the limits."""

    def __init__(self) -> None:
        self._adapter = requests.adapters.HTTPAdapter()

    def close(self) -> None:
        """Let go of the connections."""
        self._adapter.close()

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """The answer, read. Raises RequestException where it is too slow or too large."""
        ends_at = time.monotonic() + DEADLINE
        options |= {"stream": True, "timeout": TIMEOUT}
        answer = self._adapter.send(request, *args, **options)
        answer._content = _read(answer, ends_at)
        return answer


def _read(answer: requests.Response, ends_at: float) -> bytes:
    """The whole body, each piece as it comes: waiting for a full one would have no end."""
    body = bytearray()
    try:
        while piece := answer.raw.read1(PIECE_BYTES, decode_content=True):
            body += piece
            if len(body) > MAX_BYTES or time.monotonic() > ends_at:
                raise requests.RequestException("the answer is too large or too slow")
    except urllib3_errors.HTTPError as error:
        raise requests.RequestException("the answer broke off") from error
    finally:
        answer.close()
    return bytes(body)


def make_client(**options: Any) -> OAuth2Session:
    """A client of one provider, for one sign-in; it follows no redirects."""
    client = authlib_requests.OAuth2Session(**options)
    client.max_redirects = 0
    for scheme in ("https://", "http://"):
        client.mount(scheme, BoundedAdapter())
    return client
