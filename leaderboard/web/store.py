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

    Threads share it. One for each process.
    """

    def __init__(self, max_bytes: int) -> None:
        self._entries: LRUCache[Hashable, _Entry] = LRUCache(
            max_bytes, getsizeof=attrgetter("n_bytes")
        )
        self._lock = threading.Lock()

    @property
    def n_bytes(self) -> int:
        """The bytes of all that is kept."""
        return int(self._entries.currsize)

    def find(self, key: Hashable) -> Any:
        """What was kept under `key`, or None."""
        with self._lock:
            entry = self._entries.get(key)
        return None if entry is None else entry.value

    def keep(self, key: Hashable, value: Any, n_bytes: int) -> None:
        """Keep a value of so many bytes in place of what was there; not one too large for all."""
        entry = _Entry(value, n_bytes + len(repr(key)) + ENTRY_BYTES)
        with self._lock:
            if entry.n_bytes <= self._entries.maxsize:
                self._entries[key] = entry
            else:
                self._entries.pop(key, None)
