"""Guessing a password is slow at every form that asks for one, and locks its owner out of none."""

import re
from collections.abc import Iterator

import pytest

from tests.factories import PASSWORD
from tests.site import OpenSite, Site, Visitor
from tests.web.test_pages import csrf_of, post

pytestmark = pytest.mark.one_database
WRONG = "wrong wrong wrong"
LIMITS = {
    "PROXIES": "1",
    "SIGN_IN_LIMIT": "8 per day",
    "GUESS_LIMIT": "3 per day",
    "GUESS_LIMIT_OVERALL": "6 per day",
}


@pytest.fixture
def guarded(open_site: OpenSite, empty_redis_url: str) -> Iterator[Site]:
    """A site behind a proxy that names the caller's address, with few attempts."""
    with open_site(**LIMITS) as site:
        site.add_person("bob", "team-b")
        yield site


def visit(site: Site, address: str) -> Visitor:
    visitor = Visitor(site.url)
    visitor.headers["X-Forwarded-For"] = address
    return visitor


def guess(site: Site, address: str, name: str = "ada", password: str = WRONG) -> int:
    """Try to sign in from a network address: the status."""
    visitor = visit(site, address)
    form = {"email": f"{name}@example.org", "password": password}
    form["csrf_token"] = csrf_of(visitor.get("/sign-in").text)
    return visitor.post("/sign-in", data=form, allow_redirects=False).status_code


def test_one_account_from_one_network(guarded: Site) -> None:
    assert [guess(guarded, "192.0.2.1") for _ in range(4)] == [401, 401, 401, 429]
    assert guess(guarded, "192.0.2.1", " ADA", PASSWORD) == 429, "in another spelling too"
    assert guess(guarded, "192.0.2.1", "bob") == 401
    assert guess(guarded, "192.0.2.2", "ada", PASSWORD) == 302, "the owner comes from elsewhere"


def test_who_is_stopped_reads_for_how_long(guarded: Site) -> None:
    for _ in range(3):
        guess(guarded, "192.0.2.1")
    visitor = visit(guarded, "192.0.2.1")
    form = {"email": "ada@example.org", "password": WRONG}
    form["csrf_token"] = csrf_of(visitor.get("/sign-in").text)
    stopped = visitor.post("/sign-in", data=form)
    assert stopped.status_code == 429
    said = re.search(r"Try again in (\d+) minutes\.", stopped.text)
    assert said is not None
    seconds = int(stopped.headers["Retry-After"])
    assert seconds <= 60 * int(said[1]) <= seconds + 120


def test_all_of_an_ipv6_network_counts_as_one(guarded: Site) -> None:
    statuses = [guess(guarded, f"2001:db8:0:1::{n}") for n in range(1, 5)]
    assert statuses == [401, 401, 401, 429]
    assert guess(guarded, "2001:db8:0:2::1") == 401


def test_one_network_whomever_it_tries(guarded: Site) -> None:
    statuses = [guess(guarded, "192.0.2.1", f"nobody{n}") for n in range(9)]
    assert statuses == [401] * 8 + [429]


def test_an_unknown_address_is_counted_like_a_known_one(guarded: Site) -> None:
    for name in ("ada", "nobody"):
        assert [guess(guarded, "192.0.2.1", name) for _ in range(4)] == [401, 401, 401, 429]


def test_many_networks_at_once_do_not_lock_out_an_owner_who_is_signed_in(guarded: Site) -> None:
    home = "198.51.100.1"
    assert guess(guarded, home, "ada", PASSWORD) == 302
    statuses = [guess(guarded, f"192.0.2.{n}") for n in range(1, 7)]
    assert statuses == [401] * 5 + [429]
    assert guess(guarded, "203.0.113.1", "ada", PASSWORD) == 429
    assert guess(guarded, home, "ada", PASSWORD) == 302


@pytest.mark.parametrize("path", ["/account/password", "/account/address"])
def test_a_stolen_session_cannot_guess_the_password(guarded: Site, path: str) -> None:
    ada = visit(guarded, "192.0.2.1")
    form = {"email": "ada@example.org", "password": PASSWORD}
    assert post(ada, guarded, "/sign-in", "/sign-in", **form).status_code == 200
    form = {"password": WRONG, "new_password": "a quite different password", "email": "x@y.example"}
    statuses = [post(ada, guarded, path, "/account", **form).status_code for _ in range(3)]
    assert statuses == [400, 400, 429]
    assert guess(guarded, "192.0.2.1", "ada", PASSWORD) == 429, "all places count together"
