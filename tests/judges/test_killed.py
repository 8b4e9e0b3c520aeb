"""A real worker that is killed while a judge answers: no stored answer is paid for twice."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select

from leaderboard.db import Sessions
from leaderboard.models.judging import CanaryCall, JudgeCall
from leaderboard.models.rating import Rater, Rating
from leaderboard.models.submission import Status, Submission
from leaderboard.queue import EVALUATE, make_queue
from tests.judges.conftest import SubmitReports
from tests.judges.judge_server import serve_judge
from tests.judges.rubric import DIMENSIONS, HALF

N_REPORTS, N_CANARY_CALLS = 15, 6 * len(DIMENSIONS)
N_CALLS = N_CANARY_CALLS + N_REPORTS * len(DIMENSIONS)
WAIT_SECONDS = 180


@contextmanager
def running(name: str, environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen([sys.executable, "-m", "workers", name], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.01)


def stored(sessions: Sessions) -> set[str]:
    with sessions.read() as session:
        tables = (JudgeCall, CanaryCall)
        return {h for table in tables for h in session.scalars(select(table.prompt_hash))}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_killed_worker_goes_on_and_asks_nothing_twice_that_was_answered(
    empty_redis_url: str, sessions: Sessions, submit_reports: SubmitReports
) -> None:
    key = submit_reports([HALF] * N_REPORTS)

    def status() -> Status:
        with sessions.read() as session:
            return session.get_one(Submission, key).status

    with serve_judge(seconds=0.3) as server:
        environment = os.environ | {
            "DATABASE_URL": sessions.engine.url.render_as_string(hide_password=False),
            "REDIS_URL": empty_redis_url,
            "SECRET_KEY": "k" * 40,
            "LEASE_SECONDS": "3",
            "JUDGE_BASE_URL": server.url,
            "JUDGE_MODEL": "scripted",
        }
        with running("worker", environment) as worker:
            make_queue(empty_redis_url, "submissions").enqueue(EVALUATE, key)
            wait_for(lambda: len(stored(sessions)) >= N_CANARY_CALLS + 4)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        time.sleep(0.5)
        n_before, kept = len(server.asked), stored(sessions)
        assert status() is Status.RUNNING
        assert N_CANARY_CALLS <= len(kept) <= n_before < N_CALLS
        with running("worker", environment), running("reconciler", environment):
            wait_for(lambda: status() is Status.SCORED)
        again = {asked.hash for asked in server.asked[n_before:]}
        times = Counter(asked.hash for asked in server.asked)
    assert not again & kept
    assert len(times) == N_CALLS
    # What was under way is lost; each of those calls is made once more.
    assert sum(times.values()) - N_CALLS <= n_before - len(kept)
    with sessions.read() as session:
        ratings = session.scalars(select(Rating.value).join(Rater).where(Rater.name == "scripted"))
        assert list(ratings) == [3.0] * N_REPORTS * len(DIMENSIONS)
