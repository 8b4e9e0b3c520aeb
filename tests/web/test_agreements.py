"""Who may have items of a benchmark that asks for an agreement: teams that accepted it."""

import csv
import io
import re
from collections.abc import Callable

import pytest
import requests
from sqlalchemy import select

from leaderboard.agreements import accept_agreement, find_agreement, has_accepted, state_agreement
from leaderboard.db import Sessions
from leaderboard.errors import AgreementNeeded, Conflict, Forbidden
from leaderboard.models.benchmark import Item, ItemImage, Split
from leaderboard.models.role import Role
from leaderboard.models.team import Team, User
from leaderboard.packages.catalogue import get_benchmark
from tests.factories import load_items, make_card, make_submission, make_team, make_user
from tests.package_files import make_items, make_manifest
from tests.site import Site
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import make_file
from tests.web.test_pages import post, sign_in

TERMS, PAGE = "/admin/terms/tiny", "/benchmarks/tiny/agreement"
ADDRESS = f"http://127.0.0.1:8000{PAGE}"
PACKAGE = "/benchmarks/tiny/splits/test/package"
ITEMS = "/benchmarks/tiny/splits/dev/items"
TEXT = "Use it for **research** alone. <script>no</script>"


def ask(site: Site, version: str, *, covers_pages: bool) -> str:
    """State an agreement as the benchmark's host does; the page after that."""
    form = {"version": version, "text": TEXT} | ({"covers_pages": "y"} if covers_pages else {})
    return post(sign_in(site, "hanna"), site, f"{TERMS}/agreement", TERMS, **form).text


def find_picture(site: Site, split: str) -> str:
    """The address of a picture of a split."""
    with site.sessions.read() as session:
        sha256 = session.scalars(
            select(ItemImage.sha256)
            .join(Item, Item.id == ItemImage.item_id)
            .join(Split, Split.id == Item.split_id)
            .where(Split.name == split)
            .limit(1)
        ).one()
    return f"/images/{sha256}"


@pytest.mark.one_database
def test_items_and_pictures_are_for_teams_that_accepted_and_a_new_version_asks_again(
    site: Site,
) -> None:
    site.add_role("hanna", Role.HOST)
    site.add_person("bert", "team-b", "model-b")
    everybodys = site.get(find_picture(site, "test")).headers["Cache-Control"]
    assert everybodys.startswith("public")
    assert "Teams are asked to accept version 1 from now on." in ask(site, "1", covers_pages=False)
    assert "was stated before" in ask(site, "1", covers_pages=True)
    ada, bert, hanna = (sign_in(site, name) for name in ("ada", "bert", "hanna"))
    token = site.token("ada")
    api = f"/api/v1{PACKAGE}"

    def statuses(path: str) -> list[int]:
        readers: list[Callable[..., requests.Response]] = [requests.get, ada.get, bert.get]
        return [read(f"{site.url}{path}", timeout=HANG_SECONDS).status_code for read in readers]

    for path in (PACKAGE, find_picture(site, "test")):
        assert 200 not in statuses(path), path
    assert statuses(ITEMS) == [200] * 3
    for headers in ({}, token):
        refused = site.get(api, headers)
        error = refused.json()["error"]
        assert (refused.status_code, error["code"]) == (403, "agreement_needed")
        assert error["url"] == ADDRESS
        assert error["url"] in error["remedy"]
    assert site.submit(token, make_file()).json()["error"]["code"] == "agreement_needed"
    assert hanna.get(f"{site.url}{PACKAGE}").status_code == 200

    shown = ada.get(f"{site.url}{PAGE}").text
    assert "<strong>research</strong>" in shown
    assert "<script>no" not in shown
    assert "Sign in" in site.get(PAGE).text
    done = post(ada, site, PAGE, PAGE, team="team-a", version="1").text
    assert "Team-A has accepted it." in done
    stale = post(ada, site, PAGE, "/account", team="team-a", version="0").text
    assert "changed since you opened" in stale
    assert post(bert, site, PAGE, "/account", team="team-a", version="1").status_code == 404
    assert statuses(PACKAGE) == [403, 200, 403]
    assert site.get(api, token).status_code == 200
    assert "no-store" in ada.get(f"{site.url}{find_picture(site, 'test')}").headers["Cache-Control"]
    assert site.submit(token, make_file()).status_code == 201

    assert "Try a case" in site.get("/").text
    ask(site, "2", covers_pages=True)
    for path in (PACKAGE, ITEMS, find_picture(site, "dev"), "/benchmarks/tiny/splits/dev/package"):
        assert statuses(path) == [403] * 3, path
    post(ada, site, PAGE, PAGE, team="team-a", version="2")
    assert statuses(ITEMS) == [403, 200, 403]
    assert statuses(find_picture(site, "dev")) == [403, 200, 403]
    for path in ("/benchmarks/tiny", "/"):
        front = site.get(path)
        assert front.status_code == 200
        assert re.search(r"/images/[0-9a-f]{64}", front.text) is None
    record = site.get("/api/v1/benchmarks/tiny").json()["agreement"]
    assert record == {"version": "2", "covers_pages": True, "url": ADDRESS}

    rows = list(csv.reader(io.StringIO(hanna.get(f"{site.url}{TERMS}/acceptances.csv").text)))
    assert [row[:2] + row[4:5] for row in rows[1:]] == [
        ["2", "team-a", "ada@example.org"],
        ["1", "team-a", "ada@example.org"],
    ]
    post(hanna, site, f"{TERMS}/agreement/end", TERMS)
    assert statuses(PACKAGE) == [200] * 3
    assert statuses(ITEMS) == [200] * 3


def test_a_package_asks_from_its_opening_on_and_an_owner_accepts_once_for_the_team(
    sessions: Sessions,
) -> None:
    said = {"version": "1", "text": TEXT}
    with sessions.write() as session:
        load_items(session, make_items(3, 0, 0), make_manifest(agreement=said))
        owner, member = make_user(session, "owner"), make_user(session, "member")
        team = make_team(session, "team", owner, member)
        card = make_card(session, team, "model-a")
        with pytest.raises(AgreementNeeded, match="version 1"):
            make_submission(session, {"test-text-000": "B"}, card=card)
        with pytest.raises(Forbidden, match="owner"):
            accept_agreement(session, "tiny", "1", team, member)
        with pytest.raises(Conflict, match="has changed"):
            accept_agreement(session, "tiny", "0", team, owner)
        first = accept_agreement(session, "tiny", "1", team, owner)
        assert accept_agreement(session, "tiny", "1", team, owner) is first
        make_submission(session, {f"test-text-00{n}": "B" for n in range(3)}, card=card)
    with sessions.write() as session:
        load_items(session, make_items(3, 0, 0), make_manifest(version="1.1.0", agreement=said))
        found = find_agreement(session, "tiny")
        assert found is not None
        team = session.scalars(select(Team)).one()
        assert has_accepted(session, found, team.id)
        assert session.get_one(User, first.user_id).name == "owner"
        state_agreement(session, "tiny", "2", TEXT, covers_pages=False)
        newer = find_agreement(session, "tiny")
        assert newer is not None
        assert not has_accepted(session, newer, team.id)
        assert get_benchmark(session, "tiny").version == "1.1.0"
