"""Ask for one item until it is settled, or goes back into line because no server is there."""

from __future__ import annotations

import asyncio
import hashlib
import math
import random
import time
from collections.abc import Callable
from dataclasses import replace

from leaderboard.chat import Filtered, Reply
from leaderboard.endpoints.engine.client import Client
from leaderboard.endpoints.engine.failures import Failure, Reason
from leaderboard.endpoints.engine.line import Line, Loss, Ticket
from leaderboard.endpoints.engine.pace import Pace
from leaderboard.endpoints.engine.progress import End, Ending, ItemOutcome, Tally
from leaderboard.endpoints.engine.requests import count_characters
from leaderboard.endpoints.engine.server_state import ServerState
from leaderboard.endpoints.engine.settings import Budget, Limits
from leaderboard.meters import ENDPOINT_REQUESTS, count
from leaderboard.scoring.replies import keep_end

# The convention of prediction files for a model that wrote nothing.
NO_OUTPUT = "[no output]"
FILTERED = "[refused by the server's content filter]"
"""What a reply counts as that the server's filter took each time: the parser reads a refusal."""


class RunEnded(Exception):
    """No repetition and no other item can help."""

    def __init__(self, end: End) -> None:
        super().__init__(end.message)
        self.end = end


class Settler:
    """Settles tickets for one run; `keep` gets outcomes that are settled later than asked."""

    def __init__(
        self,
        client: Client,
        line: Line,
        pace: Pace,
        server: ServerState,
        tally: Tally,
        budget: Budget,
        limits: Limits,
        keep: Callable[[ItemOutcome], None],
    ) -> None:
        self._client = client
        self._line = line
        self._pace = pace
        self._server = server
        self._tally = tally
        self._budget = budget
        self._limits = limits
        self._keep = keep
        self._refused: list[tuple[Failure, ItemOutcome]] = []
        self.spent: End | None = None

    async def settle(self, ticket: Ticket) -> ItemOutcome | None:
        """The outcome; None where the item was put back or aside, or the budget is used up.

        Raises RunEnded.
        """
        while True:
            sent_at = asyncio.get_running_loop().time()
            result = await self._ask(ticket)
            if result is None:
                return None
            if isinstance(result, Reply):
                self._take_answer(ticket, result)
                return self._settle(ticket, result)
            if isinstance(result, Filtered):
                # A filter looks at samples: another one may pass.
                self._take_answer(ticket, result)
                ticket.count()
                if ticket.n_attempts >= self._limits.max_attempts:
                    return self._settle(ticket, result)
                await asyncio.sleep(self._make_backoff(ticket.n_attempts))
                continue
            if result.words.ends_run:
                return await self._take_refusal(ticket, result)
            if not self._is_lost(result):
                self._count(ticket, result)
            elif self._is_out(ticket, result, sent_at):
                return self._wait_out(ticket, result, sent_at)
            if not self._may_repeat(ticket, result):
                return self._settle(ticket, result)
            await self._back_off(ticket, result)

    def find_refusal(self) -> End | None:
        """Why the run ends if nothing was ever answered but refused."""
        if not self._refused or self._server.has_answered:
            return None
        failure = self._refused[0][0]
        return End(Ending.REFUSED, failure.message, failure.words.remedy)

    async def _ask(self, ticket: Ticket) -> Reply | Filtered | Failure | None:
        await self._pace.enter()
        try:
            self.spent = self.spent or self._tally.find_spent(self._budget)
            if self.spent:
                return None
            self._tally.n_requests += 1
            self._tally.n_retried += ticket.n_requests > 0
            ticket.n_requests += 1
            sent = time.monotonic()
            result = await self._client.ask(ticket.body)
            ticket.latency = time.monotonic() - sent
            count(ENDPOINT_REQUESTS, _name_outcome(result))
            return result
        finally:
            self._pace.leave()

    def _take_answer(self, ticket: Ticket, reply: Reply | Filtered) -> None:
        """A model answered: refusals before were about their items alone."""
        self._hear()
        self._pace.speed_up()
        self._tally.add_reply(reply, count_characters(ticket.request))
        self._server.has_answered = True
        refused, self._refused = self._refused, []
        for _, outcome in refused:
            self._keep(outcome)

    def _hear(self) -> None:
        self._server.hear()
        self._pace.resume()

    async def _take_refusal(self, ticket: Ticket, failure: Failure) -> ItemOutcome | None:
        """Of a key, a model or an address: about the item alone, once others were answered."""
        self._hear()
        words = failure.words
        if not words.is_of_item:
            raise RunEnded(End(Ending.REFUSED, failure.message, words.remedy))
        of_item = replace(failure, reason=Reason.REJECTED)
        if self._server.has_answered:
            return self._settle(ticket, of_item)
        self._refused.append((failure, self._settle(ticket, of_item)))
        while self._pace.n_in_flight and not self._server.has_answered:
            await self._pace.wait_for_leave()
        end = self.find_refusal()
        if end is not None and len(self._refused) >= self._limits.max_refused:
            raise RunEnded(end)
        return None

    def _is_lost(self, failure: Failure) -> bool:
        """Whether no server said anything."""
        is_late = failure.reason is Reason.TIMEOUT and self._server.is_down
        return failure.is_lost or is_late

    def _count(self, ticket: Ticket, failure: Failure) -> None:
        """A server said something, or took too long; being told to slow down is no attempt."""
        if failure.reason is not Reason.TIMEOUT:
            self._hear()
        if failure.reason is not Reason.RATE_LIMITED:
            ticket.count()

    def _is_out(self, ticket: Ticket, failure: Failure, sent_at: float) -> bool:
        """Whether the server is not there, as against an item that it cannot take.

        While something comes for others, it is the item; one that was in as many outages as it
        has attempts may be what makes them. Lost connections alone, and errors inside a 200, are
        the items' too where no other is left to try.
        """
        ticket.count_lost(Loss(failure, sent_at))
        if len(ticket.outages - {self._server.n_outages}) >= self._limits.max_attempts:
            return False
        if self._server.is_down:
            return True
        if ticket.n_attempts < self._limits.max_attempts:
            return False
        is_heard = self._server.has_been_heard(ticket.last_wait_began)
        is_plain = any(loss.failure.is_down for loss in ticket.lost)
        return not is_heard and (is_plain or self._line.count_stragglers() is None)

    def _wait_out(self, ticket: Ticket, failure: Failure, sent_at: float) -> ItemOutcome | None:
        """Pause the whole run for a server that is not there; no item's attempts are used."""
        server, limits = self._server, self._limits
        server.go_down(failure, since=ticket.lost[0].sent_at, sent_at=sent_at)
        ticket.outages.add(server.n_outages)
        if self._are_few_left():
            if server.down_seconds() > min(limits.max_straggling, limits.max_outage):
                return self._settle(ticket, failure)
        elif server.down_seconds() > limits.max_outage:
            lasted = _say_minutes(limits.max_outage)
            message = f"Nothing has been answered for {lasted}. {failure.message}"
            raise RunEnded(End(Ending.OUTAGE, message, failure.words.remedy))
        ticket.forgive()
        wait = self._make_backoff(server.n_pauses) if failure.wait is None else failure.wait
        self._pace.pause_all(min(wait, limits.max_outage))
        self._line.put_back(ticket)
        return None

    def _are_few_left(self) -> bool:
        """Whether all that is left are a few items to which nothing came, after answers to others.

        They may be what no server can take: they are not worth a long wait.
        """
        n_left = self._line.count_stragglers()
        most = max(1.0, self._limits.max_straggling_share * self._tally.n_total)
        return self._server.has_answered and n_left is not None and n_left <= most

    def _may_repeat(self, ticket: Ticket, failure: Failure) -> bool:
        """Whether to ask again. Raises RunEnded where the server wants too long a pause."""
        limits = self._limits
        longest = limits.max_outage if failure.is_down else limits.max_pause
        if failure.wait is not None and failure.wait > longest:
            message = f"The server asked for a pause of {_say_minutes(failure.wait)}."
            raise RunEnded(End(Ending.THROTTLED, message, "Submit again after that time."))
        if self._pace.throttled_seconds() > limits.max_throttled:
            lasted = _say_minutes(limits.max_throttled)
            message = f"For {lasted} the server only asked to slow down (429)."
            raise RunEnded(End(Ending.THROTTLED, message, failure.words.remedy))
        return failure.words.is_retried and ticket.n_attempts < limits.max_attempts

    async def _back_off(self, ticket: Ticket, failure: Failure) -> None:
        """Twice as long each time, with jitter; what the server asks for holds for everybody."""
        seconds = self._make_backoff(ticket.n_attempts)
        if failure.wait is not None or failure.reason is Reason.RATE_LIMITED:
            self._pace.slow_down(seconds if failure.wait is None else failure.wait)
        else:
            await asyncio.sleep(seconds)

    def _make_backoff(self, n: int) -> float:
        longest = self._limits.first_backoff * 2.0 ** max(0, min(n, 30) - 1)
        return min(self._limits.max_backoff, longest) * random.uniform(0.5, 1.0)

    def _settle(self, ticket: Ticket, result: Reply | Filtered | Failure) -> ItemOutcome:
        self._line.let_go(ticket)
        failure = result if isinstance(result, Failure) else None
        reply = None if isinstance(result, Failure) else result
        return ItemOutcome(
            key=ticket.request.key,
            prediction=None if reply is None else self._make_prediction(reply),
            failure=failure,
            sent_hash=hashlib.sha256(ticket.body).hexdigest(),
            n_attempts=ticket.n_requests,
            seconds=time.monotonic() - ticket.begun,
            reply=reply,
            latency=ticket.latency,
        )

    def _make_prediction(self, reply: Reply | Filtered) -> str:
        """Of a longer text the last characters stay, where answers stand."""
        if isinstance(reply, Filtered):
            return FILTERED
        return (
            keep_end(reply.text, self._limits.max_characters) if reply.text.strip() else NO_OUTPUT
        )


def _name_outcome(result: Reply | Filtered | Failure) -> str:
    if isinstance(result, Failure):
        return result.reason.value
    return "filtered" if isinstance(result, Filtered) else "answered"


def _say_minutes(seconds: float) -> str:
    """A span in whole minutes, rounded up: "1 minute", "30 minutes"."""
    n = math.ceil(seconds / 60)
    return "1 minute" if n == 1 else f"{n:,} minutes"
