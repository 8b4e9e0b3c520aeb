"""Endpoints by the command: the key never on the command line, and nothing guessed."""

from __future__ import annotations

import io
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.cli.answers import ME, submission
from tests.cli.api_server import Answer, ApiServer, refusal
from tests.cli.conftest import Spinebench

SECRET = "sk-secret-of-the-endpoint"
ADD = (
    "endpoints",
    "add",
    *("--name", "Ours", "--base-url", "https://models.example.org/v1", "--model", "vlm"),
)


def endpoint(**facts: Any) -> dict[str, Any]:
    return {
        "id": "e1",
        "team": "north",
        "name": "Ours",
        "base_url": "https://models.example.org/v1",
        "model": "vlm",
        "has_key": True,
        "settings": {"accepts_images": True},
        "test": None,
        "created_at": "2026-11-24T03:14:05Z",
        "changed_at": "2026-11-24T03:14:05Z",
        "url": "https://example.org/endpoints/e1",
        **facts,
    }


def make_tested(state: str, *, is_good: bool = True) -> dict[str, Any]:
    tried = {
        "item": "dev-text-001",
        "track": "text",
        "seconds": 1.25,
        "text": "ANSWER: B",
        "outcome": "answered",
        "letters": "B",
        "is_right": True,
        "problem": "",
        "excerpt": "",
    }
    ended = state == "ended"
    return endpoint(
        test={
            "state": state,
            "asked_at": "2026-11-24T03:14:05Z",
            "ended_at": None,
            "is_good": is_good if ended else None,
            "verdict": "All 1 requests were answered." if ended else "",
            "remedies": [] if is_good else ["Check the key."],
            "model_reported": None,
            "accepts_images": None,
            "items": [tried] if ended else [],
        }
    )


def test_a_key_comes_from_the_environment_or_standard_input_and_is_never_repeated(
    server: ApiServer, spinebench: Spinebench, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("GET", "/me", ME)
    server.on("POST", "/endpoints", Answer(201, endpoint()))
    first = spinebench(*ADD, "--accepts-images", SPINEBENCH_ENDPOINT_KEY=SECRET)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{SECRET}\n"))
    second = spinebench(*ADD, "--key-stdin")
    assert (first.code, second.code) == (0, 0)
    bodies = [json.loads(request.body) for request in server.asked("POST", "/endpoints")]
    assert [body["key"] for body in bodies] == [SECRET, SECRET]
    assert bodies[0] == {
        "name": "Ours",
        "base_url": "https://models.example.org/v1",
        "model": "vlm",
        "settings": {"accepts_images": True},
        "key": SECRET,
        "team": "north",
    }
    assert "Registered Ours as e1." in first.out
    assert SECRET not in first.out + first.err + second.out + second.err


def test_without_a_key_and_nobody_to_ask_nothing_is_sent(
    server: ApiServer, spinebench: Spinebench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    outcome = spinebench(*ADD)
    assert outcome.code == 2
    assert "--no-key" in outcome.err
    assert spinebench(*ADD, "--key", SECRET).code == 2
    assert server.asked("POST", "/endpoints") == []


def test_a_test_is_waited_for_and_shown_item_by_item(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/endpoints", {"endpoints": [endpoint()]})
    server.on("POST", "/endpoints/e1/test", Answer(202, make_tested("waiting")))
    server.on("GET", "/endpoints/e1", make_tested("waiting"), make_tested("ended"))
    outcome = spinebench("endpoints", "test", "Ours")
    assert outcome.code == 0
    assert outcome.waits == [1.0, 1.0]
    assert "All 1 requests were answered." in outcome.out
    assert "dev-text-001" in outcome.out
    server.on("GET", "/endpoints/e1", make_tested("ended", is_good=False))
    failed = spinebench("endpoints", "test", "e1")
    assert failed.code == 6
    assert "Check the key." in failed.out


def test_a_test_says_what_was_cut_before_an_answer(
    server: ApiServer, spinebench: Spinebench
) -> None:
    warning = "1 of 1 answers were cut at 64 tokens: raise max_tokens."
    cut = make_tested("ended", is_good=False)
    cut["test"]["warnings"] = [warning]
    cut["test"]["items"][0] |= {"letters": "", "outcome": "unparsed", "note": "cut by the limit"}
    server.on("GET", "/endpoints", {"endpoints": [endpoint()]})
    server.on("POST", "/endpoints/e1/test", Answer(202, cut))
    outcome = spinebench("endpoints", "test", "Ours")
    assert outcome.code == 6
    assert warning in outcome.out
    assert "cut by the limit" in outcome.out


def test_an_endpoint_is_submitted_by_its_name(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/endpoints", {"endpoints": [endpoint()]})
    server.on("POST", "/submissions", Answer(201, submission()))
    outcome = spinebench(
        *("endpoints", "submit", "Ours", "-b", "spinebench-mini", "-m", "my-vlm"),
        *("--track", "text", "--track", "image", "--wipe-key"),
    )
    assert outcome.code == 0
    (request,) = server.asked("POST", "/submissions")
    assert parse_qsl(request.body.decode()) == [
        ("benchmark", "spinebench-mini"),
        ("split", "test"),
        ("model", "my-vlm"),
        ("endpoint", "e1"),
        ("track", "text"),
        ("track", "image"),
        ("wipe_key", "1"),
    ]
    assert "Submitted as 42: 98 predictions" in outcome.out


def test_several_runs_are_asked_for_at_once(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/endpoints", {"endpoints": [endpoint()]})
    server.on("POST", "/submissions", Answer(201, submission(runs=["42", "43", "44"])))
    outcome = spinebench(
        "endpoints", "submit", "Ours", "-b", "spinebench-mini", "-m", "my-vlm", "--runs", "3"
    )
    assert outcome.code == 0
    (request,) = server.asked("POST", "/submissions")
    assert ("runs", "3") in parse_qsl(request.body.decode())
    assert "Runs, one after the other: 42 43 44" in outcome.out


def test_a_watched_run_shows_its_rate_failures_and_time_left(
    server: ApiServer, spinebench: Spinebench
) -> None:
    asked = {
        "endpoint": "e1",
        "name": "Ours",
        "model": "vlm",
        "model_reported": None,
        "saw_hidden_items": True,
        "n_sent": 49,
        "n_failed": 2,
        "reasons": {"timeout": 2},
        "n_requests": 49,
        "n_tokens": 9_800,
        "per_second": 3.25,
        "seconds_left": 75.4,
        "end": "",
        "key_wiped_at": None,
    }
    half = {"n_done": 49, "n_total": 98}
    collecting = submission("running", step="collect", progress=half, endpoint=asked)
    failure = {"message": "The key was refused.", "remedy": "Enter another."}
    server.on("GET", "/submissions/42", collecting, submission("failed", failure=failure))
    outcome = spinebench("status", "42", "--watch")
    assert outcome.code == 6
    line = "Asking the endpoint: 3.2 a second, 2 failed, 1 min 15 s left; 49/98"
    assert outcome.err.splitlines()[0] == line


def test_endpoints_are_listed_and_removed_by_number_or_name_and_never_guessed(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/endpoints", {"endpoints": [endpoint(), endpoint(id="e2", team="south")]})
    assert "models.example.org" in spinebench("endpoints", "list").out
    both = spinebench("endpoints", "remove", "Ours")
    assert both.code == 2
    assert "e1 (north), e2 (south)" in both.err
    assert "e1 (Ours)" in spinebench("endpoints", "remove", "nobody").err
    server.on("DELETE", "/endpoints/e2", {"deleted": "e2"})
    assert spinebench("endpoints", "remove", "e2").out == "Deleted Ours.\n"
    server.on("DELETE", "/endpoints/e1", refusal(409, "conflict", "A submission asks it."))
    assert spinebench("endpoints", "remove", "e1").code == 1
