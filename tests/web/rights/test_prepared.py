"""A prepared version of a benchmark does not exist for anybody but its hosts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import pytest
import requests

from leaderboard.packages.catalogue import get_loaded
from leaderboard.packages.opening import open_version
from tests.factories import prepare_items
from tests.package_files import make_items, make_manifest, make_mcq, make_png
from tests.site import N_IMAGE, N_REPORT, N_TEXT, OpenSite
from tests.web.rights.table import API, PAGES, Group
from tests.web.rights.world import World, make_world

VERSION, UNKNOWN = "9.8.7", "9.8.6"
WORD = "zebra"
"""Stands in every text of the prepared version that is new."""
CHANGING = ("/static", "/healthz", "/account/second-factor")
"""Addresses that know no benchmark and show another secret or state each time."""
ASKERS = ("read token", "visitor", "owner", "expert", "other host")
"""The token first: its owner's pages say when it was used."""
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
    place = tmp_path_factory.mktemp("kept") / "kept.sqlite3"
    with open_site(QUOTA_SUBMISSIONS="0") as site, make_world(site, place) as made:
        yield made


def read_addresses(groups: tuple[Group, ...]) -> Iterator[str]:
    for group in groups:
        yield from (address for method, address in group.read() if method == "GET")


def crawl(world: World) -> dict[tuple[str, str], tuple[int, str]]:
    """Every address that is read, as everybody who is no host of tiny gets it."""
    found = {}
    for who in ASKERS:
        groups = API if who.endswith("token") else PAGES
        for address in read_addresses(groups):
            if not address.startswith(CHANGING):
                answer = world.ask(who, "GET", address, {})
                found[who, address] = (answer.status_code, normalise(answer))
    return found


def normalise(answer: requests.Response) -> str:
    """The text of an answer without what is another one each time: forms' tokens and times."""
    if "zip" in answer.headers["Content-Type"] or "image/" in answer.headers["Content-Type"]:
        return hashlib.sha256(answer.content).hexdigest()
    text = re.sub(r'(csrf[_-]token"\s+(?:value|content)=)"[^"]*"', r"\1", answer.text)
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+(Z|\+00:00)?", "TIME", text)


@pytest.mark.long
def test_with_a_prepared_version_every_address_answers_as_before_to_all_but_its_hosts(
    world: World,
) -> None:
    before = crawl(world)
    with world.site.sessions.write() as session:
        assert prepare_items(session, ITEMS, MANIFEST).opening is None
    world.keep()
    after = crawl(world)
    changed = [" ".join(key) for key in before if before[key] != after[key]]
    assert not changed, "\n".join(changed)
    telling = [key for key, (_, text) in after.items() if WORD in text or VERSION in text]
    assert telling == []

    for address in read_addresses((*PAGES, *API)):
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
