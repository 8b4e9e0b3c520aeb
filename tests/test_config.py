"""The settings of an installation: read from the environment, wrong ones named at once."""

from __future__ import annotations

import base64

import pytest

from config import Config, ConfigError

SECRET = "SWORDFISH" * 4
REQUIRED = {"DATABASE_URL": "sqlite://", "REDIS_URL": "redis://r", "SECRET_KEY": "k" * 32}


def read_problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Config.from_env(environ)
    return str(caught.value).splitlines()


def test_every_problem_of_the_environment_is_named_at_once_with_its_remedy() -> None:
    problems = read_problems(
        {
            "REDIS_URL": " ",
            "SECRET_KEY": "short",
            "COOKIE_SECURE": "perhaps",
            "PROXIES": "two",
            "LEASE_SECONDS": "-1",
            "QUOTA_DAYS": "1.5",
            "SMTP_URL": "smtp://mail.example",
            "SIGN_IN_LIMIT": "often",
            "ENDPOINT_KEYS": "no-key",
        }
    )
    not_set = (
        "is not set. Set it in the environment (see docs/hosting.md), or run `make demo` for a "
        "server with everything included."
    )
    assert problems == [
        f"DATABASE_URL {not_set}",
        f"REDIS_URL {not_set}",
        "SECRET_KEY is shorter than 32 characters. Make one with "
        "`python -c 'import secrets; print(secrets.token_urlsafe(48))'`.",
        "COOKIE_SECURE must be 1 or 0.",
        "PROXIES must be a whole number.",
        "LEASE_SECONDS must be at least 0.",
        "QUOTA_DAYS must be a whole number.",
        "MAIL_FROM must be the e-mail address that mail is sent from.",
        "SIGN_IN_LIMIT must read like `10 per minute; 60 per hour`.",
        "ENDPOINT_KEYS holds something that is not a key. Make one with "
        "`python -m flask --app leaderboard.app endpoint make-key`.",
    ]


@pytest.mark.parametrize(
    ("name", "text", "remedy"),
    [
        ("DATABASE_URL", f"nonsense:{SECRET}", "must read like postgresql://"),
        ("DATABASE_URL", f"mysql://u:{SECRET}@h/x", "must read like postgresql://"),
        ("DATABASE_URL", f"postgresql://u:{SECRET}@h:port/x", "must read like postgresql://"),
        ("REDIS_URL", f"foo:{SECRET}", "must read like redis://"),
        ("REDIS_URL", f"redis://:{SECRET}@h:port", "must read like redis://"),
        ("SENTRY_DSN", SECRET, "must read like https://key@sentry.example/1"),
        ("SENTRY_DSN", "https://sentry.example/1", "must read like https://key@sentry.example/1"),
        ("LOG_FORMAT", "xml", "must be 'text' or 'json'."),
    ],
)
def test_an_address_that_nothing_can_open_is_named_with_its_form_and_not_shown(
    name: str, text: str, remedy: str
) -> None:
    (problem,) = read_problems(REQUIRED | {name: text})
    assert problem.startswith(f"{name} {remedy}")
    assert SECRET not in problem


def test_nothing_else_is_named_than_what_is_wrong() -> None:
    (problem,) = read_problems(REQUIRED | {"LEASE_SECONDS": "-1"})
    assert problem == "LEASE_SECONDS must be at least 0."


def test_what_is_wrong_with_a_setting_is_said_without_its_value() -> None:
    names = ("SECRET_KEY", "COOKIE_SECURE", "PROXIES", "SMTP_URL", "SIGN_IN_LIMIT", "ENDPOINT_KEYS")
    with pytest.raises(ConfigError) as caught:
        Config.from_env(REQUIRED | dict.fromkeys(names, f"{SECRET} x"))
    error = caught.value
    assert [line.partition(" ")[0] for line in str(error).splitlines()] == list(names)
    assert SECRET not in f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"


def test_settings_are_shown_without_their_secrets() -> None:
    key = base64.urlsafe_b64encode(SECRET[:32].encode()).decode()
    secrets = {
        "DATABASE_URL": f"postgresql://user:{SECRET}@host/name",
        "REDIS_URL": f"redis://:{SECRET}@host",
        "SECRET_KEY": SECRET,
        "SMTP_URL": f"smtp://user:{SECRET}@host",
        "MAIL_FROM": "a@b.example",
        "ENDPOINT_KEYS": key,
        "JUDGE_API_KEY": SECRET,
    }
    config = Config.from_env(secrets)
    assert config.judge_api_key == SECRET
    for text in (SECRET, key):
        assert text not in f"{config!r} {config}"


def test_a_blank_setting_is_as_good_as_none_and_blanks_around_one_do_not_count() -> None:
    blank = dict.fromkeys(("PROXIES", "COOKIE_SECURE", "QUEUE_NAME", "MAIL_FROM"), "  ")
    assert Config.from_env(REQUIRED | blank) == Config.from_env(REQUIRED)
    assert Config.from_env(REQUIRED | {"PROXIES": " 2\n"}).proxies == 2


@pytest.mark.parametrize(
    ("url", "given", "secure"),
    [
        ("https://board.example/", {}, True),
        ("http://board.example", {}, False),
        ("https://board.example", {"COOKIE_SECURE": "no"}, False),
        ("http://board.example", {"COOKIE_SECURE": "1"}, True),
    ],
)
def test_cookies_are_secure_where_the_site_is(
    url: str, given: dict[str, str], secure: bool
) -> None:
    config = Config.from_env({**REQUIRED, "BASE_URL": url, **given})
    assert config.cookie_secure is secure
    assert config.base_url == url.rstrip("/")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_an_address_of_postgresql_without_a_driver_gets_ours(scheme: str) -> None:
    config = Config.from_env({**REQUIRED, "DATABASE_URL": f"{scheme}://host/name"})
    assert config.database_url == "postgresql+psycopg://host/name"


def test_keys_and_addresses_are_told_apart_by_blanks() -> None:
    keys = {"SECRET_KEY": f"{'n' * 32}  {'o' * 32}", "ENDPOINT_ALLOWED_ADDRESSES": "a:1 b:2"}
    config = Config.from_env(REQUIRED | keys)
    assert config.secret_keys == ("n" * 32, "o" * 32)
    assert config.endpoint_allowed_addresses == ("a:1", "b:2")


def test_the_process_has_its_own_environment_alone_where_none_is_given(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("QUEUE_NAME", "mine")
    assert Config.from_env().queue_name == "mine"
    assert Config.from_env(REQUIRED).queue_name == "submissions"
