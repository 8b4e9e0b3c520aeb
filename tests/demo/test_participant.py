"""Waiting for submissions, against a server that answers from a script."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from rich.console import Console

from demo.participant import show_progress, wait_until_done
from demo.processes import ChildFailedError


def make_state(status: str, n_done: int = 0, step: str = "rate") -> dict[str, Any]:
    return {"status": status, "step": step, "progress": {"n_done": n_done, "n_total": 98}}


@contextmanager
def serve(script: list[dict[str, Any]]) -> Iterator[str]:
    """A server whose every answer is the next of `script`, the last one for ever."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(script.pop(0) if len(script) > 1 else script[0]).encode()
            known = self.headers["Authorization"] == "Bearer sbk_token"
            self.send_response(200 if known else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def wait(script: list[dict[str, Any]], console: Console) -> Mapping[str, Mapping[str, Any]]:
    with serve(script) as url, show_progress(console, {"s1": "small-model"}) as report:
        return wait_until_done(url, "sbk_token", ["s1"], check=lambda: None, report=report)


def test_waiting_ends_when_everything_is_scored_and_says_each_step_once() -> None:
    output = io.StringIO()
    script = [
        make_state("queued", step="waiting"),
        make_state("running", 10),
        make_state("running", 50),
        make_state("scored", 98, step="done"),
    ]
    states = wait(script, Console(file=output))
    assert states["s1"]["status"] == "scored"
    words = [line.split(": ")[1] for line in output.getvalue().splitlines()]
    assert words == ["queued", "rate", "scored"]


def test_a_terminal_shows_a_bar() -> None:
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=100)
    wait([make_state("running", 10), make_state("scored", 98, step="done")], console)
    assert "small-model" in output.getvalue()
    assert "98/98" in output.getvalue()


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_waiting_ends_with_a_submission_that_will_never_be_scored(status: str) -> None:
    assert wait([make_state(status)], Console(file=io.StringIO()))["s1"]["status"] == status


def test_waiting_ends_when_a_child_has_died() -> None:
    def check() -> None:
        raise ChildFailedError("worker ended with status 1.")

    with serve([make_state("running")]) as url, pytest.raises(ChildFailedError):
        wait_until_done(url, "sbk_token", ["s1"], check=check, report=lambda states: None)
