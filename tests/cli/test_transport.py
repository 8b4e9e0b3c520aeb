"""Errors, retries, redirects and time-outs over real HTTP."""

from __future__ import annotations

import socket
import time
from email.utils import formatdate
from pathlib import Path

import pytest

from tests.cli.answers import ME, MINI, submission
from tests.cli.api_server import Answer, ApiServer, refusal
from tests.cli.conftest import Spinebench

ON_ONE_LIST = {"benchmarks": [MINI]}


@pytest.mark.parametrize(
    ("status", "code", "exit_code"),
    [
        (400, "invalid_request", 2),
        (401, "unauthenticated", 3),
        (403, "forbidden", 3),
        (404, "not_found", 8),
        (409, "conflict", 1),
        (429, "rate_limited", 1),
        (500, "internal", 7),
        (418, "something_new", 1),
        (404, "something_new", 8),
        (503, "something_new", 7),
    ],
)
def test_each_refusal_has_its_exit_status_and_shows_what_to_do(
    server: ApiServer, spinebench: Spinebench, status: int, code: str, exit_code: int
) -> None:
    server.on("GET", "/me", refusal(status, code, "That went wrong.", "Do this."))
    outcome = spinebench("whoami")
    assert outcome.code == exit_code
    assert outcome.out == ""
    assert "Error: That went wrong.\nDo this." in outcome.err


def test_with_json_an_error_is_the_servers_own_object(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/me", refusal(403, "forbidden", "No.", "Ask.", url="https://x", later=1))
    outcome = spinebench("whoami", "--json")
    assert outcome.code == 3
    assert outcome.json == {
        "error": {
            "code": "forbidden",
            "message": "No.",
            "remedy": "Ask.",
            "problems": [],
            "n_problems": 0,
            "url": "https://x",
            "later": 1,
        }
    }
    assert "Error: No." in outcome.err


def test_with_json_our_own_errors_have_the_same_shape(spinebench: Spinebench) -> None:
    outcome = spinebench("whoami", "--json", SPINEBENCH_TOKEN="")
    assert outcome.code == 3
    assert outcome.json["error"].keys() == {"code", "message", "remedy", "problems", "n_problems"}
    assert outcome.json["error"]["code"] == "unauthenticated"


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_question_is_asked_again_after_a_passing_fault(
    server: ApiServer, spinebench: Spinebench, status: int
) -> None:
    server.on("GET", "/me", Answer(status), Answer(status), ME)
    outcome = spinebench("whoami")
    assert outcome.code == 0
    assert len(server.asked("GET", "/me")) == 3
    assert len(outcome.waits) == 2
    assert outcome.waits[0] < outcome.waits[1]
    assert "Trying again" in outcome.err


def test_a_question_is_asked_again_when_the_connection_is_cut(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/me", Answer(cut=True), ME)
    outcome = spinebench("whoami")
    assert outcome.code == 0
    assert len(outcome.waits) == 1


def test_four_faults_in_a_row_are_the_end(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/me", Answer(503))
    outcome = spinebench("whoami")
    assert outcome.code == 7
    assert len(server.asked("GET", "/me")) == 4


def test_a_fault_of_the_server_itself_is_not_asked_for_again(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/me", Answer(500, b"<html>oops</html>"))
    outcome = spinebench("whoami")
    assert outcome.code == 7
    assert len(server.asked("GET", "/me")) == 1
    assert "html" not in outcome.err


def test_retry_after_in_seconds_is_honoured(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/me", Answer(429, headers={"Retry-After": "7"}), ME)
    assert spinebench("whoami").waits == [7.0]


def test_retry_after_as_a_date_is_honoured(server: ApiServer, spinebench: Spinebench) -> None:
    in_twenty_seconds = formatdate(time.time() + 20, usegmt=True)
    server.on("GET", "/me", Answer(503, headers={"Retry-After": in_twenty_seconds}), ME)
    (wait,) = spinebench("whoami").waits
    assert wait == pytest.approx(20, abs=2)


@pytest.mark.parametrize("value", ["soon", "-5", "\u00b2", "Mon, 41 Jan 99999 00:00:00 GMT"])
def test_a_retry_after_that_says_nothing_is_passed_over(
    server: ApiServer, spinebench: Spinebench, value: str
) -> None:
    server.on("GET", "/me", Answer(429, headers={"Retry-After": value}), ME)
    (wait,) = spinebench("whoami").waits
    assert 0.4 <= wait <= 0.6


def test_nobody_is_kept_waiting_for_an_hour(server: ApiServer, spinebench: Spinebench) -> None:
    no = refusal(429, "rate_limited", "Used up.", "Come tomorrow.", headers={"Retry-After": "3600"})
    server.on("GET", "/me", no)
    outcome = spinebench("whoami")
    assert outcome.code == 1
    assert outcome.waits == []
    assert "Come tomorrow." in outcome.err


def test_an_unreachable_server_is_status_7_and_named(spinebench: Spinebench) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    outcome = spinebench("whoami", "--url", address)
    assert outcome.code == 7
    assert f"{address} cannot be reached" in outcome.err
    assert len(outcome.waits) == 3


def test_a_page_instead_of_json_is_recognised(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/me", Answer(body=b"<html>Sign in to the network</html>"))
    outcome = spinebench("whoami")
    assert outcome.code == 1
    assert "not as a SpineBench server" in outcome.err


def test_an_answer_that_lacks_something_is_not_a_crash(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/me", {"user": {}})
    outcome = spinebench("whoami")
    assert outcome.code == 1
    assert "Update spinebench" in outcome.err


def test_a_submission_is_sent_once_even_when_the_connection_is_cut(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on("POST", "/submissions", Answer(cut=True))
    outcome = spinebench("submit", str(predictions), "-b", "mini", "-m", "my-vlm")
    assert outcome.code == 7
    assert len(server.asked("POST", "/submissions")) == 1
    assert "`spinebench status`" in outcome.err
    assert "Sending it again is safe" in " ".join(outcome.err.split())


@pytest.mark.parametrize("status", [429, 503])
def test_a_submission_is_sent_once_even_when_the_server_is_busy(
    server: ApiServer, spinebench: Spinebench, predictions: Path, status: int
) -> None:
    server.on("POST", "/submissions", Answer(status), submission())
    outcome = spinebench("submit", str(predictions), "-b", "mini", "-m", "my-vlm")
    assert outcome.code in {1, 7}
    assert len(server.asked("POST", "/submissions")) == 1


def test_a_submission_to_an_unreachable_server_is_known_not_to_have_arrived(
    spinebench: Spinebench, predictions: Path
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    outcome = spinebench("submit", str(predictions), "-b", "mini", "-m", "my-vlm", "--url", url)
    assert outcome.code == 7
    assert "cannot be reached" in outcome.err
    assert "may have arrived" not in outcome.err


def test_a_redirected_submission_is_not_turned_into_something_else(
    server: ApiServer, spinebench: Spinebench, predictions: Path
) -> None:
    server.on(
        "POST", "/submissions", Answer(301, headers={"Location": "https://new.example/api/v1"})
    )
    outcome = spinebench("submit", str(predictions), "-b", "mini", "-m", "my-vlm")
    assert outcome.code == 1
    assert "has moved to https://new.example" in outcome.err


def test_only_json_reaches_standard_output_while_a_question_is_asked_again(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/benchmarks", Answer(503), ON_ONE_LIST)
    outcome = spinebench("benchmarks", "--json")
    assert outcome.json == ON_ONE_LIST


def test_quiet_says_nothing_beside_the_result(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/benchmarks", Answer(503), ON_ONE_LIST)
    outcome = spinebench("-q", "benchmarks")
    assert outcome.code == 0
    assert outcome.err == ""
    assert "spinebench-mini" in outcome.out
