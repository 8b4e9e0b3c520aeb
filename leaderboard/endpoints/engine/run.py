"""Ask an endpoint every item, hundreds of requests in flight, to an ending with a reason."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from leaderboard.endpoints.engine.address import (
    AddressPolicy,
    CheckedAddress,
    Resolve,
    check_address,
    resolve_host,
)
from leaderboard.endpoints.engine.client import Client
from leaderboard.endpoints.engine.connection import make_session
from leaderboard.endpoints.engine.failures import Failure, Reason
from leaderboard.endpoints.engine.pace import Pace
from leaderboard.endpoints.engine.progress import (
    End,
    Ending,
    ItemOutcome,
    Progress,
    RunSummary,
    Tally,
)
from leaderboard.endpoints.engine.replies import Reply
from leaderboard.endpoints.engine.requests import ItemRequest, count_characters, encode_request
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings, Limits
from leaderboard.errors import AddressRefused

# The sink is called at least this often, also with nothing new: the caller's heart beats there.
QUIET_SECONDS = 2.0

T = TypeVar("T")

Sink = Callable[[Sequence[ItemOutcome], Progress], None]


def collect(
    endpoint: EndpointSettings,
    requests: Iterable[ItemRequest],
    sink: Sink,
    budget: Budget,
    should_stop: Callable[[], bool],
    *,
    n_total: int,
    policy: AddressPolicy,
    limits: Limits = Limits(),  # noqa: B008  frozen
    resolve: Resolve = resolve_host,
) -> RunSummary:
    """Ask everything in `requests` (taken one by one, as there is room) and settle each item.

    `sink` gets settled items in batches with the live figures; it and `should_stop` run in one
    thread beside, never both at once. Whatever `sink` or `should_stop` raises ends the run and is
    raised here. Items that were not settled when a run ends are in no batch.
    """
    tally = Tally(n_total)
    try:
        address = check_address(endpoint.base_url, policy, resolve)
    except AddressRefused as error:
        end = End(Ending.ADDRESS, error.message, error.remedy)
    else:
        run = _Run(endpoint, iter(requests), sink, budget, should_stop, tally, limits)
        end = asyncio.run(run.run(address))
    return RunSummary(
        *end,
        progress=tally.make_progress(0),
        reasons=dict(tally.reasons),
        model_reported=tally.model_reported,
        seconds=tally.seconds(),
    )


class _RunEnded(Exception):
    def __init__(self, end: End) -> None:
        super().__init__(end.message)
        self.end = end


class _Run:
    """One run inside its event loop."""

    def __init__(
        self,
        endpoint: EndpointSettings,
        requests: Iterator[ItemRequest],
        sink: Sink,
        budget: Budget,
        should_stop: Callable[[], bool],
        tally: Tally,
        limits: Limits,
    ) -> None:
        self._endpoint = endpoint
        self._requests = requests
        self._sink = sink
        self._budget = budget
        self._should_stop = should_stop
        self._tally = tally
        self._limits = limits
        self._pace = Pace(endpoint)
        self._settled: list[ItemOutcome] = []
        self._spent: End | None = None
        self._called: asyncio.Future[Any] | None = None

    async def run(self, address: CheckedAddress) -> End:
        """Ask everything; the last batch is in the sink when this returns."""
        with ThreadPoolExecutor(1, "sink") as door:
            async with make_session(address, self._endpoint) as session:
                client = Client(session, address.url, self._endpoint.key, self._limits)
                workers = [
                    asyncio.create_task(self._work(client))
                    for _ in range(self._endpoint.concurrency)
                ]
                watch = asyncio.create_task(self._watch(door))
                try:
                    end = await self._wait(workers, watch)
                finally:
                    for task in (*workers, watch):
                        task.cancel()
                    await asyncio.gather(*workers, watch, return_exceptions=True)
            if self._called is not None:
                await self._called
            await self._flush(door)
        return end

    async def _wait(self, workers: list[asyncio.Task[None]], watch: asyncio.Task[End]) -> End:
        """The first reason to end; what a task raises unasked is raised here."""
        pending: set[asyncio.Task[Any]] = {*workers, watch}
        while not watch.done() and pending != {watch}:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                try:
                    task.result()
                except _RunEnded as ended:
                    return ended.end
        if watch.done():
            return watch.result()
        return self._spent or End(Ending.COMPLETE, "Every item has been asked.")

    async def _watch(self, door: ThreadPoolExecutor) -> End:
        """Hand over batches and look for reasons to end that no request brings."""
        loop = asyncio.get_running_loop()
        flushed_at = loop.time()
        while True:
            await asyncio.sleep(self._limits.beat)
            if self._settled or loop.time() - flushed_at >= QUIET_SECONDS:
                await self._flush(door)
                flushed_at = loop.time()
            if await self._call(door, self._should_stop):
                return End(Ending.STOPPED, "The run was stopped.")
            most = self._budget.max_seconds
            if most is not None and self._tally.seconds() >= most:
                return self._tally.find_spent(self._budget) or End(Ending.BUDGET, "")

    async def _flush(self, door: ThreadPoolExecutor) -> None:
        batch, self._settled = self._settled, []
        await self._call(door, self._sink, batch, self._tally.make_progress(self._pace.n_in_flight))

    async def _call(self, door: ThreadPoolExecutor, work: Callable[..., T], *arguments: Any) -> T:
        """Call in the thread beside; what began there ends there, also when a run is over."""
        loop = asyncio.get_running_loop()
        self._called = loop.run_in_executor(door, work, *arguments)
        return await asyncio.shield(self._called)

    async def _work(self, client: Client) -> None:
        """Settle one item after the other until there are none, or the budget is used up."""
        for request in self._requests:
            outcome = await self._settle(client, request)
            if outcome is None:
                return
            self._tally.add_outcome(outcome)
            self._settled.append(outcome)
            most = self._limits.max_failed_in_a_row
            if outcome.failure and self._tally.n_failed_in_a_row >= most:
                words = outcome.failure.words
                message = f"{most} items in a row got no prediction. {words.message}"
                raise _RunEnded(End(Ending.FAILING, message, words.remedy))

    async def _settle(self, client: Client, request: ItemRequest) -> ItemOutcome | None:
        """Ask until there is a reply or no attempt is left; None where the budget ends."""
        body = encode_request(request, self._endpoint)
        begun, n_attempts, n_requests = time.monotonic(), 0, 0
        while True:
            await self._pace.enter()
            try:
                self._spent = self._spent or self._tally.find_spent(self._budget)
                if self._spent:
                    return None
                self._tally.n_requests += 1
                self._tally.n_retried += n_requests > 0
                n_requests += 1
                result = await client.ask(body)
            finally:
                self._pace.leave()
            if isinstance(result, Reply):
                self._pace.speed_up()
                self._tally.add_reply(result, count_characters(request))
            else:
                # Being told to slow down is not an attempt: the run has its own limit for that.
                n_attempts += result.reason is not Reason.RATE_LIMITED
                if self._may_repeat(result, n_attempts):
                    await self._back_off(result, n_attempts)
                    continue
            return _make_outcome(request, body, result, n_requests, time.monotonic() - begun)

    def _may_repeat(self, failure: Failure, n_attempts: int) -> bool:
        """Whether to ask again. Raises _RunEnded where no repetition and no other item can help."""
        words = failure.words
        if words.ends_run:
            raise _RunEnded(End(Ending.REFUSED, words.message, words.remedy))
        if failure.wait is not None and failure.wait > self._limits.max_pause:
            minutes = failure.wait / 60
            message = f"The server asked for a pause of {minutes:,.0f} minutes."
            raise _RunEnded(End(Ending.THROTTLED, message, "Submit again after that time."))
        if self._pace.throttled_seconds() > self._limits.max_throttled:
            message = "For ten minutes the server only asked to slow down (429)."
            raise _RunEnded(End(Ending.THROTTLED, message, words.remedy))
        return words.is_retried and n_attempts < self._limits.max_attempts

    async def _back_off(self, failure: Failure, n_attempts: int) -> None:
        """Twice as long each time, with jitter; what the server asks for holds for everybody."""
        longest = self._limits.first_backoff * 2 ** max(0, n_attempts - 1)
        seconds = min(self._limits.max_backoff, longest) * random.uniform(0.5, 1.0)
        if failure.wait is not None or failure.reason is Reason.RATE_LIMITED:
            self._pace.slow_down(seconds if failure.wait is None else failure.wait)
        else:
            await asyncio.sleep(seconds)


def _make_outcome(
    request: ItemRequest, body: bytes, result: Reply | Failure, n_requests: int, seconds: float
) -> ItemOutcome:
    sent_hash = hashlib.sha256(body).hexdigest()
    if isinstance(result, Failure):
        return ItemOutcome(request.key, None, result, sent_hash, n_requests, seconds)
    return ItemOutcome(
        request.key,
        result.text,
        None,
        sent_hash,
        n_requests,
        seconds,
        finish_reason=result.finish_reason,
        n_prompt_tokens=result.n_prompt_tokens,
        n_completion_tokens=result.n_completion_tokens,
    )
