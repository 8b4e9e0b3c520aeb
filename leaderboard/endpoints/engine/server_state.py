"""What the answers so far tell of a server, beyond any one item."""

from __future__ import annotations

import asyncio

from leaderboard.endpoints.engine.failures import Failure


class ServerState:
    """Whether a server has ever answered, and since when it is down; times are the event loop's."""

    def __init__(self) -> None:
        self.has_answered = False
        self._heard_at = float("-inf")
        self._down_since: float | None = None
        self._down_as: Failure | None = None
        self._counted_at = float("-inf")
        self.n_pauses = 0
        self.n_outages = 0

    @property
    def is_down(self) -> bool:
        """Whether an outage is under way."""
        return self._down_since is not None

    @property
    def outage(self) -> str:
        """What the server does instead of answering; empty where there is no outage."""
        return "" if self._down_as is None else self._down_as.message

    def hear(self) -> None:
        """The server said something, good or bad: an outage is over."""
        self._heard_at = asyncio.get_running_loop().time()
        self._down_since, self._down_as, self.n_pauses = None, None, 0

    def has_been_heard(self, since: float) -> bool:
        """Whether anything came for whatever item since then."""
        return self._heard_at >= since

    def go_down(self, failure: Failure, *, since: float, sent_at: float) -> None:
        """Every request fails, at least since then; those that were sent together count once."""
        if self._down_since is None:
            self._down_since = since
            self.n_outages += 1
        self._down_as = failure
        if sent_at >= self._counted_at:
            self._counted_at = asyncio.get_running_loop().time()
            self.n_pauses += 1

    def down_seconds(self) -> float:
        """For how long nothing was heard."""
        if self._down_since is None:
            return 0.0
        return asyncio.get_running_loop().time() - self._down_since
