"""The embedded Redis-compatible server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from rq import Queue
from rq.job import JobStatus

from demo.processes import find_family
from demo.redis_server import start_redis
from tests.waiting import HANG_SECONDS, wait_until

OWNER = """
import sys, time
from pathlib import Path
from demo.redis_server import start_redis
server = start_redis(Path(sys.argv[1]))
print(server.process.pid, flush=True)
time.sleep(600)
"""


def test_a_job_makes_the_round_trip_through_a_real_worker(empty_redis_url: str) -> None:
    with redis.Redis.from_url(empty_redis_url) as client:
        job = Queue("round", connection=client).enqueue("math.factorial", 20)
        worker = [sys.executable, "-m", "rq.cli", "worker", "--burst", "--url", empty_redis_url]
        subprocess.run([*worker, "round"], check=True, capture_output=True, timeout=HANG_SECONDS)
        assert job.get_status() is JobStatus.FINISHED
        assert job.return_value() == 2432902008176640000


def test_a_stopped_server_is_gone_and_leaves_no_socket(tmp_path: Path) -> None:
    server = start_redis(tmp_path)
    server.stop()
    server.stop()
    assert find_family(server.process.pid) == set()
    assert not (tmp_path / "redis.sock").exists()


def test_two_servers_share_nothing(tmp_path: Path) -> None:
    with start_redis(tmp_path / "one") as one, start_redis(tmp_path / "two") as two:
        with redis.Redis.from_url(one.url) as client:
            client.set("key", "one")
        with redis.Redis.from_url(two.url) as client:
            assert client.get("key") is None


@pytest.mark.parametrize("name", ["with spaces, 50 % & 'quotes'", "a=b", "日本語", "deep" * 30])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    with start_redis(tmp_path / name) as server, redis.Redis.from_url(server.url) as client:
        assert len(client.client_list()) == 1


def test_no_port_is_opened(tmp_path: Path) -> None:
    with start_redis(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert (tmp_path / "redis.sock").stat().st_mode & 0o077 == 0


def test_nothing_is_saved_to_disk(tmp_path: Path) -> None:
    with start_redis(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("key", "value")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["redis.log"]


def test_a_server_left_behind_is_replaced(tmp_path: Path) -> None:
    left = start_redis(tmp_path)
    with start_redis(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        assert client.ping()
        assert left.process.wait(HANG_SECONDS) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has a parent-death signal")
def test_the_server_dies_with_a_killed_owner(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    with owner.stdout:
        server = int(owner.stdout.readline())
        assert find_family(server)
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
    wait_until(lambda: not find_family(server))
