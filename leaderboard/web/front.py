"""The same answer to the same address for as long as nothing is committed: no view is run."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from leaderboard.web.query import drop_unknown
from leaderboard.web.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SAME_FOR_ALL = "spinebench.same_for_all"
"""The key of the WSGI environment by which a view says that its answer is everybody's."""
MAX_SECONDS = 1.0
"""An answer that depends on the clock, such as an announcement's end, is late by no more."""
NOT_IN_304 = {"content-type", "content-length", "content-encoding"}

Headers = list[tuple[str, str]]


class _Key(NamedTuple):
    root: str
    path: str
    query: str
    gzips: bool


class _Answer(NamedTuple):
    mark: Hashable
    at: float
    headers: Headers
    body: bytes
    etag: str


class Front:
    """A WSGI application before another: keeps in `store` what its views mark as SAME_FOR_ALL.

    `read_mark` gives the same value only while nothing was committed, or None where it cannot
    tell. It is asked before the inner application is, so no commit slips between.
    """

    def __init__(
        self, inner: WSGIApplication, read_mark: Callable[[], Hashable], store: Store
    ) -> None:
        self._inner = inner
        self._read_mark = read_mark
        self._store = store

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept, or have the inner application answer."""
        if environ["REQUEST_METHOD"] != "GET":
            return self._inner(environ, start_response)
        key = _Key(
            environ.get("SCRIPT_NAME", ""),
            environ.get("PATH_INFO", ""),
            drop_unknown(environ.get("QUERY_STRING", "")),
            takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )
        kept: _Answer | None = self._store.find(key)
        mark, now = self._read_mark(), time.monotonic()
        if kept is not None and kept.mark == mark is not None and now - kept.at < MAX_SECONDS:
            known = environ.get("HTTP_IF_NONE_MATCH")
            if known == kept.etag:
                headers = [one for one in kept.headers if one[0].lower() not in NOT_IN_304]
                start_response("304 NOT MODIFIED", headers)
                return []
            if known is None:
                start_response("200 OK", list(kept.headers))
                return [kept.body]
        return self._pass_on(environ, start_response, key, (mark, now))

    def _pass_on(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        key: _Key,
        seen: tuple[Hashable, float],
    ) -> Iterable[bytes]:
        given: list[tuple[str, Headers]] = []

        def start(status: str, headers: Headers, *rest: Any) -> Callable[[bytes], object]:
            given.append((status, headers))
            return start_response(status, headers, *rest)

        body = self._inner(environ, start)
        if not environ.get(SAME_FOR_ALL) or seen[0] is None or len(given) != 1:
            return body
        status, headers = given[0]
        by_name = {name.lower(): value for name, value in headers}
        etag = by_name.get("etag", "")
        if "set-cookie" in by_name or "cookie" in by_name.get("vary", "").lower():
            return body
        if status.startswith("304"):
            self._renew(key, seen, etag)
        elif status.startswith("200") and "content-length" in by_name:
            whole = b"".join(body)
            self._keep(key, _Answer(*seen, list(headers), whole, etag))
            if hasattr(body, "close"):
                body.close()
            return [whole]
        return body

    def _renew(self, key: _Key, seen: tuple[Hashable, float], etag: str) -> None:
        """The answer that was kept still holds: the view has just said so."""
        kept: _Answer | None = self._store.find(key)
        if kept is not None and kept.etag == etag:
            self._keep(key, kept._replace(mark=seen[0], at=seen[1]))

    def _keep(self, key: _Key, answer: _Answer) -> None:
        self._store.keep(key, answer, len(answer.body), has_query=bool(key.query))


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether a reader with this header can be sent what is compressed by gzip."""
    return bool(parse_accept_header(accept_encoding, Accept).quality("gzip") > 0)
