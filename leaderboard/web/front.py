"""The same answer to the same address for as long as nothing is committed: no view is run."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from leaderboard.meters import CACHE_LOOKS, count
from leaderboard.web.entrance import ENDPOINT, KEPT
from leaderboard.web.query import drop_unknown
from leaderboard.web.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SAME_FOR_ALL = "spinebench.same_for_all"
"""The key of the WSGI environment by which a view says that its answer is everybody's."""
MAX_SECONDS = 1.0
"""An answer that depends on the clock, such as an announcement's end, is late by no more."""
NEVER_KEPT = ("/healthz", "/readyz", "/static/")
"""Addresses that do not depend on the database, or say how it is."""
BEFORE_CONTENT = b'<main id="content"'
"""Where a page says that it is not of this moment."""
NOT_OF_STALE = {"content-length", "content-encoding", "etag", "cache-control", "last-modified"}
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
        path = environ.get("PATH_INFO", "")
        if environ["REQUEST_METHOD"] != "GET" or path.startswith(NEVER_KEPT):
            return self._inner(environ, start_response)
        key = _Key(
            environ.get("SCRIPT_NAME", ""),
            path,
            drop_unknown(environ.get("QUERY_STRING", "")),
            takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")),
        )
        kept: _Answer | None = self._store.find(key)
        mark, now = self._read_mark(), time.monotonic()
        environ[ENDPOINT] = KEPT
        if kept is not None and kept.mark == mark is not None and now - kept.at < MAX_SECONDS:
            known = environ.get("HTTP_IF_NONE_MATCH")
            if known == kept.etag:
                headers = [one for one in kept.headers if one[0].lower() not in NOT_IN_304]
                count(CACHE_LOOKS, "hit")
                start_response("304 NOT MODIFIED", headers)
                return []
            if known is None:
                count(CACHE_LOOKS, "hit")
                start_response("200 OK", list(kept.headers))
                return [kept.body]
        if kept is not None and mark is None:
            count(CACHE_LOOKS, "stale")
            headers, body = _make_stale(kept, now - kept.at)
            start_response("200 OK", headers)
            return [body]
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
        count(CACHE_LOOKS, "miss")
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


def _make_stale(answer: _Answer, age: float) -> tuple[Headers, bytes]:
    """An answer that held `age` seconds ago, while nobody can tell what has changed since.

    A page says so above its content, any answer by its headers; no cache keeps it.
    """
    by_name = {name.lower(): value for name, value in answer.headers}
    body = answer.body
    if by_name.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    if by_name.get("content-type", "").startswith("text/html"):
        of = datetime.now(UTC) - timedelta(seconds=age)
        said = (
            '<aside class="announcements" aria-label="State of this page"><p>The site cannot reach '
            f"its database at the moment. This page is as of {of:%Y-%m-%d %H:%M} UTC.</p></aside>\n"
        )
        body = body.replace(BEFORE_CONTENT, said.encode() + BEFORE_CONTENT, 1)
    headers = [one for one in answer.headers if one[0].lower() not in NOT_OF_STALE]
    headers += [
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("Age", str(int(age))),
        ("Warning", '110 - "Response is Stale"'),
    ]
    return headers, body


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: str) -> bool:
    """Whether a reader with this header can be sent what is compressed by gzip."""
    return bool(parse_accept_header(accept_encoding, Accept).quality("gzip") > 0)
