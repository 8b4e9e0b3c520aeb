"""Where every request comes in and every answer goes out: each is counted and timed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from leaderboard.meters import REQUEST_SECONDS, RESPONSES, count, observe

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENDPOINT = "spinebench.endpoint"
"""The key of the WSGI environment under which the name of the view stands."""
KEPT, NONE = "(kept)", "(none)"
"""The names of answers that no view made: those that are kept, and those to no address of ours."""


class Entrance:
    """A WSGI application before all others."""

    def __init__(self, inner: WSGIApplication) -> None:
        self._inner = inner

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Have the request answered."""
        begun = time.monotonic()
        statuses: list[str] = []

        def start(status: str, *rest: Any) -> Callable[[bytes], object]:
            statuses.append(status)
            return start_response(status, *rest)

        try:
            return self._inner(environ, start)
        finally:
            endpoint = str(environ.get(ENDPOINT, NONE))
            observe(REQUEST_SECONDS, endpoint, value=time.monotonic() - begun)
            count(RESPONSES, endpoint, f"{statuses[-1][0]}xx" if statuses else "5xx")


def install(app: Flask) -> None:
    """Have `app` tell which view answers."""

    @app.before_request
    def tell() -> None:
        request.environ[ENDPOINT] = request.endpoint or NONE
