"""What `flask check` names, and what it leaves alone."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from flask import Flask
from redis import Redis

from config import Config
from leaderboard.app import create_app
from leaderboard.host_cli.production.command import check_command
from leaderboard.host_cli.production.finding import Finding
from leaderboard.host_cli.production.machine import check_machine
from leaderboard.host_cli.production.services import check_services
from leaderboard.host_cli.production.settings import check_settings
from tests.test_docs import REQUIRED

GOOD = {
    "DATABASE_URL": "postgresql:///spinebench",
    "REDIS_URL": "unix:///run/redis.sock",
    "SECRET_KEY": "rH3kQx9ZpT1vWm7LcN5dYb2GfJ8sAeU4",
    "BASE_URL": "https://spine.example.org",
    "PROXIES": "1",
    "SMTP_URL": "smtp://mail.example.org",
    "MAIL_FROM": "spine@example.org",
    "ENDPOINT_KEYS": "A" * 43 + "=",
    "BUNDLE_KEYS": "A" * 43 + "=",
    "CONTACT": "spine@example.org",
    "IMPRINT": "https://example.org/imprint",
    "PRIVACY": "https://example.org/privacy",
    "TERMS": "https://example.org/terms",
}


def names(found: Iterable[Finding]) -> list[str]:
    return [one.name for one in found]


def test_good_settings_leave_nothing_to_say() -> None:
    assert list(check_settings(Config.from_env(GOOD), {})) == []


@pytest.mark.parametrize(
    ("changed", "process", "name"),
    [
        ({"SECRET_KEY": "k" * 40}, {}, "SECRET_KEY"),
        (
            {"SECRET_KEY": GOOD["SECRET_KEY"] + " old-key-of-at-least-32-characters-change"},
            {},
            "SECRET_KEY",
        ),
        ({"BASE_URL": "http://spine.example.org"}, {}, "BASE_URL"),
        ({"BASE_URL": "https://127.0.0.1"}, {}, "BASE_URL"),
        ({"COOKIE_SECURE": "0"}, {}, "COOKIE_SECURE"),
        ({"PROXIES": "0"}, {}, "PROXIES"),
        ({}, {"HOST": "0.0.0.0"}, "HOST"),
        ({"DATABASE_URL": "sqlite:////srv/x.sqlite3"}, {}, "DATABASE_URL"),
        ({"SMTP_URL": ""}, {}, "SMTP_URL"),
        ({"REQUIRE_SECOND_FACTOR": "0"}, {}, "REQUIRE_SECOND_FACTOR"),
        ({"ENDPOINT_KEYS": ""}, {}, "ENDPOINT_KEYS"),
        ({"BUNDLE_KEYS": ""}, {}, "BUNDLE_KEYS"),
        ({"IMPRINT": ""}, {}, "IMPRINT"),
        ({"PRIVACY": ""}, {}, "PRIVACY"),
        ({"TERMS": ""}, {}, "TERMS"),
        ({"TRUSTED_HOSTS": "https://a.example"}, {}, "TRUSTED_HOSTS"),
        ({"TRUSTED_HOSTS": "a.example, b.example"}, {}, "TRUSTED_HOSTS"),
        ({"METRICS_TOKEN": "SWORDFISH"}, {}, "METRICS_TOKEN"),
        ({"STORAGE_URL": "s3://pictures"}, {}, "STORAGE_URL"),
    ],
)
def test_each_weak_setting_is_named_alone(
    changed: dict[str, str], process: dict[str, str], name: str
) -> None:
    found = list(check_settings(Config.from_env(GOOD | changed), process))
    assert names(found) == [name]
    assert found[0].message
    assert found[0].remedy
    for key in (*Config.from_env(GOOD | changed).secret_keys, GOOD["BUNDLE_KEYS"]):
        assert key not in str(found)
    assert "SWORDFISH" not in str(found)


def test_names_of_hosts_with_and_without_ports_are_taken() -> None:
    hosts = {"TRUSTED_HOSTS": "a.example b.example:8443 192.0.2.1 [2001:db8::1]:80"}
    assert list(check_settings(Config.from_env(GOOD | hosts), {})) == []


def test_what_cannot_be_read_is_named_by_the_command_and_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wrong = {
        "DATABASE_URL": "nonsense:SWORDFISH",
        "REDIS_URL": "foo:SWORDFISH",
        "LOG_FORMAT": "xml",
        "SENTRY_DSN": "SWORDFISH",
        "SITE_NAME": "n" * 61,
    }
    for name, text in (GOOD | wrong).items():
        monkeypatch.setenv(name, text)
    done = Flask("commands").test_cli_runner().invoke(check_command, ["--json"])
    answer = json.loads(done.output)
    assert done.exit_code == 1
    assert {one["name"] for one in answer["findings"]} == set(wrong)
    assert "SWORDFISH" not in done.output


def test_each_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    there = tmp_path / "there.toml"
    there.touch()
    files = ("PROVIDERS_FILE", "JUDGES_FILE", "READER_FILE")
    for place, named in ((tmp_path / "none.toml", list(files)), (there, [])):
        config = Config.from_env(GOOD | dict.fromkeys(files, str(place)))
        found = list(check_machine(config, tmp_path / "environment", []))
        assert [one for one in names(found) if one in files] == named


def test_what_files_and_the_proxy_leave_open_is_named(tmp_path: Path) -> None:
    database, environment = tmp_path / "x.sqlite3", tmp_path / "environment"
    proxies = [tmp_path / name for name in ("nginx.conf", "Caddyfile", "other")]
    for place in (database, environment):
        place.touch()
        place.chmod(0o644)
    proxies[0].write_text("server_name spine.example.org;\nclient_max_body_size 64m;\n")
    proxies[1].write_text("spine.example.org {\n request_body {\n max_size 64MB\n }\n}\n")
    proxies[2].write_text("elsewhere.example.org { max_size 1MB }")
    open_ = GOOD | {"DATABASE_URL": f"sqlite:///{database}"}
    found: list[Finding] = list(check_machine(Config.from_env(open_), environment, proxies))
    left = [one for one in found if one.name != "disk"]
    assert names(left) == [
        "environment file",
        "database file",
        *("MAX_UPLOAD_BYTES", "MAX_UPLOAD_BYTES", "BACKUP_FOLDER"),
    ]
    for place in (database, environment):
        place.chmod(0o640)
    proxies[0].write_text("server_name spine.example.org;\nclient_max_body_size 65m;\n")
    proxies[1].write_text("spine.example.org {\n request_body {\n max_size 68MB\n }\n}\n")
    closed = open_ | {"BACKUP_FOLDER": str(tmp_path)}
    found = list(check_machine(Config.from_env(closed), environment, proxies))
    assert [one.name for one in found if one.name != "disk"] == ["backup"]


def test_what_the_database_redis_and_processes_lack_is_named(
    bare_database_url: str, empty_redis_url: str
) -> None:
    config = Config.from_env(
        GOOD | {"DATABASE_URL": bare_database_url, "REDIS_URL": empty_redis_url}
    )
    with Redis.from_url(empty_redis_url) as redis:
        redis.config_set("maxmemory-policy", "allkeys-lru")
        found = list(check_services(config))
        redis.config_set("maxmemory-policy", "noeviction")
    assert [one for one in names(found) if one != "timezone"] == [
        *("database", "redis", "worker", "worker", "worker", "reconciler")
    ]
    assert "no tables yet" in found[0].message
    assert "allkeys-lru" in next(one.message for one in found if one.name == "redis")


def test_what_is_away_is_named_without_its_password() -> None:
    config = Config.from_env(
        GOOD
        | {
            "DATABASE_URL": "postgresql://ada:SWORDFISH@127.0.0.1:1/x",
            "REDIS_URL": "redis://:SWORDFISH@127.0.0.1:1/0",
        }
    )
    found = list(check_services(config))
    assert names(found) == ["database", "redis"]
    assert "SWORDFISH" not in str(found)
    redis = {"REDIS_URL": "redis://192.0.2.1:1/0?socket_connect_timeout=0.01"}
    far = list(check_services(Config.from_env(GOOD | redis)))
    assert "REDIS_URL" in names(far)


def test_the_command_ends_with_1_while_there_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = REQUIRED | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/x",
        "REDIS_URL": "redis://:1@[::1]:1",
    }
    run = create_app(Config.from_env(settings)).test_cli_runner().invoke
    done = run(args=["check", "--json"])
    answer = json.loads(done.output)
    assert (done.exit_code, answer["ready"]) == (1, False)
    assert {"SECRET_KEY", "BASE_URL", "SMTP_URL"} <= {one["name"] for one in answer["findings"]}
    assert {one["weight"] for one in answer["findings"]} == {"problem", "advice"}
    lines = run(args=["check"]).output.splitlines()
    assert lines[0].startswith("problem SECRET_KEY: A key can be guessed. Make one with")
    assert lines[-1] == "Not ready: fix the problems, and check again."
