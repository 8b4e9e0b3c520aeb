"""The only door to the workers: a job is named by a dotted string and carries a key."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from redis import Redis, RedisError
from rq import Queue, Worker

log = logging.getLogger(__name__)

JOB_SECONDS = 6 * 60 * 60


class Job(NamedTuple):
    """A function of the workers, called with the key of a `noun`.

    `without_redis` says what becomes of one that cannot be enqueued; a job without it raises.
    Somebody waits before a page for one that goes `at_front`.
    """

    function: str
    noun: str
    without_redis: str = ""
    at_front: bool = False


_WAITS, _IS_LOST = "waits for the reconciler", "is lost, and its page says so in time"

EVALUATE = Job("workers.jobs.evaluate_submission", "submission", _WAITS)
CALIBRATE = Job("workers.jobs.calibrate", "refit of split", _WAITS)
SEND = Job("workers.jobs.send", "notice", _WAITS)
AUDIT_ENDPOINT = Job("workers.jobs.audit_endpoint", "robustness audit", _WAITS)
TEST_ENDPOINT = Job("workers.jobs.test_endpoint", "test of endpoint", _IS_LOST, at_front=True)
SEND_TEST = Job("workers.jobs.send_test_notice", "test notice to target", _IS_LOST, at_front=True)
RANK = Job("workers.jobs.rank", "ranking of split")
"""Nobody would notice that it is missing, so whoever asks for it must."""


class WorkerState(NamedTuple):
    """A worker as Redis knows it: its name, what it does and when it was last heard of."""

    name: str
    state: str
    seen_at: datetime | None


class QueueState(NamedTuple):
    """How many jobs wait, and the workers that are alive."""

    n_jobs: int
    workers: list[WorkerState]


class JobQueue(Protocol):
    """Nudges a worker to take up a row; the row is the truth."""

    def enqueue(self, job: Job, key: str | int) -> None: ...

    def find_state(self) -> QueueState | None: ...


class RedisQueue:
    """The queue in Redis."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._queue = Queue(name, connection=redis)

    def enqueue(self, job: Job, key: str | int) -> None:
        """Put a job in the queue; twice does no harm, since it claims its row.

        Raises RedisError for a job that nobody else would notice.
        """
        try:
            self._queue.enqueue_call(
                job.function,
                args=(key,),
                timeout=JOB_SECONDS,
                result_ttl=60,
                failure_ttl=24 * 60 * 60,
                at_front=job.at_front,
            )
        except RedisError as error:
            if not job.without_redis:
                raise
            log.warning("%s %s %s: %s", job.noun, key, job.without_redis, error)

    def find_state(self) -> QueueState | None:
        """How the queue stands; None while Redis is away."""
        try:
            workers = [
                WorkerState(worker.name, str(worker.get_state()), _in_utc(worker.last_heartbeat))
                for worker in Worker.all(queue=self._queue)
            ]
            return QueueState(self._queue.count, sorted(workers))
        except RedisError as error:
            log.warning("the queue cannot be read: %s", error)
            return None


def _in_utc(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def make_queue(redis_url: str, name: str) -> RedisQueue:
    """The queue `name` on the server at `redis_url`; connects to nothing yet."""
    return RedisQueue(Redis.from_url(redis_url, socket_connect_timeout=5), name)
