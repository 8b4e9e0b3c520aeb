"""Real workers on a real queue: killed, flushed and called twice, a submission is scored once."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
import redis
from sqlalchemy import func, select, update

from demo.processes import Relative, find_family
from leaderboard.db import Sessions, now
from leaderboard.items.reports import ensure_rater_id
from leaderboard.judges.roster import make_judges
from leaderboard.judges.settings import read_judge_settings
from leaderboard.meters import Count, make_shelf
from leaderboard.models.judging import CanaryCall, JudgeCall
from leaderboard.models.ranking import Score
from leaderboard.models.rating import Rater, Rating
from leaderboard.models.submission import ParsedPrediction, Status, Submission
from leaderboard.queue import EVALUATE, make_queue
from tests.factories import load_items, make_team, make_user
from tests.judges.judge_server import Answered, Asked, JudgeServer, judge_honestly, serve_judge
from tests.judges.rubric import DIMENSIONS, HALF, MANIFEST, REFERENCE, RUBRIC
from tests.loaded import Submit
from tests.orders import finish_order
from tests.package_files import make_case, make_mcq
from tests.waiting import wait_until
from tests.workers.idle import is_idle
from workers.__main__ import main

N_TEXT, N_REPORT = 6, 8
N_CANARY_CALLS = 10 * len(DIMENSIONS)
N_CALLS = N_CANARY_CALLS + N_REPORT * len(DIMENSIONS)
N_BEFORE = N_CANARY_CALLS + 4
"""How many calls are answered before the worker is killed."""
CONCURRENCY = 8
QUEUE = "submissions"

Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def judge() -> Iterator[JudgeServer]:
    with serve_judge() as server:
        yield server


@pytest.fixture
def start(database_url: str, empty_redis_url: str, judge: JudgeServer) -> Iterator[Start]:
    """Start a process of `python -m workers`, killed with its children at the end.

    Its leases are so long that none ends by itself: `grow_old` lets one end.
    """
    running: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "k" * 40,
        "LEASE_SECONDS": "3600",
        "JUDGE_BASE_URL": judge.url,
        "JUDGE_MODEL": "scripted",
        "METRICS_TOKEN": "t" * 30,
    }

    def start_process(name: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-m", "workers", name], env=environment)
        running.append(process)
        return process

    yield start_process
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def send(sessions: Sessions, submit_texts: Submit, judge: JudgeServer) -> Callable[[str], str]:
    """Submit the same predictions for a model, two of six questions wrong; the id.

    The judges have been run on the order suite already.
    """
    settings = read_judge_settings({}, base_url=judge.url, model="scripted", api_key="", file="")
    items = [make_mcq(n) for n in range(N_TEXT)] + [make_case(n) for n in range(N_REPORT)]
    for item in items:
        for check in item.get("checklist", []):
            check["dimensions"] = DIMENSIONS
        if "reference_report" in item:
            item["reference_report"] += f" {REFERENCE}"
    with sessions.write() as session:
        load_items(session, items, MANIFEST)
        make_team(session, "team", make_user(session, "a"))
        for one in make_judges(settings, RUBRIC):
            finish_order(session, ensure_rater_id(session, one.identity))

    def submit(model: str) -> str:
        texts = {f"test-text-{n:03}": f"ANSWER: {'B' if n % 3 else 'C'}" for n in range(N_TEXT)}
        return submit_texts(texts | {f"test-report-{n:03}": HALF for n in range(N_REPORT)}, model)

    return submit


def status_of(sessions: Sessions, key: str) -> Status:
    with sessions.read() as session:
        return session.get_one(Submission, key).status


def grow_old(sessions: Sessions, key: str) -> None:
    """As if nobody had been heard of this submission for a long time."""
    with sessions.write() as session:
        heard_at = now() - timedelta(days=1)
        session.execute(
            update(Submission).where(Submission.id == key).values(heartbeat_at=heard_at)
        )


def read_kept(sessions: Sessions) -> set[str]:
    """The calls of judges whose answers are stored."""
    with sessions.read() as session:
        tables = (JudgeCall, CanaryCall)
        return {h for table in tables for h in session.scalars(select(table.prompt_hash))}


def read_scores(sessions: Sessions, key: str) -> list[tuple[object, ...]]:
    with sessions.read() as session:
        rows = session.scalars(
            select(Score).where(Score.submission_id == key).order_by(Score.id)
        ).all()
        return [(r.metric, r.slice, r.name, r.value, r.low, r.high, r.n) for r in rows]


def are_alive(processes: set[Relative]) -> bool:
    return any(find_family(one.pid) for one in processes)


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_submission_survives_killed_workers_a_flushed_redis_and_jobs_sent_twice(
    sessions: Sessions,
    send: Callable[[str], str],
    start: Start,
    judge: JudgeServer,
    empty_redis_url: str,
) -> None:
    is_dead, numbers = threading.Event(), count(1)

    def answer_some(asked: Asked) -> Answered:
        if next(numbers) > N_BEFORE:
            wait_until(is_dead.is_set)
        return judge_honestly(asked)

    judge.script = answer_some
    hunted = send("hunted")
    queue = make_queue(empty_redis_url, QUEUE)
    queue.enqueue(EVALUATE, hunted)
    queue.enqueue(EVALUATE, hunted)
    worker = start("worker")
    wait_until(lambda: len(read_kept(sessions)) == N_BEFORE and judge.n_in_flight == CONCURRENCY)

    # A killed worker takes its work horse with it.
    horses = {one for one in find_family(worker.pid) if one.pid != worker.pid}
    assert horses
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    wait_until(lambda: not are_alive(horses))
    kept = read_kept(sessions)
    assert len(kept) == N_BEFORE
    assert status_of(sessions, hunted) is Status.RUNNING
    is_dead.set()

    # Redis forgets everything; the reconciler finds the row, and then what was never enqueued.
    with redis.Redis.from_url(empty_redis_url) as client:
        client.flushall()
        start("reconciler")
        start("worker")
        grow_old(sessions, hunted)
        wait_until(lambda: status_of(sessions, hunted) is Status.SCORED)
        asked = Counter(call.hash for call in judge.asked)
        calm = send("calm")
        grow_old(sessions, calm)
        wait_until(lambda: status_of(sessions, calm) is Status.SCORED)
        queue.enqueue(EVALUATE, hunted)
        wait_until(lambda: is_idle(client, queue))

    # What horses counted since Redis was emptied is in it, although each of them has ended.
    shelf = make_shelf(empty_redis_url, QUEUE)
    lost = Count("spinebench_leases_lost", ("submission",))
    wait_until(lambda: dict(shelf.read()).get(lost) == 1)
    counted = dict(shelf.read())
    with sessions.read() as session:
        n_stored = sum(
            session.scalar(select(func.count()).select_from(table)) or 0
            for table in (JudgeCall, CanaryCall)
        )
    answered = Count("spinebench_judge_calls", ("scripted", "judge", "ok"))
    assert counted[answered] == n_stored - len(kept)
    assert counted[Count("spinebench_jobs", ("evaluate_next_file", "done"))] >= 2

    # Calls that were answered are made once; those under way, once more.
    twice = {call for call, n in asked.items() if n > 1}
    assert not twice & kept
    assert len(twice) <= CONCURRENCY
    assert max(asked.values()) <= 2
    assert len(asked) == N_CALLS
    assert read_scores(sessions, hunted) == read_scores(sessions, calm)
    with sessions.read() as session:
        values = select(Rating.value).join(Rater).where(Rater.name == "scripted")
        assert list(session.scalars(values)) == [3.0] * 2 * N_REPORT * len(DIMENSIONS)
        n_ratings = session.scalar(select(func.count()).select_from(Rating))
        n_parsed = session.scalar(select(func.count()).select_from(ParsedPrediction))
        events = [event.kind.value for event in session.get_one(Submission, hunted).events]
    assert n_ratings == 2 * 2 * N_REPORT * len(DIMENSIONS)
    assert n_parsed == 2 * N_TEXT
    assert events.count("scored") == 1
    assert "requeued" in events


def test_workers_say_what_is_missing_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["worker"]) == 2
    assert "DATABASE_URL" in capsys.readouterr().err
