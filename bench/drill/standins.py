"""What stands in for paid models: a judge and endpoints that follow a script, and can be away."""

from __future__ import annotations

import asyncio
import hashlib
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from aiohttp import web

from demo.scripted_endpoint import make_application, make_completion, read_question, write_answer
from tests.judges.judge_server import JudgeServer, judge_honestly, read_asked

JUDGE_SECONDS = 0.03, 0.12
ENDPOINT_SECONDS = 0.05, 0.25
FAILURES = (429, 500, 502, 503)


class Stand:
    """A server of chat completions that counts its complete answers, each by what was asked.

    While it `is_away` it answers nothing but 503, and of `failed_share` of the requests one of
    FAILURES.
    """

    def __init__(self, seed: int) -> None:
        self.base_url = ""
        self.is_away = False
        self.failed_share = 0.0
        self.answered: Counter[bytes] = Counter()
        self.n_in_flight = self.n_refused = 0
        self._chance = random.Random(seed)

    @property
    def n_again(self) -> int:
        """How many complete answers were to something that had been answered before."""
        return sum(n - 1 for n in self.answered.values())

    async def respond(self, request: web.Request, body: Any) -> web.StreamResponse:
        """Answer, after a while."""
        self.n_in_flight += 1
        try:
            await asyncio.sleep(self._chance.uniform(*self.seconds))
        finally:
            self.n_in_flight -= 1
        if self.is_away or self._chance.random() < self.failed_share:
            self.n_refused += 1
            status = 503 if self.is_away else self._chance.choice(FAILURES)
            return web.json_response({"error": {"message": "not now"}}, status=status)
        self.answered[hashlib.sha256(msgspec.json.encode(body)).digest()] += 1
        return web.Response(body=self.write(body), content_type="application/json")

    seconds: tuple[float, float]

    def write(self, body: Any) -> bytes:
        """The answer's body."""
        raise NotImplementedError


class JudgeStand(Stand):
    """A judge that says yes where the report states the fact that it is asked for."""

    seconds = JUDGE_SECONDS

    def write(self, body: Any) -> bytes:
        """Verdicts that follow from report and questions alone."""
        return JudgeServer.encode(judge_honestly(read_asked(body)), str(body["model"]))


class EndpointStand(Stand):
    """A team's model whose answers follow from the question and the model's name alone."""

    seconds = ENDPOINT_SECONDS

    def write(self, body: Any) -> bytes:
        """A letter."""
        model, question = str(body["model"]), read_question(body)
        seed = int.from_bytes(hashlib.sha256(model.encode()).digest()[:4])
        text = write_answer(question, seed)
        return msgspec.json.encode(make_completion(text, model=model, question=question))


@contextmanager
def serve(address: str, *stands: Stand) -> Iterator[None]:
    """The stands on free ports of an address, in one thread."""
    ready, ended = threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def work() -> None:
        loops.append(asyncio.get_running_loop())
        runners = []
        for stand in stands:
            application = make_application(stand.respond)
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, address, 0, backlog=512).start()
            stand.base_url = f"http://{address}:{runner.addresses[0][1]}/v1"
            runners.append(runner)
        ready.set()
        await ended.wait()
        for runner in runners:
            await runner.cleanup()

    thread = threading.Thread(target=asyncio.run, args=(work(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield
    finally:
        loops[0].call_soon_threadsafe(ended.set)
        thread.join()
