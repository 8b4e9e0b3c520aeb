"""Public pages rendered once per state of the data, and answered by ETag."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Hashable
from typing import NamedTuple

from flask import Response, make_response, request

from leaderboard.web.front import SAME_FOR_ALL, takes_gzip
from leaderboard.web.query import drop_unknown
from leaderboard.web.store import Store

FOR_SOME = "spinebench.for_some"
"""The key of the WSGI environment by which a view says that its answer is for some readers alone,
whom it has let pass."""


class _Page(NamedTuple):
    state: Hashable
    body: bytes
    gzipped: bytes
    etag: str


class PageCache:
    """The newest page of each address, in `store`.

    `read_frame` gives the state of what every page shows around its own content.
    """

    def __init__(self, read_frame: Callable[[], Hashable], store: Store) -> None:
        self._read_frame = read_frame
        self._store = store

    def respond(
        self,
        state: Hashable,
        render: Callable[[], str | bytes],
        media_type: str = "text/html",
        *,
        is_public: bool = True,
    ) -> Response:
        """The page of this request's address in `state`, rendered if it is new.

        The state must name all data that the page shows; a reader who has the same page already
        gets 304. One that `is_public` is everybody's, and `Front` may answer with it again; another
        is the same for all who may see it, and no cache keeps it: so is one that a view has marked
        as FOR_SOME.
        """
        is_public = is_public and not request.environ.get(FOR_SOME)
        if is_public:
            request.environ[SAME_FOR_ALL] = True
        page = self._get_page((self._read_frame(), state), render)
        gzips = takes_gzip(request.headers.get("Accept-Encoding", ""))
        response = make_response(page.gzipped if gzips else page.body)
        response.mimetype = media_type
        response.vary.add("Accept-Encoding")
        if gzips:
            response.headers["Content-Encoding"] = "gzip"
        response.set_etag(page.etag, weak=True)
        response.headers["Cache-Control"] = "no-cache" if is_public else "no-store"
        response.make_conditional(request)
        return response

    def _get_page(self, state: Hashable, render: Callable[[], str | bytes]) -> _Page:
        query = drop_unknown(request.query_string.decode("latin-1"))
        key = (request.root_path, request.path, query)
        page: _Page | None = self._store.find(key)
        if page is None or page.state != state:
            made = render()
            body = made.encode() if isinstance(made, str) else made
            etag = hashlib.sha256(body).hexdigest()[:32]
            page = _Page(state, body, gzip.compress(body, mtime=0), etag)
            n_bytes = len(page.body) + len(page.gzipped) + len(repr(state))
            self._store.keep(key, page, n_bytes, has_query=bool(query))
        return page
