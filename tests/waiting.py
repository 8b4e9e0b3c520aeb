"""Waiting for an event. No test waits for a while instead, and none is timed by the clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

HANG_SECONDS = 600.0
"""When a test that hangs is given up; what works is done long before, on the busiest machine."""


def wait_until(is_so: Callable[[], object]) -> None:
    """Return as soon as `is_so()`; fail a test that hangs."""
    begun = time.monotonic()
    while not is_so():
        waited = time.monotonic() - begun
        if waited > HANG_SECONDS:
            pytest.fail(f"still not so after {HANG_SECONDS:.0f} seconds")
        # What takes long is looked at less often.
        time.sleep(min(0.01 + waited / 20, 0.5))


@contextmanager
def running(work: Callable[[], object]) -> Iterator[None]:
    """Do `work` in a thread beside, which has ended at the end; what it raises is pytest's."""
    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join(HANG_SECONDS)
    assert not thread.is_alive(), f"still at work after {HANG_SECONDS:.0f} seconds"
