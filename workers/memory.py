"""How a worker's processes look for garbage."""

from __future__ import annotations

import gc

NEW_OBJECTS = 50_000
"""A job holds a hundred thousand rows, of which none is garbage: Python's own 700 would have it
look through them again and again, for a fifth of the time that scoring takes."""


def settle_memory() -> None:
    """Keep what is imported out of every later search for garbage, and search less often.

    No work horse looks through it, or copies it.
    """
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
