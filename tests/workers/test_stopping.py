"""A worker that is told to stop does the job that it has taken, however lately."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from redis import ConnectionError, Redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from demo.redis_server import start_redis
from leaderboard.queue import EVALUATE, RANK, DeclaredJob, Lane, make_queue, make_rq_queue
from tests.loaded import Load
from tests.waiting import HANG_SECONDS, wait_until
from workers.__main__ import BoundWorker, work_on

NAME = "submissions"
pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


class StoppedAtThePop(BoundWorker):
    """A worker that is told to stop at the moment when a job has left its list."""

    def reorder_queues(self, reference_queue: Queue) -> None:
        os.kill(os.getpid(), signal.SIGTERM)


def work(worker_class: type[BoundWorker], redis_url: str) -> None:
    """Serve the first two lanes until told to stop."""
    with Redis.from_url(redis_url) as redis:
        queues = [make_rq_queue(redis, NAME, lane) for lane in (Lane.QUICK, Lane.FILES)]
        worker = worker_class(
            queues, connection=redis, job_class=DeclaredJob, serializer=JSONSerializer
        )
        worker.work()


def fork(do: Callable[..., None], *args: object) -> multiprocessing.process.BaseProcess:
    """A process of its own that need not import anything again."""
    process = multiprocessing.get_context("fork").Process(target=do, args=args)
    process.start()
    return process


@pytest.fixture
def two_jobs(
    load: Load, database_url: str, empty_redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rankings wait in the queue of a site whose settings the environment has."""
    load(1, 0, 0)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("REDIS_URL", empty_redis_url)
    monkeypatch.setenv("SECRET_KEY", "k" * 40)
    queue = make_queue(empty_redis_url, NAME)
    queue.enqueue(RANK, 1)
    queue.enqueue(RANK, 2)


@pytest.mark.one_database
def test_a_worker_that_is_stopped_as_it_takes_a_job_does_it_and_takes_no_other(
    two_jobs: None, empty_redis_url: str
) -> None:
    worker = fork(work, StoppedAtThePop, empty_redis_url)
    worker.join(HANG_SECONDS)
    assert worker.exitcode == 0
    with Redis.from_url(empty_redis_url) as redis:
        assert redis.keys("rq:job:*") == [b"rq:job:rank-2"], "the first one ended, and well"
        assert make_rq_queue(redis, NAME, Lane.QUICK).job_ids == ["rank-2"]


def test_a_worker_can_be_stopped_while_redis_is_away(tmp_path: Path) -> None:
    with start_redis(tmp_path) as server, Redis.from_url(server.url) as redis:
        worker = fork(work, BoundWorker, server.url)
        wait_until(lambda: worker_rests(redis))
    worker.terminate()
    worker.join(HANG_SECONDS)
    assert worker.exitcode is not None


def test_who_enqueues_does_not_wait_for_a_redis_that_hangs(tmp_path: Path) -> None:
    with start_redis(tmp_path) as server:
        queue = make_queue(server.url, NAME)
        server.process.send_signal(signal.SIGSTOP)
        queue.enqueue(EVALUATE, "submission")
        server.process.send_signal(signal.SIGCONT)
        assert queue.find_state() is not None, "and finds it again"


class LosesRedis(BoundWorker):
    """A worker that finds Redis gone when its first job has ended."""

    n_made = 0

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        LosesRedis.n_made += 1

    def execute_job(self, job: Job, queue: Queue) -> None:
        super().execute_job(job, queue)
        if LosesRedis.n_made == 1:
            raise ConnectionError


def work_on_after_a_loss(redis_url: str) -> None:
    """Serve a lane as the command does."""
    with Redis.from_url(redis_url) as redis:
        queue = make_rq_queue(redis, NAME, Lane.QUICK)
        work_on(
            lambda: LosesRedis(
                [queue], connection=redis, job_class=DeclaredJob, serializer=JSONSerializer
            )
        )


@pytest.mark.one_database
def test_a_worker_that_misses_redis_between_two_jobs_goes_on(
    two_jobs: None, empty_redis_url: str
) -> None:
    worker = fork(work_on_after_a_loss, empty_redis_url)
    with Redis.from_url(empty_redis_url) as redis:
        try:
            waiting = make_rq_queue(redis, NAME, Lane.QUICK)
            wait_until(lambda: not waiting.job_ids and worker_rests(redis))
        finally:
            worker.terminate()
            worker.join(HANG_SECONDS)
    assert worker.exitcode == 0, "told to stop, it stops"


def worker_rests(redis: Redis) -> bool:
    """Whether a worker waits for its next job."""
    return any(client["cmd"] in ("blpop", "blmove") for client in redis.client_list())


def test_a_worker_that_redis_forgot_registers_again(empty_redis_url: str) -> None:
    queue = make_queue(empty_redis_url, NAME)

    def is_known() -> bool:
        state = queue.find_state()
        return state is not None and [one.lanes for one in state.workers] == [
            (Lane.QUICK, Lane.FILES)
        ]

    worker = fork(work, BoundWorker, empty_redis_url)
    try:
        wait_until(is_known)
        with Redis.from_url(empty_redis_url) as redis:
            redis.flushall()
        wait_until(is_known)
    finally:
        worker.terminate()
        worker.join(HANG_SECONDS)
    assert worker.exitcode is not None
