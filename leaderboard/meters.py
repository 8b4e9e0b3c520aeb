"""What happens here, counted for the host's monitor: by every process, into one hash in Redis.

A count is a few microseconds of memory; a thread writes what has come together every
FLUSH_SECONDS. So counts are those of all processes together and survive each of them: one that is
killed loses the last FLUSH_SECONDS, and they begin anew where Redis is emptied. While Redis is
away they wait in the process. Labels come from the program or from the host's settings, never from
a team.
"""

from __future__ import annotations

import atexit
import os
import socket
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

import msgspec
from redis import Redis, RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session

FLUSH_SECONDS = 2.0
GAUGE_SECONDS = 600
"""For how long counts what a process had when it was heard of last."""
REDIS_SECONDS = 2
"""How long Redis is waited for, which is beside all work."""
ENDLESS = "+Inf"


class Meter(NamedTuple):
    """Something that is counted: `labels` are names of what tells its counts apart.

    With `bounds` it is a histogram of values; a value falls into the first bound that it is not
    above.
    """

    name: str
    meaning: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


REQUEST_SECONDS = Meter(
    "spinebench_request_seconds",
    "Time until an answer began, by endpoint; (kept) are answers that no view made.",
    ("endpoint",),
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
)
RESPONSES = Meter(
    "spinebench_responses", "Answers by endpoint and class of status.", ("endpoint", "status")
)
CACHE_LOOKS = Meter(
    "spinebench_page_cache_looks",
    "Requests for pages by what the page cache had: hit, miss, or stale while the database is "
    "away.",
    ("result",),
)
JUDGE_CALLS = Meter(
    "spinebench_judge_calls",
    "Calls to language models by name, role (judge, reader) and outcome.",
    ("judge", "role", "outcome"),
)
JUDGE_TOKENS = Meter(
    "spinebench_judge_tokens",
    "Tokens of those calls, as far as servers told.",
    ("judge", "role", "direction"),
)
JUDGE_COST = Meter(
    "spinebench_judge_cost", "Cost by the prices in the judges' settings.", ("judge", "role")
)
ENDPOINT_REQUESTS = Meter(
    "spinebench_endpoint_requests", "Requests to teams' endpoints by outcome.", ("outcome",)
)
JOBS = Meter("spinebench_jobs", "Jobs that workers ended, by function.", ("function", "outcome"))
LEASES_LOST = Meter(
    "spinebench_leases_lost",
    "Rows taken from runs that were not heard of in time, by what the row is.",
    ("noun",),
)
DATABASE_ERRORS = Meter(
    "spinebench_database_errors", "Statements that the database did not serve.", ("error",)
)
REDIS_ERRORS = Meter("spinebench_redis_errors", "Requests that Redis did not serve.", ("error",))

CACHE_BYTES = Meter(
    "spinebench_page_cache_bytes",
    "Memory that the page caches of all web processes take which answered lately.",
)

GAUGES = (CACHE_BYTES,)
"""What each process has much or little of, as against what is counted."""
METERS = tuple(
    value for value in list(globals().values()) if isinstance(value, Meter) and value not in GAUGES
)
"""Every other meter, in the order in which it is shown."""


class Count(NamedTuple):
    """A count of a meter: of a histogram the values in the bucket up to `part`, or their "sum"."""

    meter: str
    labels: tuple[str, ...]
    part: str = ""


class Book:
    """The counts of this process that are not in Redis yet. Threads share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: defaultdict[Count, float] = defaultdict(float)
        self._shelf: Shelf | None = None
        self._gauges: Mapping[Meter, Callable[[], float]] = {}
        self._timer: threading.Timer | None = None

    def keep_in(
        self, shelf: Shelf | None, gauges: Mapping[Meter, Callable[[], float]] | None = None
    ) -> None:
        """From now on bring counts to `shelf`, and with them what `gauges` say of this process.

        With None they stay in this process.
        """
        if self._shelf is None and shelf is not None:
            os.register_at_fork(after_in_child=self._begin_anew)
            atexit.register(self.flush)
        self._shelf, self._gauges = shelf, gauges or {}
        self._begin_anew()

    def count(self, meter: Meter, *labels: str, amount: float = 1) -> None:
        """Count something once, or `amount` of it."""
        self._add({Count(meter.name, labels): amount})

    def observe(self, meter: Meter, *labels: str, value: float) -> None:
        """Count a value of a histogram."""
        place = bisect_left(meter.bounds, value)
        part = str(meter.bounds[place]) if place < len(meter.bounds) else ENDLESS
        self._add({Count(meter.name, labels, part): 1, Count(meter.name, labels, "sum"): value})

    def count_committed(self, session: Session, meter: Meter, *labels: str, amount: int) -> None:
        """Count once the session is committed."""
        if amount:
            event.listen(
                session,
                "after_commit",
                lambda _: self.count(meter, *labels, amount=amount),
                once=True,
            )

    def flush(self) -> None:
        """Bring everything to the shelf now; what cannot be brought waits for the next time."""
        with self._lock:
            shelf, self._timer = self._shelf, None
            counts, self._counts = self._counts, defaultdict(float)
        if shelf is None or not counts:
            return
        try:
            shelf.add(counts, {meter: read() for meter, read in self._gauges.items()})
        except RedisError as error:
            self.count(REDIS_ERRORS, type(error).__name__)
            self._add(counts)

    def _add(self, counts: Mapping[Count, float]) -> None:
        with self._lock:
            for one, amount in counts.items():
                self._counts[one] += amount
            if self._timer is None and self._shelf is not None:
                self._timer = threading.Timer(FLUSH_SECONDS, self.flush)
                self._timer.daemon = True
                self._timer.start()

    def _begin_anew(self) -> None:
        """In a new process, whose parent brings what it has counted itself."""
        self._lock = threading.Lock()
        self._counts, self._timer = defaultdict(float), None


class Shelf:
    """The counts of a site, in a hash of its Redis."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._key, self._gauges_key = f"{name}:meters", f"{name}:gauges"

    def add(self, counts: Mapping[Count, float], gauges: Mapping[Meter, float]) -> None:
        """Add counts to what is there, and note gauges of this process, all or nothing.

        Raises RedisError.
        """
        process = f"{socket.gethostname()}:{os.getpid()}"
        with self._redis.pipeline(transaction=True) as pipe:
            for meter, amount in gauges.items():
                field = msgspec.json.encode((meter.name, process)).decode()
                value = msgspec.json.encode((amount, time.time())).decode()
                pipe.hset(self._gauges_key, field, value)
            for one, amount in counts.items():
                pipe.hincrbyfloat(self._key, msgspec.json.encode(one).decode(), amount)
            pipe.execute()

    def read(self) -> Iterator[tuple[Count, float]]:
        """Every count, in the order of their fields. Raises RedisError."""
        fields = self._redis.hgetall(self._key)
        for field, amount in sorted(fields.items()):
            with suppress(msgspec.DecodeError):
                yield msgspec.json.decode(field, type=Count), float(amount)

    def read_gauge(self, gauge: Meter) -> float:
        """The sum over all processes that were heard of lately; others are forgotten.

        Raises RedisError.
        """
        total, since = 0.0, time.time() - GAUGE_SECONDS
        for field, value in self._redis.hgetall(self._gauges_key).items():
            amount, at = msgspec.json.decode(value, type=tuple[float, float])
            if at < since:
                self._redis.hdel(self._gauges_key, field)
            elif msgspec.json.decode(field)[0] == gauge.name:
                total += amount
        return total


def make_shelf(redis_url: str, name: str) -> Shelf:
    """The counts of the site whose queue is `name`; connects to nothing yet."""
    redis = Redis.from_url(
        redis_url, socket_connect_timeout=REDIS_SECONDS, socket_timeout=REDIS_SECONDS
    )
    return Shelf(redis, name)


BOOK = Book()
"""The book of this process, as `logging` has one root."""
count: Callable[..., None] = BOOK.count
observe: Callable[..., None] = BOOK.observe
