"""Addresses that hold a secret: no log has it, and no page tells it to another one."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from bench.slow_clients import RECEIVING, start_web
from config import Config
from demo.processes import Supervisor
from demo.settings import ROOT
from leaderboard.app import create_app
from leaderboard.db import make_sessions
from leaderboard.web.secret_paths import make_pattern, read_places
from tests.site import ENDPOINT_KEY, SECRET_KEY, OpenSite, Site, Visitor
from tests.waiting import wait_until
from tests.web.test_pages import csrf_of, post, sign_in

TOKEN = "ImFkYUBleGFtcGxlLm9yZyI.aSwKxA.q-0_secretsecretsecret"
PUBLIC = {
    *(
        "act",
        "answer",
        "check",
        "email",
        "ending",
        "endpoint",
        "filename",
        "format",
        "key",
        "kind",
        "link_id",
        "model",
        "objection",
    ),
    *(
        "name",
        "passkey_id",
        "place",
        "rater_id",
        "session_id",
        "sha256",
        "slug",
        "split",
        "target_id",
        "team",
    ),
    *("token_id", "user_id", "version"),
}
"""Parts of addresses that may be known: whoever knows one may do no more by it."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application for its addresses alone."""
    place = tmp_path_factory.mktemp("addresses") / "none.sqlite3"
    environ = {"DATABASE_URL": f"sqlite:///{place}", "SECRET_KEY": SECRET_KEY}
    return create_app(Config.from_env({**environ, "REDIS_URL": "redis://127.0.0.1:1/0"}))


def read_secret_paths(app: Flask) -> list[str]:
    """An address of every route with a secret, with TOKEN for it."""
    rules = {one.rule for one in app.url_map.iter_rules() if "<secret:" in one.rule}
    return sorted(re.sub(r"<secret:\w+>", TOKEN, one) for one in rules)


def is_secret(rule: Rule, name: str) -> bool:
    return f"<secret:{name}>" in rule.rule


def test_every_part_of_an_address_is_known_to_be_public_or_secret(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        for name in rule.arguments:
            assert name in PUBLIC or is_secret(rule, name), (
                f"{rule.rule}: say <secret:{name}> if whoever knows it may do something by it"
            )
    assert read_places(app.url_map) == ["confirm", "invitations", "join", "register", "reset"]


def test_the_logs_of_the_proxies_in_deploy_hide_the_same_secrets(app: Flask) -> None:
    pattern = make_pattern(read_places(app.url_map))
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    assert caddy.count(f"regexp `{pattern}`") == 3
    nginx = (ROOT / "deploy" / "nginx.conf").read_text()
    for name in ("request", "referer"):
        inside = pattern.removeprefix("(?i)(")
        assert f'"~*^(?<{name}_start>.*{inside}(?<{name}_rest>.*)$"' in nginx
    words = "|".join(read_places(app.url_map))
    assert f"location ~* ^/+(?:{words})/ {{\n            error_log /dev/null crit;" in nginx


@pytest.fixture(scope="module")
def logged(
    filled_template: Path, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Path]]:
    """The web process of the Procfile with an access log of all that gunicorn can tell."""
    folder = tmp_path_factory.mktemp("logged")
    place = shutil.copyfile(filled_template, folder / "site.sqlite3")
    log = folder / "access.log"
    formats = "%(r)s %(U)s %(q)s %(f)s %({referer}i)s %({location}o)s %({request_uri}e)s"
    environ = {
        "DATABASE_URL": f"sqlite:///{place}",
        "REDIS_URL": redis_url,
        "SECRET_KEY": SECRET_KEY,
        "ENDPOINT_KEYS": ENDPOINT_KEY,
        "GUNICORN_CMD_ARGS": f"--access-logfile {log} --access-logformat '{formats}'",
        "PYTHONPATH": os.pathsep.join(["cli", os.environ.get("PYTHONPATH", "")]),
    }
    sessions = make_sessions(environ["DATABASE_URL"])
    with Supervisor(folder / "logs") as supervisor:
        port = start_web(supervisor, "web", RECEIVING, environ)
        yield Site(f"http://127.0.0.1:{port}", sessions), log
    sessions.engine.dispose()


def test_the_access_log_holds_no_secret_of_a_link(app: Flask, logged: tuple[Site, Path]) -> None:
    site, log = logged
    paths = read_secret_paths(app)
    doubled = [path.replace("/", "//") for path in paths]
    back = [f"/sign-in?back={quote(path, safe=safe)}" for path in paths for safe in ("", "/")]
    with Visitor(site.url) as visitor:
        for path in [*paths, *doubled, *back]:
            visitor.get(
                site.url + path, headers={"Referer": f"{site.url}{path}"}, allow_redirects=False
            )
        visitor.get(site.url + "/healthz")
    wait_until(lambda: "/healthz" in log.read_text())
    text = log.read_text()
    assert TOKEN not in text
    for place in read_places(app.url_map):
        assert f"GET /{place}/*** HTTP/1.1" in text


def test_a_page_at_a_secret_address_says_nowhere_where_its_reader_came_from(
    site: Site, app: Flask
) -> None:
    ada = sign_in(site, "ada")
    for path in read_secret_paths(app):
        answer = ada.get(site.url + path, allow_redirects=False)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        answer = site.get(f"/sign-in?back={quote(path)}")
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert ada.get(site.url + "/account").headers["Referrer-Policy"] == "same-origin"


def test_a_form_needs_no_referrer_over_https_and_stands_on_no_other_sites_page(
    open_site: OpenSite,
) -> None:
    with open_site(PROXIES="1", COOKIE_SECURE="0") as site:
        ada = sign_in(site, "ada")
        ada.headers["X-Forwarded-Proto"] = "https"
        answer = post(ada, site, "/account/teams", "/account", slug="team-b", name="Team B")
        assert "Team B" in answer.text
        token = csrf_of(ada.get(site.url + "/account").text)
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Referer": "https://elsewhere.example/"},
        ):
            form = {"csrf_token": token, "slug": "forged", "name": "Forged"}
            answer = ada.post(site.url + "/account/teams", data=form, headers=headers)
            assert answer.status_code == 400
        assert "Forged" not in ada.get(site.url + "/account").text
