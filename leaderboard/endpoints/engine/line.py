"""The items that a run has still to ask, those in line again before new ones."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from leaderboard.endpoints.engine.failures import Failure
from leaderboard.endpoints.engine.requests import ItemRequest


class Loss(NamedTuple):
    """A request to which no server said anything, and when it was sent (the event loop's time)."""

    failure: Failure
    sent_at: float


@dataclass(eq=False)
class Ticket:
    """One item on its way: what is sent for it, and what came of that so far.

    `n_attempts` counts what speaks against the item, `lost` its newest losses among that.
    `outages` are the numbers of those that it was in; `latency` is how long the last
    request took, in seconds.
    """

    request: ItemRequest
    body: bytes
    begun: float = field(default_factory=time.monotonic)
    n_requests: int = 0
    latency: float | None = None
    n_attempts: int = 0
    lost: list[Loss] = field(default_factory=list)
    outages: set[int] = field(default_factory=set)

    def count(self) -> None:
        """Something speaks against the item, and a server is there."""
        self.lost.clear()
        self.n_attempts += 1

    def count_lost(self, loss: Loss) -> None:
        """Either no server is there, or the item brings it down."""
        self.lost.append(loss)
        self.n_attempts += 1

    def forgive(self) -> None:
        """The server was not there: what was lost does not count."""
        self.n_attempts -= len(self.lost)
        self.lost.clear()

    @property
    def last_wait_began(self) -> float:
        """When the request before the last was sent."""
        return self.lost[-2:][0].sent_at


class Line:
    """Hands out tickets; what is put back comes before what is new.

    While the server is down a new item is tried in turn, so that one that brings the server down
    is told from a server that is not there; few are, so that few pictures are in memory. One new
    ticket is made ahead, so that the line knows whether there is any.
    """

    def __init__(self, tickets: Iterator[Ticket], n_together: int) -> None:
        self._new = tickets
        self._ahead: Ticket | None = None
        self._most = n_together
        self._again: deque[Ticket] = deque()
        self._out: list[Ticket] = []

    def take(self, *, is_down: bool) -> Ticket | None:
        """The next ticket, to be put back or let go; None where there is none at the moment."""
        ticket = None
        if is_down and len(self._again) <= self._most:
            ticket = self._draw()
        if ticket is None:
            ticket = self._again.popleft() if self._again else self._draw()
        if ticket is not None:
            self._out.append(ticket)
        return ticket

    def put_back(self, ticket: Ticket) -> None:
        """To be asked again later, after the others in line."""
        self.let_go(ticket)
        self._again.append(ticket)

    def let_go(self, ticket: Ticket) -> None:
        """It is settled."""
        self._out.remove(ticket)

    def count_stragglers(self) -> int | None:
        """How many tickets are left, if each of them was lost before; None if one was not."""
        left = (*self._again, *self._out)
        is_all = self._ahead is None and all(one.outages or one.lost for one in left)
        return len(left) if is_all else None

    def _draw(self) -> Ticket | None:
        """The next new ticket, which begins now; None where there are no more."""
        ticket = self._ahead or next(self._new, None)
        self._ahead = next(self._new, None)
        if ticket is not None:
            ticket.begun = time.monotonic()
        return ticket
