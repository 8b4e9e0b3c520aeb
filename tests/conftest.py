"""Fixtures for every test: real servers, each started when asked, once a pytest process."""

from __future__ import annotations

import dataclasses
import gc
import os
import signal
from collections.abc import Iterator

import pytest
import redis
from argon2.profiles import CHEAPEST

from demo.redis_server import EmbeddedRedis, start_redis
from leaderboard.accounts.passwords import HASHED_BY, hash_by
from tests.servers import find_chromium

pytest_plugins = ["tests.databases", "tests.loaded", "tests.site"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for a server or a browser of their own."""
    return (os.cpu_count() or 1) + 1


CHEAP = dataclasses.replace(CHEAPEST, hash_len=HASHED_BY.hash_len, salt_len=HASHED_BY.salt_len)
"""A tenth of a second for each password was a third of the time of the tests of pages."""
LONG = "long"
"""The mark of a test that takes long: what takes long at the end keeps a whole run waiting."""


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all that was loaded, which lives to the end anyway."""
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that have a long test."""
    long = {item.path for item in items if item.get_closest_marker(LONG) is not None}
    items.sort(key=lambda item: item.path not in long)


def pytest_configure(config: pytest.Config) -> None:
    """Let Ctrl-C reach what tests start, also where a shell's background job ignores it."""
    # A test makes many rows and little garbage, as a worker's job does (workers/memory.py).
    gc.set_threshold(20_000, 20, 20)
    hash_by(CHEAP)
    config.addinivalue_line("markers", f"{LONG}: its file is begun with")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def dear_passwords() -> Iterator[None]:
    """Passwords are hashed as on a site, and not as in other tests."""
    hash_by(HASHED_BY)
    yield
    hash_by(CHEAP)


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """A Redis-compatible server of our own."""
    with start_redis(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def redis_url(redis_server: EmbeddedRedis) -> str:
    """The URL of a real server, shared by the tests of this process: it may hold keys."""
    return redis_server.url


@pytest.fixture
def empty_redis_url(redis_url: str) -> str:
    """The URL of a real server that holds nothing."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    return redis_url


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A browser's program. Without one the test is skipped, or fails where one is required."""
    found = find_chromium(os.environ)
    if found is None:
        reason = "No Chromium or Chrome was found: install one or set CHROMIUM to its program."
        if os.environ.get("SPINEBENCH_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found
