"""Public pages rendered once per state of the data, and answered by ETag."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

from flask import Response, make_response, request

from leaderboard.web.front import SAME_FOR_ALL

MAX_PAGES = 256


class _Page(NamedTuple):
    body: bytes
    gzipped: bytes
    etag: str


class PageCache:
    """The newest pages by address and state; one for each process.

    `read_frame` gives the state of what every page shows around its own content.
    """

    def __init__(self, read_frame: Callable[[], Hashable]) -> None:
        self._read_frame = read_frame
        self._pages: OrderedDict[Hashable, _Page] = OrderedDict()
        self._lock = threading.Lock()

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
        is the same for all who may see it, and no cache keeps it.
        """
        if is_public:
            request.environ[SAME_FOR_ALL] = True
        key = (request.full_path, self._read_frame(), state)
        with self._lock:
            page = self._pages.get(key)
        if page is None:
            made = render()
            body = made.encode() if isinstance(made, str) else made
            etag = hashlib.sha256(body).hexdigest()[:32]
            page = _Page(body, gzip.compress(body, mtime=0), etag)
            with self._lock:
                self._pages[key] = page
                while len(self._pages) > MAX_PAGES:
                    self._pages.popitem(last=False)
        gzips = request.accept_encodings.quality("gzip") > 0
        response = make_response(page.gzipped if gzips else page.body)
        response.mimetype = media_type
        response.vary.add("Accept-Encoding")
        if gzips:
            response.headers["Content-Encoding"] = "gzip"
        response.set_etag(page.etag, weak=True)
        response.headers["Cache-Control"] = "no-cache" if is_public else "no-store"
        response.make_conditional(request)
        return response
