"""A clock that moves when it is told to, for everything in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import time_machine

BEGIN = datetime(2026, 12, 1, 9, tzinfo=UTC)


class Clock:
    """Ticks as clocks do, and can be moved on."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def move(self, by: timedelta) -> None:
        """Let so much time pass at once."""
        self._traveller.shift(by)


@contextmanager
def movable_clock() -> Iterator[Clock]:
    """The time begins at BEGIN, for as long as this is open."""
    with time_machine.travel(BEGIN, tick=True) as traveller:
        yield Clock(traveller)
