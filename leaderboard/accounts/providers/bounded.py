"""Requests to providers end in a bounded time, with answers of a bounded size."""

from __future__ import annotations

import time
from typing import Any

import requests
from authlib.integrations.requests_client import OAuth2Session
from requests.adapters import HTTPAdapter

TIMEOUT = 5.0
"""Seconds to connect, and for each piece of an answer."""
DEADLINE = 10.0
"""Seconds for a whole answer."""
MAX_BYTES = 256 * 1024


class BoundedAdapter(HTTPAdapter):
    """Sends a request and reads its whole answer, within the limits."""

    def send(
        self, request: requests.PreparedRequest, *args: Any, **options: Any
    ) -> requests.Response:
        """The answer, read. Raises RequestException where it is too slow or too large."""
        ends_at = time.monotonic() + DEADLINE
        options |= {"stream": True, "timeout": TIMEOUT}
        answer = super().send(request, *args, **options)
        body = bytearray()
        for piece in answer.iter_content(1024):
            body += piece
            if len(body) > MAX_BYTES or time.monotonic() > ends_at:
                answer.close()
                raise requests.RequestException("the answer is too large or too slow")
        answer._content = bytes(body)
        return answer


def make_client(**options: Any) -> OAuth2Session:
    """A client of one provider, for one sign-in; it follows no redirects."""
    client = OAuth2Session(**options)
    client.max_redirects = 0
    for scheme in ("https://", "http://"):
        client.mount(scheme, BoundedAdapter())
    return client
