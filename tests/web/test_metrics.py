"""What a monitor reads, by the parser of its own package."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from config import Config
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.meters import (
    BOOK,
    DATABASE_ERRORS,
    JUDGE_CALLS,
    LEASES_LOST,
    REQUEST_SECONDS,
    Book,
    make_shelf,
)
from leaderboard.queue import EVALUATE, RANK, Lane, make_queue
from leaderboard.web.services import EXTENSION, Services
from tests.factories import load_items, make_team, make_user
from tests.loaded import Submit
from tests.package_files import make_items

TOKEN = "t" * 30
QUEUE = "metrics"

Labels = tuple[tuple[str, str], ...]


@pytest.fixture
def settings(database_url: str, empty_redis_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "k" * 40,
        "QUEUE_NAME": QUEUE,
        "METRICS_TOKEN": TOKEN,
    }


@pytest.fixture
def client(settings: dict[str, str]) -> Iterator[FlaskClient]:
    yield from open_client(settings)


def open_client(settings: Mapping[str, str]) -> Iterator[FlaskClient]:
    app = create_app(Config.from_env(settings))
    yield app.test_client()
    BOOK.keep_in(None)
    parts: Services = app.extensions[EXTENSION]
    parts.sessions.engine.dispose()


def scrape(client: FlaskClient) -> dict[str, dict[Labels, float]]:
    """Every sample by its name and its labels."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for one in family.samples:
            found.setdefault(one.name, {})[tuple(sorted(one.labels.items()))] = one.value
    return found


def label(**labels: str) -> Labels:
    return tuple(sorted(labels.items()))


def test_a_scrape_tells_what_waits_and_what_was_answered_by_every_process(
    client: FlaskClient,
    settings: dict[str, str],
    sessions: Sessions,
    submit_texts: Submit,
    empty_redis_url: str,
) -> None:
    items = make_items(2, 0, 0)
    with sessions.write() as session:
        load_items(session, items)
        make_team(session, "team", make_user(session, "a"))
    submit_texts({item["id"]: "ANSWER: B" for item in items}, "secretive")
    queue = make_queue(empty_redis_url, QUEUE)
    queue.enqueue(EVALUATE, "a")
    queue.enqueue(EVALUATE, "b")
    queue.enqueue(RANK, 1)
    queue.note_reconciler()
    for _ in range(3):
        assert client.get("/healthz").status_code == 200
    assert client.get("/models/secretive-thing").status_code == 404
    assert client.get("/no/such/place").status_code == 404
    for _ in range(2):
        assert client.get("/reported").status_code == 200

    # A worker on another machine, and its successor, count on.
    for _ in range(2):
        worker = Book()
        worker.keep_in(make_shelf(empty_redis_url, QUEUE))
        worker.count(JUDGE_CALLS, "strict", "judge", "ok", amount=2)
        worker.observe(REQUEST_SECONDS, "health.health", value=0.3)
        with sessions.write() as session:
            worker.count_committed(session, LEASES_LOST, "submission", amount=1)
        with sessions.open(writes=True) as session:
            worker.count_committed(session, LEASES_LOST, "submission", amount=1)
        worker.flush()
        worker.keep_in(None)

    found = scrape(client)
    assert found["spinebench_database_up"] == found["spinebench_redis_up"] == {(): 1}
    statuses = found["spinebench_submissions"]
    assert statuses[label(status="queued")] == sum(statuses.values()) == 1
    assert found["spinebench_submission_wait_seconds"][label(lane="endpoints")] == 0
    assert found["spinebench_submission_wait_seconds"][label(lane="files")] >= 0
    jobs = {lane: found["spinebench_queue_jobs"][label(lane=lane)] for lane in Lane}
    assert jobs == {Lane.QUICK: 1, Lane.FILES: 2, Lane.ENDPOINTS: 0}
    assert found["spinebench_queue_wait_seconds"][label(lane="files")] > 0
    assert found["spinebench_queue_wait_seconds"][label(lane="endpoints")] == 0
    assert found["spinebench_workers"][label(lane="files")] == 0
    assert 0 <= found["spinebench_reconciler_heard_seconds"][()] < 30
    responses = found["spinebench_responses_total"]
    assert responses[label(endpoint="health.health", status="2xx")] == 3
    assert responses[label(endpoint="leaderboards.model", status="4xx")] == 1
    assert responses[label(endpoint="(none)", status="4xx")] == 1
    assert responses[label(endpoint="(kept)", status="2xx")] == 1
    looks = found["spinebench_page_cache_looks_total"]
    assert looks == {label(result="miss"): 1, label(result="hit"): 1}
    assert found["spinebench_page_cache_bytes"][()] > 1000
    buckets = found["spinebench_request_seconds_bucket"]
    healths = {
        dict(key)["le"]: n for key, n in buckets.items() if ("endpoint", "health.health") in key
    }
    assert healths["+Inf"] == 5
    assert healths["0.5"] - healths["0.25"] == 2
    assert list(healths.values()) == sorted(healths.values())
    assert found["spinebench_request_seconds_count"][label(endpoint="health.health")] == 5
    assert found["spinebench_request_seconds_sum"][label(endpoint="health.health")] > 0.6
    calls = found["spinebench_judge_calls_total"]
    assert calls == {label(judge="strict", role="judge", outcome="ok"): 4}
    assert found["spinebench_leases_lost_total"] == {label(noun="submission"): 2}
    values = {value for samples in found.values() for key in samples for _, value in key}
    assert not any("secret" in value or "test-text" in value for value in values)

    # After a restart of the web process nothing has begun anew.
    for again in open_client(settings):
        after = scrape(again)["spinebench_responses_total"]
        assert after[label(endpoint="health.health", status="2xx")] == 3


@pytest.mark.one_database
def test_only_who_shows_the_token_is_told(client: FlaskClient, settings: dict[str, str]) -> None:
    assert client.get("/metrics").status_code == 401
    wrong = {"Authorization": f"Bearer {TOKEN[:-1]}"}
    assert client.get("/metrics", headers=wrong).status_code == 401
    # What is not ASCII is as wrong as any other.
    assert client.get("/metrics", headers={"Authorization": "Bearer \u00e9"}).status_code == 401
    modern = client.get(
        "/metrics",
        headers={"Authorization": f"Bearer {TOKEN}", "Accept": "application/openmetrics-text"},
    )
    assert modern.text.endswith("# EOF\n")
    for without in open_client({**settings, "METRICS_TOKEN": ""}):
        assert without.get("/metrics", headers=wrong).status_code == 404


@pytest.mark.one_database
def test_without_redis_counts_wait_and_what_is_known_is_told(
    settings: dict[str, str], redis_url: str, tmp_path: Path
) -> None:
    socket = tmp_path / "redis.sock"
    for client in open_client({**settings, "REDIS_URL": f"unix://{socket}"}):
        BOOK.count(DATABASE_ERRORS, "OperationalError")
        found = scrape(client)
        assert found["spinebench_redis_up"] == {(): 0}
        assert found["spinebench_database_up"] == {(): 1}
        assert "spinebench_queue_jobs" not in found
        assert "spinebench_database_errors_total" not in found
        socket.symlink_to(redis_url.removeprefix("unix://"))
        found = scrape(client)
        errors = found["spinebench_database_errors_total"]
        assert errors == {label(error="OperationalError"): 1}
        assert sum(found["spinebench_redis_errors_total"].values()) >= 2
