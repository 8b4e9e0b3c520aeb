"""Where every request comes in and goes out: it has an id, and is counted and timed."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request

from leaderboard.logs import note, noting
from leaderboard.meters import REQUEST_SECONDS, RESPONSES, count, observe

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ENDPOINT = "spinebench.endpoint"
"""The key of the WSGI environment under which the name of the view stands."""
REQUEST_ID = "spinebench.request_id"
"""And under which the request's id does."""
ID_HEADER = "X-Request-ID"
KEPT, NONE = "(kept)", "(none)"
"""The names of answers that no view made: those that are kept, and those to no address of ours."""


_ID = re.compile(r"[A-Za-z0-9_.=+/-]{1,64}")


class Entrance:
    """A WSGI application before all others.

    A request's id is that of the proxy in front if it `trusts_id`, else one of ours; it is in every
    line of the log that is written for it, and in a header of its answer.
    """

    def __init__(self, inner: WSGIApplication, *, trusts_id: bool) -> None:
        self._inner = inner
        self._trusts_id = trusts_id

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Have the request answered."""
        begun = time.monotonic()
        statuses: list[str] = []
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._trusts_id else ""
        own = given if _ID.fullmatch(given) else secrets.token_hex(8)
        environ[REQUEST_ID] = own

        def start(
            status: str, headers: list[tuple[str, str]], *rest: Any
        ) -> Callable[[bytes], object]:
            statuses.append(status)
            return start_response(status, [*headers, (ID_HEADER, own)], *rest)

        try:
            with noting(request=own):
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
        key = (request.view_args or {}).get("key")
        if request.endpoint and key and "submission" in request.endpoint:
            note(submission=str(key))
