"""An OpenAI-compatible server on loopback whose judge follows a script."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MARKS = re.compile(r"^<<<([0-9a-f]{24})\n(.*)\n\1>>>$", re.MULTILINE)


@dataclass(frozen=True)
class Asked:
    """What a prompt asks: the questions' texts by id, the report as data, and the body sent."""

    questions: dict[str, str]
    report: str
    body: dict[str, Any]

    @property
    def hash(self) -> str:
        return hashlib.sha256(json.dumps(self.body["messages"]).encode()).hexdigest()


@dataclass(frozen=True)
class Answered:
    """What the server sends: a status, the message's text or an error body, and headers.

    `raw` is sent in place of what these make; with `is_cut` the connection ends before its end.
    """

    content: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    refusal: str | None = None
    finish_reason: str | None = "stop"
    raw: bytes | None = None
    content_type: str = "application/json"
    is_cut: bool = False


Script = Callable[[Asked], Answered]


def read_asked(body: dict[str, Any]) -> Asked:
    text = body["messages"][-1]["content"]
    found = MARKS.search(text)
    assert found, "the report stands between marks"
    after = text[found.end() :]
    questions = dict(re.findall(r"^(q[0-9a-f]{5}): (.+)$", after, flags=re.MULTILINE))
    return Asked(questions, json.loads(found[2]), body)


def answer(verdicts: dict[str, tuple[str, str]]) -> Answered:
    content = {name: {"verdict": v, "quote": q} for name, (v, q) in verdicts.items()}
    return Answered(json.dumps(content))


def fail(status: int, message: str = "failed", **names: Any) -> Answered:
    """An error body with the names that servers put beside the words."""
    body = {"error": {"message": message, **names}}
    return Answered(message, status=status, raw=json.dumps(body).encode())


def send_raw(raw: bytes, status: int = 200, content_type: str = "application/json") -> Answered:
    """A body as it is."""
    return Answered("", status=status, raw=raw, content_type=content_type)


def judge_honestly(asked: Asked) -> Answered:
    """`Does it say N?` is yes where the report says "fact N", and shown by it; nothing invents."""
    verdicts = {}
    for name, question in asked.questions.items():
        number = re.search(r"\d", question)
        fact = f"fact {number[0]}" if number else ""
        said = bool(fact) and fact in asked.report.lower()
        verdicts[name] = ("yes", fact) if said else ("no", "")
    return answer(verdicts)


def obey(asked: Asked) -> Answered:
    """Full marks for every report, with the report's own first words as evidence."""
    quote = " ".join(asked.report.split()[:8])
    return answer({n: ("yes" if "say" in q else "no", quote) for n, q in asked.questions.items()})


def obey_orders(asked: Asked) -> Answered:
    """Do what the report says, quoting the order; a block of verdicts is copied as it stands."""
    block = re.search(r"\{.*\}", asked.report, flags=re.DOTALL)
    if block:
        return Answered(block[0])
    orders = re.findall(
        r"[^.\n]*\b(?:5|five|yes|full|perfect|best|highest|maximum)\b[^.\n]*", asked.report, re.I
    )
    if not orders:
        return judge_honestly(asked)
    quote = orders[0].strip()
    return answer({n: ("yes" if "say" in q else "no", quote) for n, q in asked.questions.items()})


class JudgeServer:
    """Counts and keeps what it was asked; `script` may be changed while it runs."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.keys: set[str] = set()
        self.paths: set[str] = set()
        self._lock = threading.Lock()
        self.n_in_flight = self.most_in_flight = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.keys.add(self.headers["Authorization"] or self.headers["api-key"])
                server.paths.add(self.path)
                answered = server.reply(read_asked(body))
                raw = server.encode(answered, body["model"])
                self.send_response(answered.status)
                self.send_header("Content-Type", answered.content_type)
                self.send_header("Content-Length", str(len(raw) + 10 * answered.is_cut))
                for name, value in answered.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw)
                self.close_connection = answered.is_cut

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: object) -> None:
                """A client that was killed is part of the plan."""

        self._http = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    def reply(self, asked: Asked) -> Answered:
        with self._lock:
            self.asked.append(asked)
            self.n_in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.n_in_flight)
        answered = self.script(asked)
        with self._lock:
            self.n_in_flight -= 1
        return answered

    @staticmethod
    def encode(answered: Answered, model: str) -> bytes:
        if answered.raw is not None:
            return answered.raw
        if answered.status != 200:
            return json.dumps({"error": {"message": answered.content}}).encode()
        message = {"role": "assistant", "content": answered.content, "refusal": answered.refusal}
        choice = {"index": 0, "message": message, "finish_reason": answered.finish_reason}
        usage = {"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100}
        return json.dumps(
            {
                "id": "c",
                "object": "chat.completion",
                "created": 0,
                "model": f"{model}-served",
                "choices": [choice],
                "usage": usage,
            }
        ).encode()


@contextmanager
def serve_judge(script: Script = judge_honestly) -> Iterator[JudgeServer]:
    """A running server, stopped at the end; it runs its script for several calls at once."""
    server = JudgeServer(script)
    thread = threading.Thread(target=server._http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server._http.shutdown()
        server._http.server_close()
        thread.join()
