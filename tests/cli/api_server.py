"""A real HTTP server that answers as a test tells it to and remembers what it was asked."""

from __future__ import annotations

import email
import email.policy
import json
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.waiting import HANG_SECONDS

PREFIX = "/api/v1"


@dataclass(frozen=True)
class Answer:
    """One answer; a dict or list becomes JSON. `cut` closes the connection instead.

    `missing` promises that many bytes more than are sent; `after` is waited for first.
    """

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    missing: int = 0
    after: threading.Event | None = None


@dataclass(frozen=True)
class Request:
    """What the server was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def token(self) -> str | None:
        """The bearer token that came along."""
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if kind == "Bearer" else None

    def read_form(self) -> dict[str, tuple[str | None, bytes]]:
        """The multipart form: name -> (file name, content), read by the standard library."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + self.body, policy=email.policy.HTTP)
        form: dict[str, tuple[str | None, bytes]] = {}
        for part in message.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            form[name] = (part.get_filename(), content)
        return form


def refusal(status: int, code: str, message: str, remedy: str = "", **more: Any) -> Answer:
    """A refusal in the API's shape; `more` may hold problems, n_problems, url, headers."""
    headers = more.pop("headers", {})
    error = {"code": code, "message": message, "remedy": remedy, "problems": [], "n_problems": 0}
    return Answer(status, {"error": {**error, **more}}, headers)


class ApiServer:
    """Answers on a free port of this machine until closed."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def on(self, method: str, path: str, *answers: Answer | dict[str, Any]) -> None:
        """Answers these in order, then the last of them for ever. A dict is a good answer."""
        self._answers[method, PREFIX + path] = [
            one if isinstance(one, Answer) else Answer(body=one) for one in answers
        ]

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests for this path, its query left aside."""
        return [
            one
            for one in self.requests
            if one.method == method and one.path.partition("?")[0] == PREFIX + path
        ]

    def close(self) -> None:
        """Stops answering and frees the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, request: Request) -> Answer:
        """Remembers the request and gives the next answer for it."""
        self.requests.append(request)
        answers = self._answers.get((request.method, request.path.partition("?")[0]))
        if not answers:
            return refusal(404, "not_found", "There is nothing here.", "Check the name.")
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        api_server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def do_PATCH(self) -> None:
                self._answer()

            def do_DELETE(self) -> None:
                self._answer()

            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self.command, self.path, dict(self.headers), body)
                answer = api_server.take(request)
                if answer.after is not None:
                    answer.after.wait(HANG_SECONDS)
                if answer.cut:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                _write(self, answer)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        return Handler


def _write(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    content = answer.body
    headers = dict(answer.headers)
    if not isinstance(content, bytes):
        content = json.dumps(content).encode()
        headers.setdefault("Content-Type", "application/json")
    handler.send_response(answer.status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content) + answer.missing))
    handler.end_headers()
    handler.wfile.write(content)
    if answer.missing:
        handler.close_connection = True
