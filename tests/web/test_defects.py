"""What a report of a defect holds when it leaves: places in the code, and nothing in hand."""

import gzip
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import sentry_sdk
from flask import request

from config import Config
from leaderboard import defects
from leaderboard.app import create_app
from leaderboard.logs import noting
from leaderboard.web.services import EXTENSION, Services

pytestmark = pytest.mark.one_database
SECRETS = {
    "prediction": "There is a disc herniation at L4/L5.",
    "answer": "HIDDEN-ANSWER-C",
    "token": "sb_SWORDFISH",
    "cookie": "COOKIE-OF-ADA",
    "key": "sk-KEY-OF-A-JUDGE",
    "mail": "ada@hospital.example",
}


@pytest.fixture
def sentry() -> Iterator[tuple[str, list[bytes]]]:
    """A DSN on loopback, and the envelopes that came to it."""
    came: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            came.append(gzip.decompress(body) if is_packed else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *parts: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://public@127.0.0.1:{server.server_port}/1", came
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)
        server.shutdown()
        thread.join()


def read_events(came: list[bytes]) -> list[dict[str, Any]]:
    """The event in each envelope."""
    defects.flush()
    return [json.loads(one.splitlines()[2]) for one in came]


def test_a_defect_is_reported_with_its_place_and_request_and_nothing_that_was_in_hand(
    database_url: str, sentry: tuple[str, list[bytes]]
) -> None:
    dsn, came = sentry
    settings = {"DATABASE_URL": database_url, "REDIS_URL": "unix:///nowhere", "SENTRY_DSN": dsn}
    app = create_app(Config.from_env({**settings, "SECRET_KEY": "k" * 40}))

    @app.get("/broken")
    def break_down() -> str:
        held = {**SECRETS, "body": request.get_data()}
        try:
            raise KeyError(held["answer"])
        except KeyError as error:
            raise RuntimeError(f"cannot read {held}") from error

    client = app.test_client()
    client.set_cookie("spinebench", SECRETS["cookie"])
    page = client.get(
        f"/broken?q={SECRETS['mail']}",
        data=SECRETS["prediction"],
        headers={"Authorization": f"Bearer {SECRETS['token']}"},
    )
    parts: Services = app.extensions[EXTENSION]
    parts.sessions.engine.dispose()
    (event,) = read_events(came)
    assert page.status_code == 500
    assert event["tags"] == {"request": page.headers["X-Request-ID"]}
    assert event["message"] == "defect %s at %s %s"
    kinds = [one["type"] for one in event["exception"]["values"]]
    assert kinds == ["KeyError", "RuntimeError"]
    last = event["exception"]["values"][-1]["stacktrace"]["frames"][-1]
    assert last["function"] == "break_down"
    assert set(last) == {"filename", "function", "module", "lineno", "in_app"}
    assert set(event) <= {
        *("event_id", "timestamp", "level", "logger", "platform", "release", "environment"),
        *("tags", "message", "exception"),
    }
    for secret in (*SECRETS.values(), "herniation", "SWORDFISH", "hospital", dsn):
        assert not any(secret.encode() in one for one in came)


def test_a_workers_failure_is_reported_with_its_job_and_submission_alone(
    sentry: tuple[str, list[bytes]],
) -> None:
    dsn, came = sentry
    defects.report_to(dsn)
    with noting(job="evaluate_next_file-1", worker="w", submission="0123456789ab"):
        try:
            raise ValueError(SECRETS["prediction"])
        except ValueError:
            logging.getLogger("leaderboard.evaluation.run").exception(
                "submission %s failed at attempt %d", "0123456789ab", 1
            )
        logging.getLogger("elsewhere").error("%s", SECRETS["key"])
        logging.getLogger("leaderboard.queue").warning("no error")
    events = read_events(came)
    assert [event.get("message") for event in events] == [
        "submission %s failed at attempt %d",
        None,
    ]
    assert events[0]["tags"] == {
        "job": "evaluate_next_file-1",
        "worker": "w",
        "submission": "0123456789ab",
    }
    for secret in SECRETS.values():
        assert not any(secret.encode() in one for one in came)
