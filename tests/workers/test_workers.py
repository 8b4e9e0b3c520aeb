"""Real workers on a real queue: killed, flushed and called twice, a submission is scored once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from sqlalchemy import func, select

from leaderboard.db import Sessions
from leaderboard.models.ranking import Score
from leaderboard.models.rating import Rating
from leaderboard.models.submission import ParsedPrediction, Status, Submission
from leaderboard.queue import EVALUATE, make_queue
from tests.loaded import Load, Submit
from tests.package_files import DIMENSIONS

N_TEXT, N_REPORT = 50, 300
WAIT_SECONDS = 60
QUEUE = "submissions"

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start(database_url: str, empty_redis_url: str) -> Iterator[Start]:
    """Start a process of `python -m workers`, killed with its children at the end."""
    running: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "k" * 40,
        "LEASE_SECONDS": "2",
    }

    def start_process(name: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "workers", name], env=environment)
        running.append(process)
        return process

    yield start_process
    for process in running:
        process.kill()
        process.wait()


def make_texts() -> dict[str, str]:
    texts = {f"test-text-{n:03}": f"ANSWER: {'B' if n % 3 else 'C'}" for n in range(N_TEXT)}
    for n in range(N_REPORT):
        good = "There is excellent alignment." if n % 2 else "There is poor alignment."
        texts[f"test-report-{n:03}"] = good
    return texts


def status_of(sessions: Sessions, key: str) -> tuple[Status, int]:
    with sessions.read() as session:
        row = session.get_one(Submission, key)
        return row.status, row.n_done


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def read_scores(sessions: Sessions, key: str) -> list[tuple[object, ...]]:
    with sessions.read() as session:
        rows = session.scalars(
            select(Score).where(Score.submission_id == key).order_by(Score.id)
        ).all()
        return [(r.metric, r.slice, r.name, r.value, r.low, r.high, r.n) for r in rows]


def test_a_submission_survives_killed_workers_a_flushed_redis_and_jobs_sent_twice(
    sessions: Sessions, load: Load, submit_texts: Submit, start: Start, empty_redis_url: str
) -> None:
    load(N_TEXT, 0, N_REPORT)
    queue = make_queue(empty_redis_url, QUEUE)
    calm = submit_texts(make_texts(), "calm")
    start("reconciler")
    worker = start("worker")
    queue.enqueue(EVALUATE, calm)
    wait_for(lambda: status_of(sessions, calm)[0] is Status.SCORED)

    hunted = submit_texts(make_texts(), "hunted")
    queue.enqueue(EVALUATE, hunted)
    queue.enqueue(EVALUATE, hunted)
    wait_for(lambda: status_of(sessions, hunted)[1] > N_TEXT)
    worker.send_signal(signal.SIGKILL)
    assert status_of(sessions, hunted)[0] is Status.RUNNING
    with redis.Redis.from_url(empty_redis_url) as client:
        client.flushall()
    start("worker")
    wait_for(lambda: status_of(sessions, hunted)[0] is Status.SCORED)
    queue.enqueue(EVALUATE, hunted)
    time.sleep(1)

    assert read_scores(sessions, hunted) == read_scores(sessions, calm)
    with sessions.read() as session:
        n_ratings = session.scalar(select(func.count()).select_from(Rating))
        n_parsed = session.scalar(select(func.count()).select_from(ParsedPrediction))
        events = [event.kind.value for event in session.get_one(Submission, hunted).events]
    assert n_ratings == 2 * N_REPORT * len(DIMENSIONS)
    assert n_parsed == 2 * N_TEXT
    assert events.count("scored") == 1
    assert "requeued" in events


def test_a_killed_worker_takes_its_work_horse_with_it(
    sessions: Sessions, load: Load, submit_texts: Submit, start: Start, empty_redis_url: str
) -> None:
    load(0, 0, N_REPORT)
    texts = {key: text for key, text in make_texts().items() if "report" in key}
    key = submit_texts(texts)
    worker = start("worker")
    make_queue(empty_redis_url, QUEUE).enqueue(EVALUATE, key)
    wait_for(lambda: status_of(sessions, key)[1] > 5)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    time.sleep(0.3)
    before = status_of(sessions, key)
    time.sleep(0.7)
    assert status_of(sessions, key) == before
    assert before[0] is Status.RUNNING


def test_what_was_never_enqueued_is_found_by_the_reconciler(
    sessions: Sessions, load: Load, submit_texts: Submit, start: Start
) -> None:
    load(3, 0, 0)
    key = submit_texts({f"test-text-{n:03}": "B" for n in range(3)})
    start("worker")
    start("reconciler")
    wait_for(lambda: status_of(sessions, key)[0] is Status.SCORED)


def test_workers_say_what_is_missing_in_the_environment() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", "workers", "worker"], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
