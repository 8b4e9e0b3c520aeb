"""What the log says of a request, and by which id people can ask for it."""

import io
import json
import logging
import sys
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from config import Config
from leaderboard.app import create_app
from leaderboard.logs import LineFormatter, configure, note, noting
from leaderboard.web.secret_paths import make_hider
from leaderboard.web.services import EXTENSION, Services

pytestmark = pytest.mark.one_database
SETTINGS = {"REDIS_URL": "unix:///nowhere", "SECRET_KEY": "k" * 40}


def open_client(url: str, **more: str) -> Iterator[FlaskClient]:
    """Asks an application one of whose pages is broken."""
    app = create_app(Config.from_env({**SETTINGS, "DATABASE_URL": url, **more}))

    @app.get("/broken")
    def break_down() -> str:
        note(submission="0123456789ab")
        raise RuntimeError("led here by /join/SWORDFISH?x=1")

    app.config["HIDE"] = make_hider(app.url_map)
    yield app.test_client()
    parts: Services = app.extensions[EXTENSION]
    parts.sessions.engine.dispose()


def test_lines_and_the_page_of_a_defect_name_the_request_and_no_secret(database_url: str) -> None:
    for client in open_client(database_url):
        written = io.StringIO()
        handler = logging.StreamHandler(written)
        handler.setFormatter(LineFormatter("json", client.application.config["HIDE"]))
        logging.getLogger().addHandler(handler)
        # An application that is made later tells its own secrets' places to what writes already.
        configure("json", client.application.config["HIDE"])
        try:
            page = client.get("/broken", headers={"X-Request-ID": "of-a-stranger"})
        finally:
            logging.getLogger().removeHandler(handler)
        own = page.headers["X-Request-ID"]
        assert page.status_code == 500
        assert own != "of-a-stranger"
        assert page.text.count(own) == 2
        assert "SWORDFISH" not in page.text
        lines = [json.loads(line) for line in written.getvalue().splitlines()]
        defect = lines[-1]
        assert defect["level"] == "ERROR"
        assert defect["logger"] == "leaderboard.web.failures"
        assert (defect["request"], defect["submission"]) == (own, "0123456789ab")
        assert own in defect["message"]
        assert defect["time"].endswith("Z")
        assert "RuntimeError: led here by /join/***?x=1" in defect["exception"]
        assert "SWORDFISH" not in written.getvalue()
        assert client.get("/healthz").headers["X-Request-ID"] != own


def test_a_trusted_proxy_gives_requests_their_ids_and_no_more_than_that(database_url: str) -> None:
    for client in open_client(database_url, PROXIES="1"):
        for given, is_taken in {"ab-12.C_": True, "a b": False, "x" * 65: False, "": False}.items():
            answer = client.get("/healthz", headers={"X-Request-ID": given})
            assert (answer.headers["X-Request-ID"] == given) is is_taken
            assert len(answer.headers.getlist("X-Request-ID")) == 1


def test_an_access_log_line_tells_its_parts_and_text_lines_end_with_ids() -> None:
    atoms = {"h": "127.0.0.1", "m": "GET", "U": "/join/***", "s": "200", "B": 17, "L": "0.002"}
    record = logging.LogRecord(
        "gunicorn.access", logging.INFO, "", 0, '%(h)s "%(m)s %(U)s"', (atoms,), None
    )
    with noting(request="r", worker=""):
        line = json.loads(LineFormatter("json").format(record))
        with noting(job="j"):
            text = LineFormatter("text").format(record)
    assert line["message"] == '127.0.0.1 "GET /join/***"'
    assert line["request"] == "r"
    assert [line[name] for name in ("method", "path", "status", "bytes", "seconds")] == [
        *("GET", "/join/***", "200", 17, "0.002")
    ]
    assert text.endswith(' INFO gunicorn.access: 127.0.0.1 "GET /join/***" [request=r job=j]')
    assert LineFormatter("text").format(record).endswith('/join/***"')


def test_what_a_stranger_sends_writes_no_line_of_its_own() -> None:
    forged = "2026-12-01T00:00:00.000Z INFO workers: forged"
    try:
        raise RuntimeError(f"no page /x\n{forged}\r{forged}")
    except RuntimeError:
        trace = sys.exc_info()
    for separator in ("\n", "\r", "\x0b", "\x1e", "\x85", "\u2028", "\u2029", "\x1b[2K"):
        path = f"/x{separator}{forged}"
        record = logging.LogRecord("web", logging.WARNING, "", 0, "no page %s", (path,), trace)
        with noting(request=f"r{separator}{forged}"):
            lines = LineFormatter("text").format(record).splitlines()
        assert "no page /x\\" in lines[0]
        assert [line for line in lines if not line.startswith("  ")] == lines[:1]
        assert lines[-2].endswith("RuntimeError: no page /x")
        assert lines[-1] == f"  {forged}\\r{forged}"
        assert "\x1b" not in lines[0]
