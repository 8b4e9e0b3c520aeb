"""Ask an endpoint every item, hundreds of requests in flight, to an ending with a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import aiohttp

from leaderboard.endpoints.engine.address import (
    AddressPolicy,
    CheckedAddress,
    Resolve,
    check_address,
    resolve_host,
)
from leaderboard.endpoints.engine.client import Client
from leaderboard.endpoints.engine.connection import make_session
from leaderboard.endpoints.engine.line import Line, Ticket
from leaderboard.endpoints.engine.pace import Pace
from leaderboard.endpoints.engine.progress import (
    End,
    Ending,
    ItemOutcome,
    Progress,
    RunSummary,
    Tally,
)
from leaderboard.endpoints.engine.requests import ItemRequest, encode_request
from leaderboard.endpoints.engine.server_state import ServerState
from leaderboard.endpoints.engine.settings import Budget, EndpointSettings, Limits
from leaderboard.endpoints.engine.settler import RunEnded, Settler
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
        self._sink = sink
        self._budget = budget
        self._should_stop = should_stop
        self._tally = tally
        self._limits = limits
        self._pace = Pace(endpoint)
        self._server = ServerState()
        self._line = Line(self._make_tickets(requests), endpoint.concurrency)
        self._settled: list[ItemOutcome] = []
        self._called: asyncio.Future[Any] | None = None

    async def run(self, address: CheckedAddress) -> End:
        """Ask everything; the last batch is in the sink when this returns."""
        with ThreadPoolExecutor(1, "sink") as door:
            async with make_session(address, self._endpoint) as session:
                settler = self._make_settler(session, address.url)
                workers = [
                    asyncio.create_task(self._work(settler))
                    for _ in range(self._endpoint.concurrency)
                ]
                watch = asyncio.create_task(self._watch(door))
                try:
                    end = await self._wait(workers, watch, settler)
                finally:
                    for task in (*workers, watch):
                        task.cancel()
                    await asyncio.gather(*workers, watch, return_exceptions=True)
            if self._called is not None:
                await self._called
            await self._flush(door)
        return end

    def _make_settler(self, session: aiohttp.ClientSession, url: str) -> Settler:
        return Settler(
            Client(session, url, self._endpoint.key, self._limits),
            self._line,
            self._pace,
            self._server,
            self._tally,
            self._budget,
            self._limits,
            self._keep,
        )

    async def _wait(
        self, workers: list[asyncio.Task[None]], watch: asyncio.Task[End], settler: Settler
    ) -> End:
        """The first reason to end; what a task raises unasked is raised here."""
        pending: set[asyncio.Task[Any]] = {*workers, watch}
        while not watch.done() and pending != {watch}:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                try:
                    task.result()
                except RunEnded as ended:
                    return ended.end
        if watch.done():
            return watch.result()
        complete = End(Ending.COMPLETE, "Every item has been asked.")
        return settler.spent or settler.find_refusal() or complete

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
        progress = self._tally.make_progress(self._pace.n_in_flight, self._server.outage)
        await self._call(door, self._sink, batch, progress)

    async def _call(self, door: ThreadPoolExecutor, work: Callable[..., T], *arguments: Any) -> T:
        """Call in the thread beside; what began there ends there, also when a run is over."""
        loop = asyncio.get_running_loop()
        self._called = loop.run_in_executor(door, work, *arguments)
        return await asyncio.shield(self._called)

    async def _work(self, settler: Settler) -> None:
        """Settle one item after the other until there are none, or the budget is used up."""
        while settler.spent is None:
            ticket = self._line.take(is_down=self._server.is_down)
            if ticket is None:
                return
            outcome = await settler.settle(ticket)
            if outcome is not None:
                self._keep(outcome)

    def _keep(self, outcome: ItemOutcome) -> None:
        """Count a settled item for the next batch. Raises RunEnded where too many failed."""
        self._tally.add_outcome(outcome)
        self._settled.append(outcome)
        most = self._limits.max_failed_in_a_row
        if outcome.failure and self._tally.n_failed_in_a_row >= most:
            message = f"{most} items in a row got no prediction. {outcome.failure.message}"
            raise RunEnded(End(Ending.FAILING, message, outcome.failure.words.remedy))

    def _make_tickets(self, requests: Iterator[ItemRequest]) -> Iterator[Ticket]:
        for request in requests:
            yield Ticket(request, encode_request(request, self._endpoint))
