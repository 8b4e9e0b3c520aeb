"""What caches may keep is everybody's: no cookie is set on it, and it depends on none."""

import re
from collections.abc import Iterator

import pytest

from config import Config
from leaderboard.app import create_app
from tests.site import Site, Visitor
from tests.test_docs import REQUIRED
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.one_database
WORDS = {
    "slug": "tiny",
    "split": "test",
    "model": "model-a",
    "name": "submitting",
    "release": "1",
    "version": "1.0.0",
    "kind": "text",
    "track": "text",
    "board": "overall",
    "filename": "site.css",
    "ending": "csv",
}
FAMILIES = (
    "/",
    "/static/site.css",
    "/feed.atom",
    "/exports/ranking.csv",
    "/models/model-a",
    "/models/model-a/badge.svg",
    "/benchmarks",
    "/docs/api",
    "/api/v1/rankings/tiny/test",
)
"""One of each kind of what is shared, which must be among what this test found."""


def list_addresses() -> Iterator[str]:
    """Every address that is read, from the application's own map, with something in its places."""
    app = create_app(Config.from_env(REQUIRED))
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()):
            places = r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>"
            yield re.sub(places, lambda found: WORDS.get(found[2], "1"), rule.rule)
            if rule.rule.startswith("/models/"):
                yield re.sub(places, lambda found: WORDS.get(found[2], "1"), rule.rule).replace(
                    "/models/tiny", "/models/model-a"
                )


def is_shared(headers: dict[str, str]) -> bool:
    return not {"no-store", "private"} & set(re.split(r"[\s,]+", headers.get("Cache-Control", "")))


def test_no_shared_answer_sets_a_cookie_or_depends_on_one(scored_site: Site) -> None:
    nobody, ada = Visitor(scored_site.url), sign_in(scored_site, "ada")
    nobody.get("/sign-in")
    assert {cookie.name for cookie in nobody.cookies} == {"spinebench"}
    assert len(ada.cookies) == 2
    shared = set()
    for path in dict.fromkeys([*FAMILIES, *list_addresses()]):
        for who in (ada, nobody):
            answer = who.get(path, allow_redirects=False)
            if not is_shared(dict(answer.headers)):
                continue
            if answer.status_code == 200:
                shared.add(path)
            assert "Set-Cookie" not in answer.headers, path
            assert "cookie" not in answer.headers.get("Vary", "").lower(), path
    assert shared >= set(FAMILIES)
    assert len(shared) > 30
