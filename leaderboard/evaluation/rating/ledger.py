"""What judges and readers that work at the same time write: in small batches, each renewing the
claim."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import insert

from leaderboard.db import Base, Sessions
from leaderboard.evaluation.claim import advance
from leaderboard.leases import Claim
from leaderboard.models.submission import Step

BEAT_SECONDS = 0.5
"""How long the claim goes without being renewed while nothing comes back."""

Rows = Sequence[Mapping[str, Any]]


class Ledger:
    """Takes rows at once and writes them in their order; a new batch begins when the last is in.

    So a reply is stored as soon as the database can, and no transaction is open during a call.
    """

    def __init__(self, sessions: Sessions, claim: Claim[Any], step: Step = Step.RATE) -> None:
        self._sessions = sessions
        self._claim = claim
        self._step = step
        self._pending: list[tuple[type[Base], Rows, int]] = []
        self._news = asyncio.Event()
        self._is_closed = False

    def add(self, table: type[Base], rows: Rows, n_done: int = 0) -> None:
        """Write `rows` soon; `n_done` more predictions are done with them."""
        self._pending.append((table, rows, n_done))
        self._news.set()

    async def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do `work`, writing meanwhile; what it added is written however it ends.

        Raises what the work raises, and ClaimLost, which ends the work.
        """
        writing = asyncio.create_task(self._write())
        working = asyncio.create_task(work)
        await asyncio.wait({writing, working}, return_when=asyncio.FIRST_COMPLETED)
        if writing.done():
            working.cancel()
            await asyncio.wait({working})
        self._is_closed = True
        self._news.set()
        await writing
        await working

    async def _write(self) -> None:
        while not (self._is_closed and not self._pending):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), BEAT_SECONDS)
            self._news.clear()
            batch, self._pending = self._pending, []
            await asyncio.to_thread(self._flush, batch)

    def _flush(self, batch: Sequence[tuple[type[Base], Rows, int]]) -> None:
        with self._sessions.write() as session:
            advance(session, self._claim, self._step, sum(n_done for _, _, n_done in batch))
            for table, rows, _ in batch:
                session.execute(insert(table), list(rows))
