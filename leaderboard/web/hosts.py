"""The names that this site answers to: a request with another one in its Host header is refused.

No link comes from that header; this keeps everything behind from ever depending on it, and other
sites' names from being pointed at this server.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from leaderboard.web.failures import API_ROOT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Whoever looks after the server from itself, such as health checks."""
MESSAGE = "This site does not answer to the name that the request was sent to."


class TrustedHosts:
    """A WSGI application before another: lets requests pass that are sent to one of `names`.

    These are the host of `base_url` and those of `more`, on any port, and loopback.
    """

    def __init__(self, inner: WSGIApplication, base_url: str, more: Iterable[str]) -> None:
        self._inner = inner
        self._base_url = base_url
        hosts = [urlsplit(base_url).netloc.rpartition("@")[2], *more, *LOOPBACK]
        self._names = frozenset(filter(None, map(read_host, hosts)))

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, or answer 400 in words."""
        if read_host(environ.get("HTTP_HOST", "")) in self._names:
            return self._inner(environ, start_response)
        return self._refuse(environ)(environ, start_response)

    def _refuse(self, environ: WSGIEnvironment) -> Response:
        remedy = f"Open {self._base_url} instead. Its host can allow other names in TRUSTED_HOSTS."
        if environ.get("PATH_INFO", "").startswith(API_ROOT):
            error = {"code": "invalid_request", "message": MESSAGE, "remedy": remedy}
            body = json.dumps({"error": {**error, "problems": [], "n_problems": 0}})
            response = Response(body, 400, mimetype="application/json")
        else:
            response = Response(f"{MESSAGE}\n{remedy}\n", 400, mimetype="text/plain")
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response


@lru_cache(maxsize=256)
def read_host(header: str) -> str:
    """The name in `name`, `name:port` or `[address]:port`, as comparable; empty if it is none."""
    if not header or set(header) & set("/\\@?# \t"):
        return ""
    bare = header if header.count(":") < 2 or header.startswith("[") else f"[{header}]"
    try:
        parts = urlsplit(f"//{bare}")
        _ = parts.port
        name = (parts.hostname or "").rstrip(".")
        return name if ":" in name else name.encode("idna").decode()
    except ValueError:
        return ""
