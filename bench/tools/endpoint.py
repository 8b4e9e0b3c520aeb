"""A chat completions server that knows the questions, and notes what it is asked."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from bench.tools.questions import Question


class Request(NamedTuple):
    """What was asked: the item whose prompt it is word for word (None: of none), and pictures.

    `roles` are those of the messages, `limit` is the most tokens.
    """

    item: str | None
    pictures: tuple[bytes, ...]
    roles: tuple[str, ...]
    limit: int
    temperature: float | None


@contextmanager
def serve(questions: Mapping[str, Question]) -> Iterator[tuple[str, list[Request]]]:
    """The base URL of a server on loopback, and the requests that it has had."""
    requests: list[Request] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _make_handler(questions, requests))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", requests
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _make_handler(
    questions: Mapping[str, Question], requests: list[Request]
) -> type[BaseHTTPRequestHandler]:
    by_prompt = {question.prompt: question for question in questions.values()}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            text, pictures = _read_message(body["messages"][-1]["content"])
            question = by_prompt.get(text)
            roles = tuple(message["role"] for message in body["messages"])
            requests.append(
                Request(
                    question.id if question else None,
                    pictures,
                    roles,
                    body.get("max_tokens", 0),
                    body.get("temperature"),
                )
            )
            self._send(_make_completion(question.answer if question else "?"))

        def _send(self, answer: Any) -> None:
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            pass

    return Handler


def _read_message(content: Any) -> tuple[str, tuple[bytes, ...]]:
    """The words and the pictures of a message."""
    if isinstance(content, str):
        return content, ()
    texts = [part["text"] for part in content if part["type"] == "text"]
    addresses = [part["image_url"]["url"] for part in content if part["type"] == "image_url"]
    return "\n".join(texts), tuple(base64.b64decode(one.partition(",")[2]) for one in addresses)


def _make_completion(text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
