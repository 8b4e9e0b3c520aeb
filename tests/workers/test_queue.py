"""The queue in Redis with real workers: one job a row, our functions alone, and turns."""

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer
from rq.utils import as_text
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.models.submission import EventKind, Status, Submission, SubmissionEvent
from leaderboard.queue import (
    AUDIT_ENDPOINT,
    CALIBRATE,
    EVALUATE,
    RANK,
    RUN_ENDPOINT,
    TEST_ENDPOINT,
    Lane,
    RedisQueue,
    begin,
    make_queue,
    make_rq_queue,
)
from leaderboard.submissions.submit import cancel
from tests.factories import send_files
from tests.loaded import Load
from tests.waiting import wait_until
from tests.workers.idle import is_idle
from workers.__main__ import main

NAME = "submissions"
StartWorker = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def redis(empty_redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(empty_redis_url) as client:
        yield client


@pytest.fixture
def queue(empty_redis_url: str) -> RedisQueue:
    return make_queue(empty_redis_url, NAME)


@pytest.fixture
def start_worker(database_url: str, empty_redis_url: str) -> Iterator[StartWorker]:
    """Start a real worker of the lanes that are named; all are ended with the test."""
    running: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "k" * 40,
    }

    def start(*lanes: Lane) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers", "worker", *lanes], env=environment
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


def read_jobs(redis: Redis) -> list[str]:
    """Every job that Redis knows of, waiting, at work, ended or dead."""
    return sorted(as_text(key).removeprefix("rq:job:") for key in redis.keys("rq:job:*"))


def test_a_row_that_is_nudged_again_and_again_has_one_job(redis: Redis, queue: RedisQueue) -> None:
    for _ in range(5):
        queue.enqueue(EVALUATE, "abc")
        queue.enqueue(RANK, 7)
    queue.enqueue(RANK, 8)
    assert read_jobs(redis) == ["evaluate_next_file-abc", "rank-7", "rank-8"]
    assert make_rq_queue(redis, NAME, Lane.FILES).job_ids == ["evaluate_next_file-abc"]
    assert make_rq_queue(redis, NAME, Lane.QUICK).job_ids == ["rank-7", "rank-8"]


def test_threads_that_nudge_a_row_at_once_leave_one_job(redis: Redis, queue: RedisQueue) -> None:
    start = threading.Barrier(8)

    def nudge() -> None:
        start.wait()
        for key in range(20):
            queue.enqueue(RANK, key)

    threads = [threading.Thread(target=nudge) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = make_rq_queue(redis, NAME, Lane.QUICK).job_ids
    assert sorted(ids) == sorted(f"rank-{key}" for key in range(20))


def test_a_nudge_while_its_job_runs_waits_beside_it_once(redis: Redis, queue: RedisQueue) -> None:
    of_lane = make_rq_queue(redis, NAME, Lane.QUICK)
    queue.enqueue(CALIBRATE, 1)
    taken = Queue.dequeue_any(
        [of_lane], None, redis, job_class=of_lane.job_class, serializer=JSONSerializer
    )
    assert taken is not None
    # The worker has it in hand, but has not begun.
    queue.enqueue(CALIBRATE, 1)
    begin(*taken)
    for _ in range(3):
        queue.enqueue(CALIBRATE, 1)
    assert of_lane.job_ids == ["calibrate-1"]
    [running] = [key for key in read_jobs(redis) if key != "calibrate-1"]
    assert running == taken[0].id
    assert running.startswith("calibrate-1-")
    # And the nudge that waits can be taken as the first one was.
    again = Queue.dequeue_any(
        [of_lane], None, redis, job_class=of_lane.job_class, serializer=JSONSerializer
    )
    assert again is not None
    assert again[0].args == [1]


def test_a_nudge_is_not_lost_with_a_worker_that_died_before_it_began(
    redis: Redis, queue: RedisQueue
) -> None:
    of_lane = make_rq_queue(redis, NAME, Lane.FILES)
    queue.enqueue(EVALUATE, "abc")
    assert redis.lpop(of_lane.key) == b"evaluate_next_file-abc"
    queue.enqueue(EVALUATE, "abc")
    assert of_lane.job_ids == ["evaluate_next_file-abc"]
    assert read_jobs(redis) == ["evaluate_next_file-abc"]


def test_each_job_waits_in_its_lane_and_whoever_waits_at_a_page_goes_first(
    redis: Redis, queue: RedisQueue
) -> None:
    for job in (EVALUATE, RUN_ENDPOINT, AUDIT_ENDPOINT, CALIBRATE, TEST_ENDPOINT):
        queue.enqueue(job, "1")
    assert {lane: make_rq_queue(redis, NAME, lane).job_ids for lane in Lane} == {
        Lane.QUICK: ["test_endpoint-1", "calibrate-1"],
        Lane.FILES: ["evaluate_next_file-1"],
        Lane.ENDPOINTS: ["evaluate_next_run-1", "audit_endpoint-1"],
    }
    state = queue.find_state()
    assert state is not None
    assert state.n_jobs == {Lane.QUICK: 2, Lane.FILES: 1, Lane.ENDPOINTS: 2}
    assert state.unserved == list(Lane)


class Evil:
    """An object that makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def put_by_hand(redis: Redis, of_lane: Queue, name: str, data: bytes, **more: str | bytes) -> None:
    """A job as somebody with a door to Redis would write it."""
    job = RqJob.create("workers.jobs.rank", args=(1,), id=name, connection=redis)
    job.origin, job.timeout = of_lane.name, 60
    redis.hset(job.key, mapping=job.to_dict() | {"data": data} | more)
    redis.rpush(of_lane.key, name)


@pytest.mark.one_database
def test_a_worker_runs_no_function_that_is_not_declared_and_unpickles_nothing(
    redis: Redis,
    queue: RedisQueue,
    start_worker: StartWorker,
    sessions: Sessions,
    load: Load,
    tmp_path: Path,
) -> None:
    load(1, 0, 0)
    of_lane = make_rq_queue(redis, NAME, Lane.QUICK)
    folders = {n: tmp_path / n for n in ("json", "pickle", "result", "meta", "callback", "bound")}
    with sessions.write() as session:
        [key] = send_files(session, "ada", 1)
        split_id = session.get_one(Submission, key).split_id

    def ask(function: str, *args: object, instance: object = None) -> bytes:
        return json.dumps([function, instance, list(args), {}]).encode()

    put_by_hand(redis, of_lane, "json", ask("os.mkdir", str(folders["json"])))
    put_by_hand(redis, of_lane, "pickle", pickle.dumps(Evil(folders["pickle"])))
    put_by_hand(redis, of_lane, "bound", ask("format", "x", instance=str(folders["bound"])))
    for field in ("result", "meta"):
        evil = pickle.dumps(Evil(folders[field]))
        put_by_hand(redis, of_lane, field, ask(RANK.function, split_id), **{field: evil})
    os.environ["CALLBACK_FOLDER"] = str(folders["callback"])
    put_by_hand(
        redis, of_lane, "callback", ask("os.mkdir", str(folders["json"])),
        failure_callback_name="tests.workers.callbacks.make_folder",
        success_callback_name="tests.workers.callbacks.make_folder",
    )  # fmt: skip
    queue.enqueue(EVALUATE, key)
    start_worker()
    wait_until(lambda: is_idle(redis, queue))
    assert [name for name, folder in folders.items() if folder.exists()] == []
    with sessions.read() as session:
        assert session.get_one(Submission, key).status is Status.SCORED, "its own jobs go on"
    failures = read_failures(redis, of_lane)
    assert "DeserializationError" in failures.pop("pickle")
    assert failures.keys() == {"json", "bound", "callback"}
    assert all("UndeclaredJobError" in words for words in failures.values())


def read_failures(redis: Redis, of_lane: Queue) -> dict[str, str]:
    """The tracebacks of jobs that failed, by what stands before their own id."""
    found = {}
    for job_id in of_lane.failed_job_registry.get_job_ids():
        result = RqJob.fetch(job_id, redis, JSONSerializer).latest_result()
        found[job_id.partition("-")[0]] = str(result and result.exc_string)
    return found


def read_started(sessions: Sessions) -> list[str]:
    """The submissions that a worker took up, in that order."""
    with sessions.read() as session:
        return list(
            session.scalars(
                select(SubmissionEvent.submission_id)
                .where(SubmissionEvent.kind == EventKind.STARTED)
                .order_by(SubmissionEvent.id)
            )
        )


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_newcomer_behind_22_submissions_of_one_person_waits_for_one_a_worker_and_no_job_is_left(
    redis: Redis, queue: RedisQueue, start_worker: StartWorker, sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    with sessions.write() as session:
        many = send_files(session, "ada", 22)
        dropped = many[6:]
    for _ in range(5):  # as the reconciler nudges what nobody takes
        for key in many:
            queue.enqueue(EVALUATE, key)
    with sessions.write() as session:
        for key in dropped:
            cancel(session, session.get_one(Submission, key))
        [new] = send_files(session, "bob", 1)
    queue.enqueue(EVALUATE, new)
    state = queue.find_state()
    assert state is not None
    assert state.n_jobs[Lane.FILES] == 23
    workers = [start_worker(Lane.QUICK, Lane.FILES) for _ in range(2)]
    wait_until(lambda: is_idle(redis, queue))
    started = read_started(sessions)
    assert started.index(new) <= len(workers)
    assert sorted(started) == sorted([*many[:6], new]), "each once"
    assert read_jobs(redis) == []
    with sessions.read() as session:
        statuses = {row.id: row.status for row in session.scalars(select(Submission))}
    assert {statuses[key] for key in [*many[:6], new]} == {Status.SCORED}


@pytest.mark.one_database
def test_a_worker_of_files_leaves_endpoint_runs_to_theirs(
    redis: Redis, queue: RedisQueue, start_worker: StartWorker, sessions: Sessions, load: Load
) -> None:
    load(1, 0, 0)
    queue.enqueue(RUN_ENDPOINT, "abc")
    worker = start_worker(Lane.FILES, Lane.QUICK)

    def find_lanes() -> list[tuple[Lane, ...]]:
        state = queue.find_state()
        return [] if state is None else [one.lanes for one in state.workers]

    wait_until(lambda: find_lanes() == [(Lane.QUICK, Lane.FILES)])
    queue.enqueue(RANK, 1)
    wait_until(lambda: read_jobs(redis) == ["evaluate_next_run-abc"])
    state = queue.find_state()
    assert state is not None
    assert state.n_jobs[Lane.ENDPOINTS] == 1
    assert state.unserved == [Lane.ENDPOINTS]
    worker.send_signal(signal.SIGTERM)
    worker.wait()
    start_worker(Lane.ENDPOINTS)
    wait_until(lambda: is_idle(redis, queue))


def test_workers_say_which_lanes_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker", "everything"]) == 2
    assert "quick|files|endpoints" in capsys.readouterr().err
