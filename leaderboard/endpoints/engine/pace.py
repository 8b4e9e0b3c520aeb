"""When the next request may start: room in flight, requests per minute, pauses for everybody."""

from __future__ import annotations

import asyncio

from leaderboard.endpoints.engine.settings import EndpointSettings


class Pace:
    """Shared by all requests of a run; times are the event loop's, in seconds.

    A server's "slow down" halves how many requests may be in flight; every reply gives a little
    back, up to the team's own setting. While a server is not there, one request at a time tries it.
    """

    def __init__(self, settings: EndpointSettings) -> None:
        per_minute = settings.requests_per_minute
        self._spacing = 60.0 / per_minute if per_minute else 0.0
        self._most = settings.concurrency
        self._allowed = float(settings.concurrency)
        self._next_start = 0.0
        self._paused_until = 0.0
        self._freed = asyncio.Event()
        self._throttled_since: float | None = None
        self._is_trying = False
        self.n_in_flight = 0

    async def enter(self) -> None:
        """Wait until a request may start; leave() must follow."""
        now = asyncio.get_running_loop().time
        while self.n_in_flight >= (1 if self._is_trying else int(self._allowed)):
            await self.wait_for_leave()
        self.n_in_flight += 1
        while True:
            start = max(now(), self._next_start, self._paused_until)
            self._next_start = start + self._spacing
            if start > now():
                await asyncio.sleep(start - now())
            if self._paused_until <= now():
                return

    def leave(self) -> None:
        """A request ended."""
        self.n_in_flight -= 1
        self._freed.set()

    async def wait_for_leave(self) -> None:
        """Wait until a request ends, or an outage does."""
        self._freed.clear()
        await self._freed.wait()

    def pause_all(self, seconds: float) -> None:
        """The server is not there: a pause of everybody, then one request tries it."""
        self._is_trying = True
        self._throttled_since = None
        until = asyncio.get_running_loop().time() + seconds
        self._paused_until = max(self._paused_until, until)

    def resume(self) -> None:
        """The server is there: as many requests may be in flight as before."""
        if self._is_trying:
            self._is_trying = False
            self._freed.set()

    def speed_up(self) -> None:
        """A reply came."""
        self._throttled_since = None
        self._allowed = min(self._most, self._allowed + 2.0 / self._allowed)

    def slow_down(self, seconds: float) -> None:
        """The server asked for a pause of everybody."""
        now = asyncio.get_running_loop().time()
        if self._throttled_since is None:
            self._throttled_since = now
        # Requests that were in flight together tell the same thing: it counts once.
        if now >= self._paused_until:
            self._allowed = max(1.0, self._allowed / 2)
        self._paused_until = max(self._paused_until, now + seconds)

    def throttled_seconds(self) -> float:
        """For how long nothing but requests to slow down came back."""
        if self._throttled_since is None:
            return 0.0
        return asyncio.get_running_loop().time() - self._throttled_since
