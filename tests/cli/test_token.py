"""Where a token goes, and where it never goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.answers import ME, RANKING
from tests.cli.api_server import Answer, ApiServer, refusal
from tests.cli.conftest import TOKEN, Spinebench


def test_the_token_does_not_follow_a_redirect_to_another_host(
    server: ApiServer, spinebench: Spinebench
) -> None:
    other = ApiServer()
    try:
        other.on("GET", "/rankings/mini/test", RANKING)
        away = {"Location": f"{other.url}/api/v1/rankings/mini/test"}
        server.on("GET", "/rankings/mini/test", Answer(302, headers=away))
        outcome = spinebench("rankings", "mini")
        assert outcome.code == 0
        assert server.requests[0].token == TOKEN
        assert [request.token for request in other.requests] == [None]
    finally:
        other.close()


def test_a_sign_in_lost_by_a_redirect_is_explained(
    server: ApiServer, spinebench: Spinebench
) -> None:
    other = ApiServer()
    try:
        other.on("GET", "/me", refusal(401, "unauthenticated", "Who are you?", "Sign in."))
        server.on("GET", "/me", Answer(302, headers={"Location": f"{other.url}/api/v1/me"}))
        outcome = spinebench("whoami")
        assert outcome.code == 3
        assert other.url in outcome.err
    finally:
        other.close()


@pytest.mark.parametrize("path", ["/me", "/benchmarks"])
def test_a_token_is_never_sent_unencrypted_to_another_machine(
    spinebench: Spinebench, path: str
) -> None:
    command = {"/me": "whoami", "/benchmarks": "benchmarks"}[path]
    outcome = spinebench(command, "--url", "http://leaderboard.example")
    assert outcome.code == 3
    assert "unencrypted" in outcome.err
    assert "--insecure" in outcome.err
    assert outcome.waits == []


def test_a_token_is_sent_unencrypted_only_when_told_to(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/me", ME)
    # Every address of this machine at once: not the loopback, and yet no wire is needed.
    url = server.url.replace("127.0.0.1", "0.0.0.0")
    assert spinebench("whoami", "--url", url).code == 3
    assert server.requests == []
    assert spinebench("whoami", "--url", url, "--insecure").code == 0
    assert server.requests[0].token == TOKEN


def test_the_environments_proxy_is_not_asked_about_this_machine(
    server: ApiServer, spinebench: Spinebench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.on("GET", "/me", ME)
    assert spinebench("whoami").code == 0


def test_a_netrc_entry_does_not_take_the_tokens_place(
    server: ApiServer, spinebench: Spinebench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    server.on("GET", "/me", ME)
    spinebench("whoami")
    assert server.requests[0].token == TOKEN


@pytest.mark.parametrize(
    "answer",
    [
        refusal(401, "unauthenticated", "No.", "Sign in."),
        Answer(cut=True),
        Answer(body=b"nonsense"),
        Answer(500),
    ],
)
def test_the_token_is_never_shown(
    server: ApiServer, spinebench: Spinebench, answer: Answer
) -> None:
    server.on("GET", "/me", answer)
    outcome = spinebench("whoami", SPINEBENCH_DEBUG="1")
    assert outcome.code != 0
    assert "s" * 32 not in outcome.out + outcome.err


def test_a_token_with_a_line_end_inside_is_refused_without_showing_it(
    spinebench: Spinebench,
) -> None:
    outcome = spinebench("whoami", SPINEBENCH_TOKEN="sbk_very\nsecret")
    assert outcome.code == 3
    assert "secret" not in outcome.err
