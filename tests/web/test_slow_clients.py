"""Slow clients at the web process as it is deployed: gunicorn with our worker, on loopback."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from bench.slow_clients import MANNERS, RECEIVING, SlowClients, start_web
from demo.processes import Supervisor
from leaderboard.db import make_sessions
from leaderboard.web.receiving import LEAST_TAKEN_BYTES, NEW_SECONDS, STUCK_SECONDS, Channel
from tests.site import ENDPOINT_KEY, SECRET_KEY, Site
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import make_file

N_THREADS = 16
"""Of both processes together, as they are started."""


@pytest.fixture(scope="module")
def deployed(
    filled_template: Path, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site whose web process is that of the Procfile."""
    folder = tmp_path_factory.mktemp("deployed")
    place = shutil.copyfile(filled_template, folder / "site.sqlite3")
    environ = {
        "DATABASE_URL": f"sqlite:///{place}",
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "ENDPOINT_KEYS": ENDPOINT_KEY,
        "MAX_UPLOAD_BYTES": "300000",
        "APPROVE_TEAMS": "0",
        "PYTHONPATH": os.pathsep.join(["cli", os.environ.get("PYTHONPATH", "")]),
    }
    sessions = make_sessions(environ["DATABASE_URL"])
    with Supervisor(folder / "logs") as supervisor:
        port = start_web(supervisor, "web", RECEIVING, environ)
        yield Site(f"http://127.0.0.1:{port}", sessions)
    sessions.engine.dispose()


def open_connection(site: Site, n_buffered: int | None = None) -> socket.socket:
    parts = urlsplit(site.url)
    assert parts.hostname
    assert parts.port
    found = socket.socket()
    if n_buffered:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, n_buffered)
    found.settimeout(HANG_SECONDS)
    found.connect((parts.hostname, parts.port))
    return found


def read_all(client: socket.socket) -> bytes:
    """What came until the connection was closed, be it because more was sent than was read."""
    parts = []
    with suppress(ConnectionResetError):
        while part := client.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def half_a_submission(site: Site, token: dict[str, str]) -> bytes:
    """The first half of a prediction file that is being sent, with its header."""
    form = {"benchmark": "tiny", "split": "test", "model": "model-a"}
    whole = requests.Request(
        "POST",
        f"{site.url}/api/v1/submissions",
        headers=token,
        data=form,
        files={"file": ("predictions.jsonl", make_file())},
    ).prepare()
    lines = "".join(f"{name}: {value}\r\n" for name, value in whole.headers.items())
    head = f"POST /api/v1/submissions HTTP/1.1\r\nHost: {urlsplit(site.url).netloc}\r\n{lines}\r\n"
    assert isinstance(whole.body, bytes)
    return head.encode() + whole.body[: len(whole.body) // 2]


def test_half_a_body_keeps_nobody_from_writing(deployed: Site) -> None:
    token = deployed.token("ada")
    half = half_a_submission(deployed, token)
    slow = [open_connection(deployed) for _ in range(2 * N_THREADS)]
    for one in slow:
        one.sendall(half)
    assert deployed.submit(token, make_file(2)).status_code == 201
    for one in slow:
        one.close()


def test_more_half_open_connections_than_threads_keep_no_reader_waiting(deployed: Site) -> None:
    port = urlsplit(deployed.url).port
    assert port
    with SlowClients(port, len(MANNERS) * N_THREADS * 2):
        for _ in range(20):
            assert deployed.get("/").status_code == 200


def test_readers_who_take_nothing_of_their_answers_keep_no_other_waiting(deployed: Site) -> None:
    ask = b"GET /static/vendor/swagger-ui-bundle.js HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    slow = [open_connection(deployed, 4_096) for _ in range(2 * N_THREADS)]
    for one in slow:
        one.sendall(ask)
    assert deployed.get("/").status_code == 200
    for one in slow:
        one.close()


@pytest.mark.parametrize(
    ("n_bytes", "given_up"), [(1, True), (0, True), (LEAST_TAKEN_BYTES // 6, False)]
)
def test_a_reader_who_takes_an_answer_byte_by_byte_is_given_up_and_a_slow_one_is_not(
    n_bytes: int, given_up: bool
) -> None:
    channel = Channel.__new__(Channel)
    channel.requests, channel.moved, channel.n_to_send = [object()], 0.0, 0
    channel.total_outbufs_len = 100 * LEAST_TAKEN_BYTES
    seen = []
    for second in range(0, 10 * int(STUCK_SECONDS), 5):
        seen.append(channel.is_overdue(float(second), keepalive=5.0))
        channel.total_outbufs_len -= n_bytes
    assert any(seen) is given_up


@pytest.mark.parametrize(
    ("sent", "n_received", "age", "may_go"),
    [
        pytest.param(b"G", 0, 2 * NEW_SECONDS, False, id="a request that nobody has read yet"),
        pytest.param(b"G", 100, 2 * NEW_SECONDS, False, id="another one on a kept connection"),
        pytest.param(b"", 0, 0.0, False, id="a connection of this moment"),
        pytest.param(b"", 0, 2 * NEW_SECONDS, True, id="one on which nothing comes"),
        pytest.param(b"", 100, 0.0, True, id="one that was answered"),
    ],
)
def test_a_process_that_ends_closes_no_connection_with_a_request_on_its_way(
    sent: bytes, n_received: int, age: float, may_go: bool
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        theirs.sendall(sent)
        channel = Channel.__new__(Channel)
        channel.socket, channel.begun, channel.n_received = ours, 0.0, n_received
        channel.requests, channel.request, channel.total_outbufs_len = [], None, 0
        channel.will_close = channel.close_when_flushed = False
        assert channel.may_go(age) is may_go


def test_a_request_that_stops_halfway_is_let_go_in_words(deployed: Site) -> None:
    with open_connection(deployed) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost:")
        answer = slow.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"arrived too slowly" in answer


def test_too_large_a_body_is_refused_in_the_words_of_the_api_before_it_is_sent(
    deployed: Site,
) -> None:
    token = deployed.token("ada")["Authorization"]
    for length in ("Content-Length: 99999999", "Transfer-Encoding: chunked"):
        with open_connection(deployed) as client:
            client.sendall(
                "POST /api/v1/validations HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: {token}\r\n{length}\r\n"
                "Content-Type: multipart/form-data; boundary=x\r\n\r\n".encode()
            )
            if "chunked" in length:
                with suppress(ConnectionError):
                    client.sendall(b"61A80\r\n" + b"x" * 400_000 + b"\r\n")
            answer = read_all(client)
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b'"code":"too_large"' in answer.replace(b'": "', b'":"')


def test_a_file_in_chunks_and_a_kept_connection_work_as_ever(deployed: Site) -> None:
    with requests.Session() as session:
        first = session.get(f"{deployed.url}/")
        etag = {"If-None-Match": first.headers["ETag"]} if "ETag" in first.headers else {}
        for _ in range(3):
            again = session.get(f"{deployed.url}/", headers=etag)
            assert again.status_code in (200, 304)
            assert again.headers.get("Connection") != "close"
        sent = requests.Request(
            "POST",
            f"{deployed.url}/api/v1/validations",
            headers=deployed.token("ada"),
            data={"benchmark": "tiny"},
            files={"file": ("p.jsonl", make_file(3))},
        ).prepare()
        assert isinstance(sent.body, bytes)
        body = sent.body
        del sent.headers["Content-Length"]
        chunked = session.post(
            str(sent.url),
            data=iter([body[:50], body[50:]]),
            headers=dict(sent.headers),
        )
        assert chunked.status_code == 200, chunked.text
