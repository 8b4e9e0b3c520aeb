"""Every route answers everybody as the table says, and the table has every route."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
import requests

from config import Config
from leaderboard.app import create_app
from tests.site import OpenSite
from tests.test_docs import REQUIRED
from tests.web.rights.forms import FORMS
from tests.web.rights.table import API, PAGES, SIGN_IN, Group, read_cells
from tests.web.rights.world import World, make_world

TABLE = (*PAGES, *API)


@pytest.fixture(scope="module")
def world(open_site: OpenSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everybody and everything, the same for each request."""
    place = tmp_path_factory.mktemp("kept") / "kept.sqlite3"
    with open_site(QUOTA_SUBMISSIONS="0") as site, make_world(site, place) as made:
        yield made


def read_status(answer: requests.Response) -> int:
    """The status; SIGN_IN for one that leads to the page to sign in."""
    goes = answer.headers.get("Location", "")
    return (
        SIGN_IN
        if answer.status_code == 302 and goes.startswith("/sign-in")
        else (answer.status_code)
    )


def test_the_table_has_every_route_once_and_no_other() -> None:
    rules = create_app(Config.from_env(REQUIRED)).url_map
    there = Counter(
        (method, rule.rule)
        for rule in rules.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    )
    adapter, listed = rules.bind("localhost"), Counter[tuple[str, str]]()
    for group in TABLE:
        for method, address in group.read():
            path = re.sub(r"{\w+}", "1", address).partition("?")[0]
            rule, _ = adapter.match(path, method=method, return_rule=True)
            listed[method, rule.rule] += 1
    assert sorted((there - listed).elements()) == [], "routes without a line in the table"
    assert sorted((listed - there).elements()) == [], "lines of the table without a route"


def test_what_is_sent_belongs_to_a_line_of_the_table() -> None:
    lines = {f"{method} {address}" for group in TABLE for method, address in group.read()}
    assert FORMS.keys() - lines == set()


@pytest.mark.long
@pytest.mark.parametrize("groups", [PAGES, API], ids=["pages", "api"])
def test_each_route_gives_everybody_the_status_that_the_table_says(
    world: World, groups: tuple[Group, ...]
) -> None:
    wrong = []
    for who, method, address, status in read_cells(groups):
        sent = FORMS.get(f"{method} {address}", {})
        found = read_status(world.ask(who, method, address, sent))
        if found != status:
            wrong.append(f"{who}: {method} {address} gives {found} and not {status}")
    assert wrong == []
