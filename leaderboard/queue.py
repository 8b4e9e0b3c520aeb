"""The only door to the workers: jobs are named by a dotted string and carry an id."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from redis import Redis, RedisError
from rq import Queue, Worker

log = logging.getLogger(__name__)

EVALUATE = "workers.jobs.evaluate_submission"
RANK = "workers.jobs.rank"
CALIBRATE = "workers.jobs.calibrate"
TEST_ENDPOINT = "workers.jobs.test_endpoint"
SEND = "workers.jobs.send"
SEND_TEST = "workers.jobs.send_test_notice"
AUDIT_ENDPOINT = "workers.jobs.audit_endpoint"
JOB_SECONDS = 6 * 60 * 60


class WorkerState(NamedTuple):
    """A worker as Redis knows it: its name, what it does and when it was last heard of."""

    name: str
    state: str
    seen_at: datetime | None


class QueueState(NamedTuple):
    """How many jobs wait, and the workers that are alive."""

    n_jobs: int
    workers: list[WorkerState]


class EvaluationQueue(Protocol):
    """Nudges a worker to evaluate a submission; the submission's row is the truth."""

    def enqueue_evaluation(self, submission_id: str) -> None: ...

    def enqueue_ranking(self, split_id: int) -> None: ...

    def enqueue_endpoint_test(self, endpoint_id: str) -> None: ...

    def enqueue_calibration(self, split_id: int) -> None: ...

    def enqueue_test_notice(self, target_id: int) -> None: ...

    def find_state(self) -> QueueState | None: ...


class RedisQueue:
    """The queue in Redis."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._queue = Queue(name, connection=redis)

    def enqueue_evaluation(self, submission_id: str) -> None:
        """Put the evaluation in the queue; twice does no harm, since the job claims the row.

        While Redis is away nothing is lost: the reconciler enqueues whatever waits.
        """
        try:
            self._enqueue(EVALUATE, submission_id)
        except RedisError as error:
            log.warning("submission %s waits for the reconciler: %s", submission_id, error)

    def enqueue_ranking(self, split_id: int) -> None:
        """Have a worker rank a split again. Raises RedisError: nobody else would notice."""
        self._enqueue(RANK, split_id)

    def enqueue_calibration(self, split_id: int) -> None:
        """Have a worker fit a split's calibrations again, after new ratings of experts.

        While Redis is away the ratings are kept all the same, and the next ones ask again.
        """
        try:
            self._enqueue(CALIBRATE, split_id)
        except RedisError as error:
            log.warning("split %s is not calibrated again yet: %s", split_id, error)

    def enqueue_endpoint_test(self, endpoint_id: str) -> None:
        """Have the next free worker test an endpoint: somebody waits for it before a page.

        While Redis is away the test is lost, and its page says so in time.
        """
        try:
            self._enqueue(TEST_ENDPOINT, endpoint_id, at_front=True)
        except RedisError as error:
            log.warning("endpoint %s is not tested: %s", endpoint_id, error)

    def enqueue_notice(self, notice_id: int) -> None:
        """Have a worker send a notice; while Redis is away it waits, and is asked for again."""
        try:
            self._enqueue(SEND, notice_id)
        except RedisError as error:
            log.warning("notice %s waits for the reconciler: %s", notice_id, error)

    def enqueue_test_notice(self, target_id: int) -> None:
        """Have the next free worker send a test notice; while Redis is away it is lost."""
        try:
            self._enqueue(SEND_TEST, target_id, at_front=True)
        except RedisError as error:
            log.warning("target %s gets no test notice: %s", target_id, error)

    def enqueue_audit(self, audit_id: int) -> None:
        """Have a worker ask a robustness audit; while Redis is away it waits, and is nudged."""
        try:
            self._enqueue(AUDIT_ENDPOINT, audit_id)
        except RedisError as error:
            log.warning("robustness audit %s waits for the reconciler: %s", audit_id, error)

    def find_state(self) -> QueueState | None:
        """How the queue stands; None while Redis is away."""
        try:
            workers = [
                WorkerState(worker.name, str(worker.get_state()), _in_utc(worker.last_heartbeat))
                for worker in Worker.all(queue=self._queue)
            ]
            return QueueState(self._queue.count, sorted(workers))
        except RedisError as error:
            log.warning("the queue cannot be looked at: %s", error)
            return None

    def _enqueue(self, job: str, key: str | int, *, at_front: bool = False) -> None:
        self._queue.enqueue_call(
            job,
            args=(key,),
            timeout=JOB_SECONDS,
            result_ttl=60,
            failure_ttl=24 * 60 * 60,
            at_front=at_front,
        )


def _in_utc(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def make_queue(redis_url: str, name: str) -> RedisQueue:
    """The queue `name` on the server at `redis_url`; connects to nothing yet."""
    return RedisQueue(Redis.from_url(redis_url, socket_connect_timeout=5), name)
