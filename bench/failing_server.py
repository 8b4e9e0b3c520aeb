"""A scripted server fails in each way for a tenth of the requests: are the scores the same?

For each fault our engine asks the same questions of a server on loopback that answers by a rule,
but for a tenth of the requests, chosen by their text and how often it was asked. The score must be
that of a server that never fails, and no reply that was complete may be asked for again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import msgspec
from aiohttp import web

from demo.scripted_endpoint import (
    HOST,
    Respond,
    make_application,
    make_completion,
    read_question,
    write_answer,
)
from leaderboard.endpoints.engine.address import read_policy
from leaderboard.endpoints.engine.progress import Ending, ItemOutcome, Progress
from leaderboard.endpoints.engine.requests import ItemRequest, Message
from leaderboard.endpoints.engine.run import collect
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings, Limits
from leaderboard.scoring.answers import parse_answer

N_ITEMS = 487
CONCURRENCY = 32
FAILED_SHARE = 0.1
OPTIONS = {"A": "L3/L4", "B": "L4/L5", "C": "L5/S1", "D": "none"}
QUICK = Limits(first_backoff=0.01, max_backoff=0.1, beat=0.02)
JSON = "application/json"


class Sent(NamedTuple):
    """What a server sends instead of an answer, or around one."""

    body: bytes
    status: int = 200
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


def _error(status: int, words: str, *, sent_as: int | None = None, **headers: str) -> Sent:
    body = msgspec.json.encode({"error": {"code": status, "message": words}})
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Sent(body, sent_as or status, headers=named)


def _ended(finish_reason: str, content: str | None = "") -> Sent:
    choice = {"message": {"content": content}, "finish_reason": finish_reason}
    return Sent(msgspec.json.encode({"choices": [choice]}))


LOST = Sent(b"", 0)
"""The connection ends without a word."""

FAULTS: dict[str, Sent] = {
    "finish reason error": _ended("error"),
    "finish reason ERROR, some text": _ended("ERROR", "ANSWER: D"),
    "finish reason abort": _ended("abort"),
    "finish reason MALFORMED_FUNCTION_CALL": _ended("MALFORMED_FUNCTION_CALL", None),
    "finish reason insufficient_system_resource": _ended("insufficient_system_resource"),
    "content filter, once": _ended("content_filter"),
    "error 500": _error(500, "out of memory"),
    "error 502": _error(502, "bad gateway"),
    "error 503": _error(503, "Loading model"),
    "error 504": Sent(b"<html><title>504 Gateway Time-out</title></html>", 504, "text/html"),
    "error 429": _error(429, "slow down", Retry_After="0.02"),
    "error 429 with status 200": _error(429, "Rate limit exceeded", sent_as=200),
    "error 502 with status 200": _error(502, "Provider returned error", sent_as=200),
    "error in words with status 200": Sent(b'{"error": "overloaded"}'),
    "empty body": Sent(b""),
    "cut body": Sent(b'{"choices": [{"message": {"content": "ANSWER: D'),
    "web page": Sent(b"<!doctype html><title>Welcome</title>", content_type="text/html"),
    "null": Sent(b"null"),
    "no choice": Sent(b'{"choices": []}'),
    "stream without its end": Sent(
        b'data: {"choices":[{"delta":{"content":"ANSWER: D"}}]}\n\n',
        content_type="text/event-stream",
    ),
    "lost connection": LOST,
}


def _in_parts(text: str) -> Sent:
    parts = [{"type": "thinking", "thinking": "ANSWER: D"}, {"type": "text", "text": text}]
    return Sent(msgspec.json.encode(make_completion("") | {"choices": [_choice(parts)]}))


def _as_stream(text: str) -> Sent:
    events = [{"choices": [{"delta": {"content": piece}}]} for piece in (text[:9], text[9:])]
    lines = [*map(json.dumps, events), "[DONE]"]
    return Sent("".join(f"data: {line}\n\n" for line in lines).encode(), content_type=JSON)


def _with_bytes(text: str, bad: bytes) -> Sent:
    return Sent(json.dumps({"choices": [_choice(text + "@")]}).encode().replace(b"@", bad))


def _choice(content: Any, finish_reason: str | None = "stop") -> dict[str, Any]:
    return {"message": {"content": content}, "finish_reason": finish_reason}


ODD_SHAPES: dict[str, Callable[[str], Sent]] = {
    "content as parts": _in_parts,
    "an event stream, unasked": _as_stream,
    "half a surrogate pair": lambda text: _with_bytes(text, rb" \ud83d"),
    "broken UTF-8": lambda text: _with_bytes(text, b" \xe6\x80"),
    "called text/html": lambda text: _with_bytes(text, b"")._replace(content_type="text/html"),
    "no finish reason": lambda text: Sent(
        msgspec.json.encode({"choices": [_choice(text, finish_reason=None)]})
    ),
    "reasoning beside it": lambda text: Sent(
        msgspec.json.encode(
            {"choices": [{"message": {"content": text, "reasoning": "D"}, "finish_reason": "stop"}]}
        )
    ),
    "cut after the answer": lambda text: Sent(
        msgspec.json.encode({"choices": [_choice(f"{text}\nAnd then", "length")]})
    ),
}
"""Complete replies in unusual shapes: read as they are, never asked for again."""


class Server:
    """Answers by the rule, but for a tenth of the requests; counts what it was asked."""

    def __init__(self, fault: str | None) -> None:
        self._fault = fault
        self.base_url = ""
        self.asked: Counter[str] = Counter()
        self.completed: Counter[str] = Counter()

    async def respond(self, request: web.Request, body: Any) -> web.StreamResponse:
        """One answer."""
        question = read_question(body)
        self.asked[question] += 1
        text = write_answer(question, 0)
        is_odd = self._fault in ODD_SHAPES
        if not self._is_chosen(question):
            self.completed[question] += 1
            return _answer(Sent(msgspec.json.encode(make_completion(text, question=question))))
        if is_odd and self._fault is not None:
            self.completed[question] += 1
            return _answer(ODD_SHAPES[self._fault](text))
        sent = FAULTS[self._fault or ""]
        if sent is LOST and request.transport is not None:
            request.transport.close()
        return _answer(sent)

    def _is_chosen(self, question: str) -> bool:
        """A tenth of all pairs of a question and how often it was asked, always the same."""
        if self._fault is None:
            return False
        named = f"{self._fault}:{question}:{self.asked[question]}".encode()
        return hashlib.sha256(named).digest()[0] < 256 * FAILED_SHARE


def _answer(sent: Sent) -> web.Response:
    return web.Response(
        body=sent.body,
        status=sent.status or 200,
        content_type=sent.content_type,
        headers=dict(sent.headers),
    )


@contextmanager
def serve(server: Server) -> Iterator[Server]:
    """The server on a free port of loopback, in a thread."""
    ready, ended = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []
    respond: Respond = server.respond

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        runner = web.AppRunner(make_application(respond), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0, backlog=512).start()
        server.base_url = f"http://{HOST}:{runner.addresses[0][1]}/v1"
        ready.set()
        await ended.wait()
        await runner.cleanup()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield server
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join()


class Result(NamedTuple):
    """What a run against a server came to; letters by question."""

    ending: Ending
    letters: dict[str, tuple[str, ...]]
    n_failed: int
    n_requests: int
    n_complete_again: int

    @property
    def score(self) -> float:
        """The share of questions with the key's letter, in percent; the key is the rule's."""
        right = sum(self.letters[q] == make_key(q) for q in self.letters)
        return 100.0 * right / len(self.letters) if self.letters else 0.0


def make_questions(n: int) -> list[str]:
    """The questions, each with lettered options."""
    options = "\n".join(f"{letter}. {text}" for letter, text in OPTIONS.items())
    return [f"Where is the stenosis in case {i}?\n\n{options}" for i in range(n)]


def make_key(question: str) -> tuple[str, ...]:
    """The right letter: a seeded choice that the rule meets by chance."""
    digest = hashlib.sha256(f"key:{question}".encode()).digest()
    return (list(OPTIONS)[digest[0] % len(OPTIONS)],)


def ask(fault: str | None, n_items: int, concurrency: int = CONCURRENCY) -> Result:
    """A run with our engine against a server with this fault, or none."""
    questions = make_questions(n_items)
    letters: dict[str, tuple[str, ...]] = {}

    def sink(batch: Sequence[ItemOutcome], progress: Progress) -> None:
        for outcome in batch:
            if outcome.prediction is not None:
                read = parse_answer(outcome.prediction, OPTIONS, multiple=False)
                letters[questions[int(outcome.key)]] = read.letters

    with serve(Server(fault)) as server:
        summary = collect(
            EndpointSettings(base_url=server.base_url, model="m", concurrency=concurrency),
            [ItemRequest(str(n), (Message("user", (q,)),)) for n, q in enumerate(questions)],
            sink,
            Budget(),
            lambda: False,
            n_total=n_items,
            policy=read_policy([server.base_url.split("/")[2]], allow_http=False),
            limits=QUICK,
        )
    return Result(
        ending=summary.ending,
        letters=letters,
        n_failed=summary.progress.n_failed,
        n_requests=summary.progress.n_requests,
        n_complete_again=sum(n > 1 for n in server.completed.values()),
    )


def measure() -> None:
    """Print a line for each fault; raises SystemExit where a score moved or a reply was wasted."""
    good = ask(None, N_ITEMS)
    print(f"{N_ITEMS} questions, {FAILED_SHARE:.0%} of the requests fail")
    print(f"{'':46}{'score':>8}{'requests':>10}{'unscored':>10}{'again':>7}")
    wrong = []
    for fault in (None, *FAULTS, *ODD_SHAPES):
        result = good if fault is None else ask(fault, N_ITEMS)
        print(
            f"{fault or 'never fails':46}{result.score:8.2f}{result.n_requests:10}"
            f"{result.n_failed:10}{result.n_complete_again:7}"
        )
        if result.letters != good.letters or result.n_complete_again:
            wrong.append(fault)
    print("again: complete replies that were asked for once more")
    if wrong:
        raise SystemExit(f"Scores or requests differ: {wrong}")
