"""How a worker's processes look for garbage: seldom (leaderboard.NEW_OBJECTS), and not twice."""

from __future__ import annotations

import gc


def settle_memory() -> None:
    """Keep what is imported out of every later search for garbage.

    No work horse looks through it, or copies it.
    """
    gc.freeze()
