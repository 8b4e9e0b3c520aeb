"""A small site on loopback whose ids, times and port differ at each start, as a demo's do."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import pyarrow as pa
import pyarrow.parquet as pq

PASSWORD, TOKEN = "long enough pass", "a-token"


class Run(NamedTuple):
    """What differs between two starts of the same site, and its one number."""

    key: str
    at: str
    score: float = 21.5


FIRST = Run("fkaczs3guf", "2026-11-29T22:38:46.535716Z")
SECOND = Run("27b8eb8yd2", "2026-12-01T08:01:02.000003Z")


@contextmanager
def serve(run: Run) -> Iterator[str]:
    """The address of the site until the end."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(*find_answer(run, self.path, self._get_name(), self._get_url()))

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            if form["password"] == [PASSWORD] and form["csrf_token"] == [f"token-{run.key}"]:
                self._answer(303, {"Location": "/", "Set-Cookie": "name=host"}, b"")
            else:
                self._answer(*make_page("Wrong."))

        def _get_name(self) -> str:
            signed_in = "name=host" in self.headers.get("Cookie", "")
            return "host" if signed_in or TOKEN in self.headers.get("Authorization", "") else ""

        def _get_url(self) -> str:
            return f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]

        def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def find_answer(run: Run, path: str, name: str, url: str) -> tuple[int, dict[str, str], bytes]:
    """What the site says at `path` to `name`."""
    row = {"model": "model-a", "submission": run.key, "score": run.score, "at": run.at}
    api: dict[str, Any] = {
        "/api/v1/openapi.json": make_document(),
        "/api/v1/benchmarks": {
            "benchmarks": [{"slug": "tiny", "version": "1.0.0", "splits": [{"name": "test"}]}]
        },
        "/api/v1/rankings/tiny/test": {"entries": [{**row, "model": {"slug": "model-a"}}]},
    }
    if name:
        api["/api/v1/submissions?limit=200"] = {"submissions": [{"id": run.key, **row}]}
        api[f"/api/v1/submissions/{run.key}"] = {"id": run.key, **row}
    if path in api:
        return 200, {"Content-Type": "application/json"}, json.dumps(api[path]).encode()
    if path == "/ranking.parquet":
        return 200, {"Content-Type": "application/vnd.apache.parquet"}, make_parquet(row)
    if path == "/admin" and not name:
        return 302, {"Location": "/sign-in"}, b""
    pages = {
        "/": f'<a href="/models/model-a?v=1#top">Model A</a> <a href="{url}/admin">Host</a>'
        f'<time datetime="{run.at}">{run.at[:10]}</time> <figure data-figure="/f?sort=a"></figure>'
        '<a href="/?sort=a&amp;board=b">Two choices</a> <a href="/ranking.parquet">Table</a>',
        "/models/model-a?v=1": f"Submission {run.key} scored {run.score}; see {url}/",
        "/f?sort=a": "one choice",
        "/sign-in": f'<form><input name="csrf_token" value="token-{run.key}"></form>',
        "/admin": f'<a href="/submissions/{run.key}">{run.key}</a>',
        f"/submissions/{run.key}": f"{run.key} of {name}, at {run.at}",
    }
    return make_page(pages[path]) if path in pages else (404, {}, b"Not found")


def make_page(text: str) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, text.encode()


def make_document() -> dict[str, Any]:
    """An OpenAPI document of three operations."""
    board: dict[str, Any] = {"name": "board", "in": "query", "schema": {"enum": ["text", "image"]}}
    places: list[Any] = [{"name": name, "in": "path", "schema": {}} for name in ("slug", "split")]
    key: list[Any] = [{"name": "key", "in": "path", "schema": {}}]
    return {
        "paths": {
            "/rankings/{slug}/{split}": {"get": {"parameters": [*places, board]}},
            "/submissions/{key}": {"get": {"parameters": key}},
            "/models": {"post": {}},
        }
    }


def make_parquet(row: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row]), stream)
    return stream.getvalue()
