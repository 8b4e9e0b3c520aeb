"""Signing in, staying signed in, signing out."""

from __future__ import annotations

import io
import json
import stat
import sys
from pathlib import Path

import pytest

from spinebench.address import is_loopback, read_address
from spinebench.credentials import Credentials, credentials_path
from spinebench.errors import UsageError
from spinebench.invocation import Invocation
from tests.cli.answers import ME
from tests.cli.api_server import ApiServer, refusal
from tests.cli.conftest import TOKEN, Spinebench

SIGNED_OUT = {"SPINEBENCH_URL": "", "SPINEBENCH_TOKEN": ""}


def sign_in(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/me", ME)
    outcome = spinebench("login", "--url", server.url, "--token", TOKEN, **SIGNED_OUT)
    assert outcome.code == 0


def test_login_keeps_the_token_for_the_next_command(
    server: ApiServer, spinebench: Spinebench
) -> None:
    sign_in(server, spinebench)
    outcome = spinebench("whoami", **SIGNED_OUT)
    assert outcome.code == 0
    assert "Ada Byron <ada@example.org>" in outcome.out
    assert "Team North (north)" in outcome.out
    assert "until 2027-01-31" in outcome.out
    assert "in 24 hours: 0 of 50 submissions, the next from 2026-11-30 05:30 UTC" in outcome.out
    assert server.requests[-1].token == TOKEN


def test_teams_that_stand_alike_share_a_line(server: ApiServer, spinebench: Spinebench) -> None:
    quota = {
        **{"benchmark": "spinebench-mini", "split": "test", "limit": 10, "days": 7},
        **{"n_used": 4, "n_left": 6, "next_at": None},
    }
    used_up = {"n_used": 10, "n_left": 0, "next_at": "2026-12-01T10:00:00Z"}
    teams = [
        quota | {"team": "north"},
        quota | used_up | {"team": "west"},
        quota | {"team": "south"},
    ]
    server.on("GET", "/me", ME | {"quotas": teams})
    lines = spinebench("whoami").out.splitlines()
    assert [line for line in lines if "spinebench-mini" in line] == [
        "Left    north, south on spinebench-mini test: each 6 of 10 submissions",
        "Left    west on spinebench-mini test: 0 of 10 submissions, the next from "
        "2026-12-01 10:00 UTC",
    ]


def test_the_kept_token_is_readable_for_its_owner_alone(
    server: ApiServer, spinebench: Spinebench, config_dir: Path
) -> None:
    sign_in(server, spinebench)
    (file,) = config_dir.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(config_dir.stat().st_mode) == 0o700
    assert TOKEN in file.read_text(encoding="utf-8")


def test_a_token_that_others_can_read_is_remarked_on(
    server: ApiServer, spinebench: Spinebench, config_dir: Path
) -> None:
    sign_in(server, spinebench)
    (file,) = config_dir.iterdir()
    file.chmod(0o644)
    assert spinebench("whoami", **SIGNED_OUT).err.count("chmod 600") == 1


def test_login_reads_the_token_from_standard_input(
    server: ApiServer, spinebench: Spinebench, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("GET", "/me", ME)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"  {TOKEN}\n"))
    outcome = spinebench("login", "--with-token", SPINEBENCH_TOKEN="")
    assert outcome.code == 0
    assert server.requests[0].token == TOKEN


def test_a_token_the_server_does_not_know_is_not_kept(
    server: ApiServer, spinebench: Spinebench, config_dir: Path
) -> None:
    server.on("GET", "/me", refusal(401, "unauthenticated", "This token was revoked.", "Make one."))
    assert spinebench("login").code == 3
    assert not config_dir.exists()


def test_login_without_anybody_to_ask_says_what_to_use_instead(
    spinebench: Spinebench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    outcome = spinebench("login", SPINEBENCH_TOKEN="")
    assert outcome.code == 2
    assert "--with-token" in outcome.err


def test_login_with_json_prints_who_you_are(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/me", ME)
    assert spinebench("login", "--json").json == ME


def test_a_token_without_the_scope_to_submit_is_remarked_on(
    server: ApiServer, spinebench: Spinebench
) -> None:
    server.on("GET", "/me", {**ME, "token": {**ME["token"], "scopes": ["read"]}})
    assert "not submit" in spinebench("login").err


def test_a_token_kept_for_one_server_is_not_sent_to_another(
    server: ApiServer, spinebench: Spinebench
) -> None:
    sign_in(server, spinebench)
    other = ApiServer()
    try:
        outcome = spinebench("whoami", "--url", other.url, **SIGNED_OUT)
        assert outcome.code == 3
        assert other.requests == []
        spinebench("benchmarks", "--url", other.url, **SIGNED_OUT)
        assert [request.token for request in other.requests] == [None]
    finally:
        other.close()


def test_logout_forgets_the_token_and_says_that_it_is_still_valid(
    server: ApiServer, spinebench: Spinebench, config_dir: Path
) -> None:
    sign_in(server, spinebench)
    outcome = spinebench("logout", **SIGNED_OUT)
    assert outcome.code == 0
    assert f"{server.url}/account" in outcome.err
    (file,) = config_dir.iterdir()
    assert TOKEN not in file.read_text(encoding="utf-8")
    assert spinebench("whoami", **SIGNED_OUT).code == 3
    assert spinebench("logout", **SIGNED_OUT).code == 3


def test_who_is_not_signed_in_is_told_how(server: ApiServer, spinebench: Spinebench) -> None:
    outcome = spinebench("whoami", SPINEBENCH_TOKEN="")
    assert outcome.code == 3
    said = " ".join(outcome.err.split())
    assert "Run `spinebench login`, or set SPINEBENCH_TOKEN." in said
    assert f"Create a token at {server.url}/account" in said


def test_without_any_server_nothing_is_guessed(spinebench: Spinebench) -> None:
    outcome = spinebench("benchmarks", **SIGNED_OUT)
    assert outcome.code == 3
    assert "SPINEBENCH_URL" in outcome.err


def test_a_damaged_file_of_sign_ins_is_named(spinebench: Spinebench, config_dir: Path) -> None:
    config_dir.mkdir()
    (config_dir / "credentials.json").write_text("{", encoding="utf-8")
    (config_dir / "credentials.json").chmod(0o600)
    outcome = spinebench("whoami", **SIGNED_OUT)
    assert outcome.code == 3
    assert "credentials.json" in outcome.err


def test_an_option_wins_over_the_environment(server: ApiServer, spinebench: Spinebench) -> None:
    server.on("GET", "/me", ME)
    other = "sbk_zzzzzzzz_" + "z" * 38
    assert spinebench("--token", other, "whoami").code == 0
    assert spinebench("whoami", "--token", other).code == 0
    assert [request.token for request in server.requests] == [other, other]


def test_tokens_do_not_appear_when_settings_are_printed() -> None:
    invocation = Invocation(environ={"SPINEBENCH_TOKEN": TOKEN}, sleep=lambda _: None, token=TOKEN)
    kept = Credentials("https://example.org", {"https://example.org": TOKEN})
    assert TOKEN not in repr(invocation) + repr(kept) + str(invocation)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://example.org/", "https://example.org"),
        ("example.org", "https://example.org"),
        ("localhost:8000", "http://localhost:8000"),
        ("127.0.0.1:8000", "http://127.0.0.1:8000"),
        (" https://example.org/board/api/v1/ ", "https://example.org/board"),
        ("HTTPS://Example.org", "https://example.org"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_understood_as_people_type_it(typed: str, meant: str) -> None:
    assert read_address(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ftp://example.org",
        "https://me:secret@example.org",
        "https://x?a=1",
        "http://[::1",
        "a:b",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        read_address(typed)


def test_only_this_very_machine_counts_as_this_machine() -> None:
    here = ["http://localhost", "http://127.9.9.9:1", "http://[::1]", "http://a.localhost"]
    there = ["http://10.0.0.1", "http://localhost.example", "http://0.0.0.0", "http://127.0.0.1.x"]
    assert [is_loopback(address) for address in here + there] == [True] * 4 + [False] * 4


def test_sign_ins_are_kept_where_the_platform_keeps_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    ending = ("spinebench", "credentials.json")
    assert credentials_path({}, "linux") == Path("/home/ada/.config", *ending)
    assert credentials_path({"XDG_CONFIG_HOME": "/x"}, "linux") == Path("/x", *ending)
    assert credentials_path({}, "darwin") == Path("/home/ada/Library/Application Support", *ending)
    assert credentials_path({"APPDATA": "/roaming"}, "win32") == Path("/roaming", *ending)


def test_signing_in_to_a_second_server_keeps_the_first(
    server: ApiServer, spinebench: Spinebench, config_dir: Path
) -> None:
    sign_in(server, spinebench)
    other = ApiServer()
    try:
        sign_in(other, spinebench)
        kept = json.loads((config_dir / "credentials.json").read_text(encoding="utf-8"))
        assert kept == {"url": other.url, "tokens": {server.url: TOKEN, other.url: TOKEN}}
    finally:
        other.close()
