"""Waiting for what another process does."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest


def wait_until(is_so: Callable[[], object], seconds: float = 10.0) -> None:
    """Return as soon as `is_so()`; fail the test if it is not so in time."""
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            pytest.fail(f"still not so after {seconds} seconds")
        time.sleep(0.02)
