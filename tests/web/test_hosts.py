"""The site answers to its own name alone, and no link comes from what a request calls it."""

import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from leaderboard.web.hosts import read_host
from tests.site import OpenSite, Site

pytestmark = pytest.mark.one_database
NAMES = {"BASE_URL": "https://Leaderboard.example", "TRUSTED_HOSTS": "mirror.example 192.0.2.7"}


@pytest.fixture(scope="module")
def named(open_site: OpenSite) -> Iterator[Site]:
    with open_site(**NAMES) as site:
        yield site


def ask(site: Site, host: str, path: str = "/") -> tuple[int, str]:
    """Status and text of a request that carries this Host header."""
    connection = http.client.HTTPConnection(urlsplit(site.url).netloc)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


@pytest.mark.parametrize(
    "host",
    [
        "leaderboard.example",
        "LEADERBOARD.example:443",
        "leaderboard.example.",
        "mirror.example",
        "192.0.2.7:8000",
        "127.0.0.1:8000",
        "localhost",
        "[::1]:8000",
    ],
)
def test_its_own_names_and_loopback_are_answered(named: Site, host: str) -> None:
    assert ask(named, host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "leaderboard.example.evil.example",
        "evilleaderboard.example",
        "leaderboard.example@evil.example",
        "leaderboard.example:80@evil.example",
        "leaderboard.example/evil.example",
        "leaderboard.example:99999999",
        "",
        "[::1",
    ],
)
def test_other_names_are_refused_in_words(named: Site, host: str) -> None:
    assert ask(named, "leaderboard.example")[0] == 200, "a kept page changes nothing"
    status, text = ask(named, host)
    assert status == 400
    assert "Open https://Leaderboard.example instead." in text
    assert "evil" not in text


def test_the_api_refuses_in_its_own_shape(named: Site) -> None:
    status, text = ask(named, "evil.example", "/api/v1/benchmarks")
    assert status == 400
    assert '"code": "invalid_request"' in text


def test_no_page_names_the_host_of_the_request(named: Site) -> None:
    for path in ("/", "/sign-in", "/feed.atom", "/sitemap.xml", "/api/v1/benchmarks", "/account"):
        status, text = ask(named, "mirror.example", path)
        assert status < 500
        assert "mirror.example" not in text, path


def test_a_name_is_read_alike_in_every_spelling() -> None:
    assert read_host("BÜCHER.example:443") == read_host("xn--bcher-kva.example")
    assert read_host("[2001:DB8::1]:80") == read_host("2001:db8::1") == "2001:db8::1"
