"""The only door to the workers: a job is named by a dotted string and carries a key.

The row is the truth, a job only a nudge. Redis holds one job for each key as long as that waits;
a worker that begins gives its job another name, so that a nudge meanwhile waits beside it.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import uuid4

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.retry import Retry
from rq import Queue, Worker
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer

from leaderboard.meters import REDIS_ERRORS, count

log = logging.getLogger(__name__)

K = TypeVar("K", str, int)

REDIS_SECONDS = 2.0
"""How long whoever enqueues waits for an answer: with a Redis that hangs, pages go on."""
ONCE_MORE = 1
"""A connection that broke while it was idle is opened again."""
ALIVE_SECONDS = 30
"""A reconciler that was not heard of for so long is not at work."""
JOB_SECONDS = 6 * 60 * 60
MOST_LOOKED_AT = 20
"""So many jobs at the front of a lane are asked since when they wait: some go before others."""
FAILED_SECONDS = 24 * 60 * 60
"""How long a job that raised is kept for the host to look at."""


class Lane(enum.StrEnum):
    """The queues, in the order in which a worker that serves several looks into them.

    What takes a moment goes before files, which take seconds to minutes, and both before runs that
    ask an endpoint for hours.
    """

    QUICK = "quick"
    FILES = "files"
    ENDPOINTS = "endpoints"

    @property
    def label(self) -> str:
        """What waits there, in the words of pages."""
        return {
            Lane.QUICK: "tests, notices and rankings",
            Lane.FILES: "prediction files",
            Lane.ENDPOINTS: "endpoint runs",
        }[self]


class Job(NamedTuple):
    """A function of the workers, called with the key of a `noun`.

    `without_redis` says what becomes of one that cannot be enqueued; a job without it raises.
    Somebody waits before a page for one that goes `at_front`.
    """

    function: str
    noun: str
    without_redis: str = ""
    at_front: bool = False
    lane: Lane = Lane.QUICK


_WAITS, _IS_LOST = "waits for the reconciler", "is lost, and its page says so in time"

EVALUATE = Job("workers.jobs.evaluate_next_file", "submission", _WAITS, lane=Lane.FILES)
RUN_ENDPOINT = Job("workers.jobs.evaluate_next_run", "submission", _WAITS, lane=Lane.ENDPOINTS)
"""Both say that a submission waits; whose turn it is, the worker finds out when it begins."""
CALIBRATE = Job("workers.jobs.calibrate", "refit of split", _WAITS)
SEND = Job("workers.jobs.send", "notice", _WAITS)
SEND_LETTER = Job("workers.jobs.send_letter_of", "letter", _WAITS, at_front=True)
AUDIT_ENDPOINT = Job("workers.jobs.audit_endpoint", "robustness audit", _WAITS, lane=Lane.ENDPOINTS)
AUDIT_EXPOSURE = Job("workers.jobs.audit_exposure", "exposure audit", _WAITS, lane=Lane.ENDPOINTS)
TEST_ENDPOINT = Job("workers.jobs.test_endpoint", "test of endpoint", _IS_LOST, at_front=True)
SEND_TEST = Job("workers.jobs.send_test_notice", "test notice to target", _IS_LOST, at_front=True)
CAMPAIGN = Job("workers.jobs.run_campaign", "campaign", _WAITS, lane=Lane.FILES)
CAMPAIGN_PART = Job("workers.jobs.run_part", "campaign part of", _WAITS, lane=Lane.FILES)
ORDER = Job("workers.jobs.order_judge", "order run", _WAITS, lane=Lane.FILES)
FIT_IRT = Job("workers.jobs.fit_irt", "IRT run", _WAITS, lane=Lane.FILES)
WORK_ON_UPLOAD = Job("workers.jobs.work_on_package", "uploaded package", _WAITS, lane=Lane.FILES)
RANK = Job("workers.jobs.rank", "ranking of split")
"""Nobody would notice that it is missing, so whoever asks for it must."""

JOBS = tuple(value for value in list(globals().values()) if isinstance(value, Job))
"""Every function that a worker runs; it refuses any other."""
FUNCTIONS = frozenset(job.function for job in JOBS)


class Nudge(NamedTuple, Generic[K]):
    """What to enqueue once the row is committed."""

    job: Job
    key: K


class WorkerState(NamedTuple):
    """A worker as Redis knows it: its name, what it does and where, when it was last heard of."""

    name: str
    state: str
    lanes: tuple[Lane, ...]
    seen_at: datetime | None


class QueueState(NamedTuple):
    """How many jobs wait in each lane, the workers that are alive, and whether a reconciler is.

    Beside it for how many seconds the oldest job of a lane has waited (0 where none does), and how
    long ago the reconciler was heard of.
    """

    n_jobs: dict[Lane, int]
    workers: list[WorkerState]
    has_reconciler: bool
    waited: dict[Lane, float]
    reconciler_seconds: float | None

    @property
    def unserved(self) -> list[Lane]:
        """The lanes that no worker serves."""
        served = {lane for worker in self.workers for lane in worker.lanes}
        return [lane for lane in Lane if lane not in served]


class JobQueue(Protocol):
    """Nudges a worker to take up a row; the row is the truth."""

    def enqueue(self, job: Job, key: str | int) -> None: ...

    def find_state(self) -> QueueState | None: ...


class UndeclaredJobError(Exception):
    """Something in Redis asks a worker for what is none of our jobs."""


class DeclaredJob(RqJob):
    """A job as a worker takes it from Redis: a declared function with one key, and nothing else.

    Whoever can write to Redis may ask for our jobs, which claim rows; for no other function, no
    callback, no address to call, no repetition, and no pickled object.
    """

    success_callback = None
    failure_callback = None
    stopped_callback = None

    def __init__(
        self, id: str | None = None, connection: Redis | None = None, serializer: object = None
    ) -> None:
        super().__init__(id, connection, JSONSerializer)

    def restore(self, raw_data: dict[bytes, bytes]) -> None:
        """Read what Redis holds, without what RQ would do beside the function."""
        super().restore(raw_data)
        self.webhooks = []
        self.repeats_left = self.retries_left = None

    @property
    def func(self) -> object:
        """The function. Raises UndeclaredJobError for any that is not in JOBS."""
        if not self.is_ours():
            raise UndeclaredJobError(
                f"job {self.id} asks for {str(self.func_name)[:80]!r}: refused"
            )
        return super().func

    def is_ours(self) -> bool:
        """Whether it asks for a function in JOBS, with a key and nothing else."""
        name, args = self.func_name, self.args
        is_declared = name in FUNCTIONS and self.instance is None and not self.kwargs
        return is_declared and len(args) == 1 and isinstance(args[0], str | int)


def make_rq_queue(redis: Redis, name: str, lane: Lane) -> Queue:
    """The queue of a lane, for enqueuing and for workers alike."""
    full = name if lane is Lane.QUICK else f"{name}-{lane.value}"
    return Queue(full, connection=redis, serializer=JSONSerializer, job_class=DeclaredJob)


def begin(job: RqJob, queue: Queue) -> None:
    """Give a job that a worker took another name, so that its key can be enqueued again."""
    nudge_id, nudge_key = job.id, job.key
    job.id = f"{nudge_id}-{uuid4().hex}"

    def rename(pipe: Pipeline) -> None:
        is_enqueued_again = pipe.lpos(queue.key, nudge_id) is not None
        pipe.multi()
        if not is_enqueued_again:
            pipe.delete(nudge_key)
        pipe.lrem(queue.intermediate_queue_key, 1, nudge_id)
        job.save(pipeline=pipe)

    queue.connection.transaction(rename, queue.key)


class RedisQueue:
    """The queues in Redis."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._reconciler = f"{name}:reconciler"
        self._lanes = {lane: make_rq_queue(redis, name, lane) for lane in Lane}

    def enqueue(self, job: Job, key: str | int) -> None:
        """Put a job in its lane, unless it waits there already.

        Raises RedisError for a job that nobody else would notice.
        """
        try:
            self._put(job, key)
        except RedisError as error:
            if not job.without_redis:
                raise
            count(REDIS_ERRORS, type(error).__name__)
            log.warning("%s %s %s: %s", job.noun, key, job.without_redis, error)

    def _put(self, job: Job, key: str | int) -> None:
        queue = self._lanes[job.lane]
        job_id = f"{job.function.rpartition('.')[2]}-{key}"

        def put(pipe: Pipeline) -> None:
            waits = pipe.lpos(queue.key, job_id) is not None
            pipe.multi()
            if waits:
                return
            # What a worker left that died between taking the job and beginning it.
            pipe.delete(RqJob.key_for(job_id))
            queue.enqueue_call(
                job.function,
                args=(key,),
                timeout=JOB_SECONDS,
                result_ttl=0,
                failure_ttl=FAILED_SECONDS,
                at_front=job.at_front,
                job_id=job_id,
                pipeline=pipe,
            )

        self._redis.transaction(put, queue.key)

    def find_state(self) -> QueueState | None:
        """How the queues stand; None while Redis is away."""
        try:
            left = self._redis.pttl(self._reconciler)
            return QueueState(
                n_jobs={lane: queue.count for lane, queue in self._lanes.items()},
                workers=self._read_workers(),
                has_reconciler=left > 0,
                waited={lane: self._read_waited(queue) for lane, queue in self._lanes.items()},
                reconciler_seconds=ALIVE_SECONDS - left / 1000 if left > 0 else None,
            )
        except RedisError as error:
            count(REDIS_ERRORS, type(error).__name__)
            log.warning("the queue cannot be read: %s", error)
            return None

    def note_reconciler(self) -> None:
        """A reconciler is at work."""
        try:
            self._redis.set(self._reconciler, 1, ex=ALIVE_SECONDS)
        except RedisError as error:
            count(REDIS_ERRORS, type(error).__name__)
            log.warning("the reconciler cannot say that it is at work: %s", error)

    def _read_waited(self, queue: Queue) -> float:
        """For how many seconds the oldest of the first jobs of a lane has waited."""
        with self._redis.pipeline(transaction=False) as pipe:
            keys: Any = self._redis.lrange(queue.key, 0, MOST_LOOKED_AT - 1)
            for key in keys:
                pipe.hget(RqJob.key_for(key.decode()), "enqueued_at")
            times = [datetime.fromisoformat(text.decode()) for text in pipe.execute() if text]
        return max(((datetime.now(UTC) - _in_utc(at)).total_seconds() for at in times), default=0.0)

    def _read_workers(self) -> list[WorkerState]:
        """The workers that serve any of our lanes, by name."""
        lanes = {queue.name: lane for lane, queue in self._lanes.items()}
        found = {
            worker.name: worker
            for queue in self._lanes.values()
            for worker in Worker.all(queue=queue, serializer=JSONSerializer)
        }
        return [
            WorkerState(
                name,
                str(worker.get_state()),
                tuple(lanes[queue] for queue in worker.queue_names() if queue in lanes),
                worker.last_heartbeat and _in_utc(worker.last_heartbeat),
            )
            for name, worker in sorted(found.items())
        ]


def _in_utc(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def make_queue(redis_url: str, name: str) -> RedisQueue:
    """The queues `name` on the server at `redis_url`; connects to nothing yet."""
    redis = Redis.from_url(
        redis_url,
        socket_connect_timeout=REDIS_SECONDS,
        socket_timeout=REDIS_SECONDS,
        retry=Retry(NoBackoff(), ONCE_MORE),
    )
    return RedisQueue(redis, name)


def send_nudges(queue: JobQueue, nudges: Sequence[Nudge[Any]]) -> None:
    """Enqueue what a committed change asks for."""
    for nudge in nudges:
        queue.enqueue(*nudge)
