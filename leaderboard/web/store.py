"""What was made for addresses, kept in memory up to a number of bytes."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from operator import attrgetter
from typing import Any, NamedTuple

from cachetools import LRUCache

ENTRY_BYTES = 2_048
"""What an entry takes beside its content and its key: headers, and the store's own books."""


class _Entry(NamedTuple):
    value: Any
    n_bytes: int


class Store:
    """Values by key, in at most `max_bytes`: what was not asked for longest goes first.

    Addresses with a query, which anybody can make up without end, and those without have half of it
    each; either takes more as long as the other leaves it. Threads share it. One for each process.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._plain, self._queried = (
            LRUCache[Hashable, _Entry](max_bytes, getsizeof=attrgetter("n_bytes")) for _ in range(2)
        )
        self._lock = threading.Lock()

    @property
    def n_bytes(self) -> int:
        """The bytes of all that is kept."""
        return int(self._plain.currsize + self._queried.currsize)

    def find(self, key: Hashable) -> Any:
        """What was kept under `key`, or None."""
        with self._lock:
            entry = self._plain.get(key) or self._queried.get(key)
        return None if entry is None else entry.value

    def keep(self, key: Hashable, value: Any, n_bytes: int, *, has_query: bool = False) -> None:
        """Keep a value of so many bytes in place of what was there; not one too large for all.

        `has_query` says that the address of this key has one.
        """
        entry = _Entry(value, n_bytes + len(repr(key)) + ENTRY_BYTES)
        part, other = (self._queried, self._plain) if has_query else (self._plain, self._queried)
        with self._lock:
            part.pop(key, None)
            half = self._max_bytes // 2
            while other.currsize > half and self.n_bytes + entry.n_bytes > self._max_bytes:
                other.popitem()
            room = self._max_bytes - other.currsize
            if entry.n_bytes > room:
                return
            while part.currsize + entry.n_bytes > room:
                part.popitem()
            part[key] = entry
