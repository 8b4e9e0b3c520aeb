"""What a monitor hears of the site, and what readers get while its database is away."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient
from redis import Redis
from rq import Worker
from sqlalchemy import create_engine, make_url, text

from config import Config
from leaderboard.app import create_app
from leaderboard.db import Sessions
from leaderboard.queue import Lane, make_queue, make_rq_queue
from leaderboard.web.services import EXTENSION, Services, database

QUEUE = "health"
AS_OF = re.compile(r"This page is as of \d{4}-\d\d-\d\d \d\d:\d\d UTC\.")


@pytest.fixture
def client(database_url: str, empty_redis_url: str) -> Iterator[FlaskClient]:
    """Asks an application whose database has tables and no rows, with no other process."""
    settings = {
        "DATABASE_URL": database_url,
        "REDIS_URL": empty_redis_url,
        "SECRET_KEY": "k" * 40,
        "QUEUE_NAME": QUEUE,
    }
    app = create_app(Config.from_env(settings))
    yield app.test_client()
    parts: Services = app.extensions[EXTENSION]
    parts.sessions.engine.dispose()


@contextmanager
def away(url: str) -> Iterator[None]:
    """Have the server refuse connections to a database, and end those that are open."""
    parts = make_url(url)
    name = parts.database
    engine = create_engine(parts.set(database="postgres"))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
                "WHERE datname = :name AND backend_type = 'client backend'"
            ),
            {"name": name},
        )
        yield
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    engine.dispose()


@pytest.mark.own_database
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_while_the_database_is_away_public_pages_go_on_and_others_say_when_to_come_again(
    client: FlaskClient, database_url: str
) -> None:
    kept = client.get("/reported", headers={"Accept-Encoding": "gzip"})
    assert kept.status_code == 200
    with away(database_url):
        stale = client.get("/reported", headers={"Accept-Encoding": "gzip"})
        assert stale.status_code == 200
        assert AS_OF.search(stale.text)
        assert stale.headers["Cache-Control"] == "no-store"
        assert int(stale.headers["Age"]) >= 0
        assert "ETag" not in stale.headers
        other = client.get("/benchmarks")
        assert (other.status_code, other.headers["Retry-After"]) == (503, "10")
        assert "The site cannot reach its database at the moment." in other.text
        assert "Traceback" not in other.text
        answer = client.get("/api/v1/benchmarks?limit=7")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert answer.get_json()["error"]["code"] == "unavailable"
        posted = client.post("/api/v1/submissions", headers={"Authorization": "Bearer sb_x"})
        assert posted.status_code in (401, 503)
        assert client.get("/healthz").get_json() == {"status": "ok"}
        ready = client.get("/readyz")
        assert (ready.status_code, ready.headers["Retry-After"]) == (503, "10")
        assert ready.get_json()["checks"]["database"] == "away"
    again = client.get("/reported")
    assert again.status_code == 200
    assert not AS_OF.search(again.text)
    assert client.get("/benchmarks").status_code == 200


@pytest.mark.own_database
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_an_answer_goes_out_though_the_database_goes_away_at_its_end(
    client: FlaskClient, database_url: str
) -> None:
    with client.application.test_request_context("/"):
        database().execute(text("SELECT 1"))
        with away(database_url):
            pass
    assert client.get("/benchmarks").status_code == 200


@pytest.mark.own_database
def test_the_site_is_ready_once_every_part_is_at_work(
    client: FlaskClient, sessions: Sessions, empty_redis_url: str
) -> None:
    def read_failing() -> list[str]:
        answer = client.get("/readyz")
        checks = answer.get_json()["checks"]
        assert answer.status_code == (200 if set(checks.values()) == {"ok"} else 503)
        return sorted(name for name, state in checks.items() if state != "ok")

    assert read_failing() == ["reconciler", "worker"]
    with Redis.from_url(empty_redis_url) as redis:
        worker = Worker([make_rq_queue(redis, QUEUE, Lane.FILES)], connection=redis)
        worker.register_birth()  # type: ignore[no-untyped-call]
        assert read_failing() == ["reconciler"]
        make_queue(empty_redis_url, QUEUE).note_reconciler()
        assert read_failing() == []
        redis.flushall()
        assert read_failing() == ["reconciler", "worker"]
    with sessions.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert read_failing() == ["migration", "reconciler", "worker"]
    assert "0001" in client.get("/readyz").get_json()["checks"]["migration"]
    assert client.get("/healthz").status_code == 200


@pytest.mark.own_database
def test_a_site_whose_tables_are_of_another_version_says_that_it_is_upgraded(
    client: FlaskClient, sessions: Sessions
) -> None:
    with sessions.write() as session:
        session.execute(text("ALTER TABLE benchmarks RENAME TO benchmarks_of_tomorrow"))
    assert client.get("/benchmarks").status_code == 500, "the same version: a defect"
    with sessions.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for address in ("/benchmarks", "/api/v1/benchmarks"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert "The site is being upgraded." in answer.text
        assert "Traceback" not in answer.text
