"""Every route answers everybody as the table says, and the table has every route.

Everybody asks for everything once; what is read from the answers is more than their status. No
answer opens a commitment, and none tells that a version is being prepared.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from config import Config
from leaderboard.app import create_app
from leaderboard.packages.catalogue import get_loaded
from leaderboard.packages.opening import open_version
from tests.factories import prepare_items
from tests.package_files import make_items, make_manifest, make_mcq, make_png
from tests.site import N_IMAGE, N_REPORT, N_TEXT, OpenSite
from tests.test_docs import REQUIRED
from tests.web.rights.crawl import Asked, Seen, crawl, crawl_again, make_search, normalise
from tests.web.rights.forms import FORMS
from tests.web.rights.table import API, PAGES, Group, read_cells
from tests.web.rights.world import World, make_world

TABLE = (*PAGES, *API)
VERSION, UNKNOWN = "9.8.7", "9.8.6"
WORD = "zebra"
"""Stands in every text of the prepared version that is new."""
ITEMS = [
    *make_items(N_TEXT, N_IMAGE, N_REPORT),
    make_mcq(500, question=f"A {WORD}?", subcondition=WORD),
    make_mcq(
        501, images=[{"path": f"images/zz-{n:02}.png", "alt": "A phantom"} for n in range(20)]
    ),
]
TERMS = [{"key": key, "name": key} for key in ("disc_herniation", "lumbar_stenosis", WORD)]
MANIFEST = make_manifest(version=VERSION, notice=f"A {WORD}.")
MANIFEST["taxonomy"]["subconditions"] = TERMS
PICTURE = hashlib.sha256(make_png(N_IMAGE + 19)).hexdigest()
"""The last of the item that is new: the pictures of a test's package are numbered."""


@pytest.fixture(scope="module")
def world(open_site: OpenSite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Everybody and everything, the same for each request."""
    place = tmp_path_factory.mktemp("kept") / "kept.sqlite3"
    with open_site(QUOTA_SUBMISSIONS="0") as site, make_world(site, place) as made:
        yield made


@pytest.fixture(scope="module")
def seen(world: World) -> Mapping[Asked, Seen]:
    """What everybody got from every route."""
    return crawl(world)


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
    seen: Mapping[Asked, Seen], groups: tuple[Group, ...]
) -> None:
    wrong = [
        f"{who}: {method} {address} gives {seen[who, method, address].status} and not {status}"
        for who, method, address, status in read_cells(groups)
        if seen[who, method, address].status != status
    ]
    assert wrong == []


def test_no_address_tells_anybody_what_opens_a_commitment(
    world: World, seen: Mapping[Asked, Seen]
) -> None:
    assert [" ".join(key) for key, one in seen.items() if one.opens] == []
    assert sum(one.status == 200 for one in seen.values()) > 300
    # To its hosts a submission's archive tells it, so the search finds what is there.
    archive = world.ask("host", "GET", "/admin/submissions/{scored}/bundle", {}).content
    assert make_search(world)(archive)


def test_with_a_prepared_version_every_address_answers_as_before_to_all_but_its_hosts(
    world: World, seen: Mapping[Asked, Seen]
) -> None:
    world.restore()
    with world.site.sessions.write() as session:
        assert prepare_items(session, ITEMS, MANIFEST).opening is None
    world.keep()
    after = crawl_again(world)
    changed = [
        " ".join(key)
        for key, one in after.items()
        if (one.status, one.text) != (seen[key].status, seen[key].text)
    ]
    assert not changed, "\n".join(changed)
    assert len(after) > 300
    assert [key for key, one in after.items() if WORD in one.text or VERSION in one.text] == []

    for address in (address for one in TABLE for method, address in one.read() if method == "GET"):
        who = "read token" if address.startswith("/api") else "visitor"
        asked = f"{address}{'&' if '?' in address else '?'}version="
        known, unknown = (world.ask(who, "GET", asked + v, {}) for v in (VERSION, UNKNOWN))
        assert known.status_code == unknown.status_code, address
        texts = [normalise(a).replace(v, "") for a, v in ((known, VERSION), (unknown, UNKNOWN))]
        assert texts[0] == texts[1], address

    page = f"/images/{PICTURE}"
    assert world.ask("visitor", "GET", page, {}).status_code == 404
    assert VERSION in world.ask("host", "GET", "/admin/benchmarks", {}).text
    with world.site.sessions.write() as session:
        open_version(session, get_loaded(session, "tiny", VERSION))
    assert world.ask("visitor", "GET", page, {}).status_code == 200
    assert VERSION in world.ask("visitor", "GET", "/benchmarks/tiny", {}).text
