"""A server that speaks as much of S3 as pictures need, on loopback: it checks signatures."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI"


@dataclass
class ObjectStore:
    """What is kept, by path; while it `is_away`, every request is answered with 500."""

    url: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    is_away: bool = False
    refused: list[str] = field(default_factory=list)


@contextmanager
def serve_objects() -> Iterator[ObjectStore]:
    """Serve one until this ends."""
    store = ObjectStore()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self._passes():
                store.objects[self.path] = body
                self._answer(200)

        def do_GET(self) -> None:
            if self._passes():
                found = store.objects.get(self.path)
                self._answer(404 if found is None else 200, found or b"")

        def do_HEAD(self) -> None:
            self.do_GET()

        def _passes(self) -> bool:
            if store.is_away:
                self._answer(500)
                return False
            if not _is_signed(self):
                store.refused.append(self.path)
                self._answer(403)
                return False
            return True

        def _answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"e"')
            self.send_header("Last-Modified", "Tue, 01 Dec 2026 00:00:00 GMT")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *parts: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        store.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield store
        server.shutdown()
        thread.join()


def _is_signed(request: BaseHTTPRequestHandler) -> bool:
    """Whether the request has the signature that AWS's documents define (version 4)."""
    given = request.headers.get("Authorization", "")
    parts = dict(part.strip().partition("=")[::2] for part in given.partition(" ")[2].split(","))
    key_id, *scope = parts.get("Credential", "").split("/")
    names = parts.get("SignedHeaders", "").split(";")
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in names)
    path, _, query = request.path.partition("?")
    hashed = request.headers.get("x-amz-content-sha256", "")
    canonical = "\n".join((request.command, path, query, headers, ";".join(names), hashed))
    to_sign = "\n".join(
        (
            "AWS4-HMAC-SHA256",
            request.headers.get("x-amz-date", ""),
            "/".join(scope),
            hashlib.sha256(canonical.encode()).hexdigest(),
        )
    )
    key = f"AWS4{SECRET}".encode()
    for part in scope:
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    return key_id == KEY_ID and hmac.compare_digest(signature, parts.get("Signature", ""))
