"""A real endpoint on loopback that misbehaves as a test tells it to."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from demo.scripted_endpoint import (
    HOST,
    Respond,
    make_application,
    make_completion,
    read_question,
    write_answer,
)
from tests.waiting import HANG_SECONDS


@dataclass
class Endpoint:
    """A running server: what it was asked, and how many requests it held at most."""

    base_url: str = ""
    bodies: list[Any] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    n_in_flight: int = 0
    most_in_flight: int = 0

    @property
    def place(self) -> str:
        """Host and port, as a host's allow-list names them."""
        return self.base_url.split("/")[2]


@contextmanager
def serve(
    *steps: Respond,
    then: Respond | None = None,
    ssl_context: ssl.SSLContext | None = None,
    port: int = 0,
) -> Iterator[Endpoint]:
    """Answer the first requests by `steps`, in the order they come, and all others by `then`."""
    endpoint, script = Endpoint(), list(steps)

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        endpoint.bodies.append(body)
        endpoint.headers.append(request.headers)
        endpoint.paths.append(request.path_qs)
        endpoint.n_in_flight += 1
        endpoint.most_in_flight = max(endpoint.most_in_flight, endpoint.n_in_flight)
        try:
            step = script.pop(0) if script else then or answer
            return await step(request, body)
        finally:
            endpoint.n_in_flight -= 1

    ready, ended = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        runner = web.AppRunner(
            make_application(respond),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=0.1,
        )
        await runner.setup()
        await web.TCPSite(runner, HOST, port, ssl_context=ssl_context, backlog=512).start()
        scheme = "http" if ssl_context is None else "https"
        endpoint.base_url = f"{scheme}://{HOST}:{runner.addresses[0][1]}/v1"
        ready.set()
        await ended.wait()
        # A connection of the last moment is accepted first, so that it is closed with the others.
        await asyncio.sleep(0.05)
        await runner.cleanup()

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    assert ready.wait(HANG_SECONDS)
    try:
        yield endpoint
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join(HANG_SECONDS)
        assert not thread.is_alive()


async def answer(request: web.Request, body: Any) -> web.StreamResponse:
    """As the demo's endpoint answers."""
    question = read_question(body)
    return web.json_response(make_completion(write_answer(question, 0), question=question))


def later(seconds: float, step: Respond = answer) -> Respond:
    """`step` after a while."""

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return await step(request, body)

    return respond


def held(is_over: Callable[[], object], step: Respond = answer) -> Respond:
    """`step` as soon as something is so."""

    async def respond(request: web.Request, body: Any) -> web.StreamResponse:
        while not is_over():
            await asyncio.sleep(0.01)
        return await step(request, body)

    return respond


async def never(request: web.Request, body: Any) -> web.StreamResponse:
    """Nothing, for as long as anybody waits."""
    await asyncio.Event().wait()
    raise AssertionError


def sent(
    body: bytes | str | Mapping[str, Any],
    *,
    status: int = 200,
    content_type: str = "application/json",
    **headers: str,
) -> Respond:
    """These bytes, with headers named in Python's way (retry_after="1")."""
    raw = json.dumps(body).encode() if isinstance(body, Mapping) else body
    raw = raw.encode() if isinstance(raw, str) else raw
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def respond(request: web.Request, _: Any) -> web.StreamResponse:
        return web.Response(body=raw, status=status, content_type=content_type, headers=named)

    return respond


def failed(status: int, text: str = "no", **headers: str) -> Respond:
    """An error in the API's shape."""
    return sent({"error": {"message": text}}, status=status, **headers)


def said(content: Any, finish_reason: str | None = "stop", **message: Any) -> Respond:
    """A completion with this content."""
    completion = make_completion("")
    completion["choices"][0]["message"] |= {"content": content, **message}
    completion["choices"][0]["finish_reason"] = finish_reason
    return sent(completion)


def streamed(*events: str, pause: float = 0.0) -> Respond:
    """An event stream of these data lines, each after a pause."""

    async def respond(request: web.Request, _: Any) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for event in events:
            await asyncio.sleep(pause)
            await response.write(f"data: {event}\n\n".encode())
        return response

    return respond


def delta(content: str, finish_reason: str | None = None) -> str:
    """One event of a streamed completion."""
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return json.dumps({"model": "streaming", "choices": [choice]})


def raw(data: bytes) -> Respond:
    """These bytes on the wire instead of an HTTP answer, then the end of the connection."""

    async def respond(request: web.Request, _: Any) -> web.StreamResponse:
        transport = request.transport
        assert transport is not None
        transport.write(data)
        transport.close()
        return web.Response()

    return respond


def bomb(n_bytes: int) -> Respond:
    """A completion of very many letters, compressed to very few bytes."""
    completion = json.dumps(make_completion("a" * n_bytes)).encode()
    return sent(gzip.compress(completion), content_encoding="gzip")


async def drip(request: web.Request, body: Any) -> web.StreamResponse:
    """A byte now and then, for ever."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.05)


async def flood(request: web.Request, body: Any) -> web.StreamResponse:
    """Bytes as fast as they are taken, for ever."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    while True:
        await response.write(b"[" * 65_536)
