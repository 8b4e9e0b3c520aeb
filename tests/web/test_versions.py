"""A version follows another: what was sent moves, old addresses lead on, the past stays frozen."""

import re

import pytest

from config import Config
from leaderboard.app import create_app
from leaderboard.campaigns.start import start_version
from leaderboard.evaluation.rank import rank_split
from leaderboard.models.campaign import CampaignState
from leaderboard.models.role import Role
from leaderboard.packages.catalogue import get_benchmark, get_loaded, get_split
from leaderboard.rankings.releases import open_release
from tests.campaigns.campaigns import HOST, open_all, run_campaign
from tests.factories import load_items, prepare_items
from tests.package_files import make_items, make_manifest
from tests.site import N_IMAGE, N_REPORT, N_TEXT, Site
from tests.test_docs import REQUIRED
from tests.web.api.test_api import make_file
from tests.web.test_pages import sign_in

pytestmark = pytest.mark.one_database
CORRECTED = "test-text-004"
"""Right in the old version with B; in the new one with C, as all who had it wrong answered."""


def make_corrected() -> list[dict[str, object]]:
    """The site's items with one key corrected."""
    items = [*make_items(N_TEXT, N_IMAGE, N_REPORT), *make_items(3, 1, 1, "dev")]
    (one,) = (item for item in items if item["id"] == CORRECTED)
    one["answer"] = ["C"]
    return items


def prepare_corrected(site: Site) -> None:
    with site.sessions.write() as session:
        prepare_items(session, make_corrected(), make_manifest(version="1.0.1"))


def open_corrected(site: Site) -> None:
    open_version(site, "1.0.1")


def open_version(site: Site, version: str) -> None:
    with site.sessions.write() as session:
        campaign = start_version(session, get_loaded(session, "tiny", version), HOST)
    assert run_campaign(site.sessions, campaign.id).state is CampaignState.PROPOSED
    assert open_all(site.sessions, campaign.id).state is CampaignState.OPENED


@pytest.fixture
def ranked(site: Site) -> Site:
    """Two models in release 2 of version 1.0.0, of which 1.0.1 is prepared."""
    site.add_person("bob", "team-b", "model-b")
    site.submit(site.token("ada"), make_file(4))
    site.submit(site.token("bob"), make_file(5), "model-b")
    site.evaluate_all()
    with site.sessions.write() as session:
        split = get_split(get_benchmark(session, "tiny"), "test")
        open_release(session, split.id, "A new quarter.")
        rank_split(session, split.id)
    prepare_corrected(site)
    return site


@pytest.fixture
def followed(ranked: Site) -> Site:
    """The same after the host opened 1.0.1."""
    open_corrected(ranked)
    return ranked


def read_text_scores(site: Site, query: str = "") -> dict[str, float]:
    entries = site.get(f"/api/v1/rankings/tiny/test{query}").json()["entries"]
    return {one["model"]["slug"]: one["text"]["value"] for one in entries}


def test_a_version_alone_in_an_address_is_one_of_the_front_benchmark(ranked: Site) -> None:
    named = ranked.get("/?version=1.0.0")
    assert named.status_code == 200
    assert "Tiny</a> 1.0.0" in named.text
    unknown = ranked.get("/?version=1.1.0")
    assert unknown.status_code == 404
    assert "Its versions are 1.0.0." in unknown.text
    open_corrected(ranked)
    assert "Tiny</a> 1.0.0" in ranked.get("/?version=1.0.0").text
    assert "Its versions are 1.0.1, 1.0.0." in ranked.get("/?version=1.1.0").text


def test_a_version_alone_still_leads_there_once_another_benchmark_is_in_front(
    ranked: Site,
) -> None:
    open_corrected(ranked)
    with ranked.sessions.write() as session:
        manifest = make_manifest(slug="other", name="Other", version="1.0.1")
        load_items(session, make_items(2, 0, 0), manifest)
    assert "Other</a> 1.0.1" in ranked.get("/").text
    assert "Other</a> 1.0.1" in ranked.get("/?version=1.0.1").text
    assert "Tiny</a> 1.0.0" in ranked.get("/?version=1.0.0").text
    assert "Its versions are 1.0.1." in ranked.get("/?version=1.1.0").text


def test_after_the_opening_the_same_models_stand_on_the_new_version(ranked: Site) -> None:
    assert read_text_scores(ranked) == pytest.approx({"model-a": 400 / 6, "model-b": 500 / 6})
    open_corrected(ranked)
    assert read_text_scores(ranked) == pytest.approx({"model-a": 500 / 6, "model-b": 400 / 6})
    page = ranked.get("/").text
    assert "Tiny</a> 1.0.1" in page
    assert "Model-A" in page
    assert "is closed" not in page


def test_the_ranking_of_an_old_version_is_its_last_one_and_says_what_followed(
    followed: Site,
) -> None:
    page = followed.get("/?version=1.0.0").text
    assert "Version 1.0.1 followed 1.0.0" in page
    assert "This is the ranking of release 2 as it stood" in page
    assert 'href="/?board=overall&amp;benchmark=tiny&amp;split=test"' in page
    assert 'name="models"' not in page
    answer = followed.get("/api/v1/rankings/tiny/test?version=1.0.0").json()
    assert (answer["version"], answer["release"], answer["followed_by"]) == ("1.0.0", 2, "1.0.1")
    frozen = {"model-a": 400 / 6, "model-b": 500 / 6}
    assert read_text_scores(followed, "?version=1.0.0") == pytest.approx(frozen)
    with followed.sessions.write() as session:
        rank_split(session, get_split(get_benchmark(session, "tiny", "1.0.0"), "test").id)
    assert read_text_scores(followed, "?version=1.0.0") == pytest.approx(frozen)
    assert followed.get("/api/v1/rankings/tiny/test").json()["followed_by"] is None


def test_release_numbers_go_on_over_versions_and_each_is_found_by_its_number(
    followed: Site,
) -> None:
    answer = followed.get("/api/v1/releases/tiny/test").json()
    rows = [(one["number"], one["version"], one["n_models"]) for one in answer["releases"]]
    assert rows == [(3, "1.0.1", 2), (2, "1.0.0", 2), (1, "1.0.0", 2)]
    assert [one["closed_at"] is None for one in answer["releases"]] == [True, False, False]
    for number, version in ((3, "1.0.1"), (2, "1.0.0"), (1, "1.0.0")):
        found = followed.get(f"/api/v1/rankings/tiny/test?release={number}").json()
        assert (found["release"], found["version"]) == (number, version)
        page = followed.get(f"/?release={number}").text
        assert f"{version}, test split, release {number}" in page
    assert followed.get("/?release=4").status_code == 404
    assert "Its releases are 3, 2, 1." in followed.get("/?release=4").text
    page = followed.get("/releases").text
    assert re.findall(r">Release (\d)</a></th>\s*<td>([\d.]+)</td>", page) == [
        ("3", "1.0.1"),
        ("2", "1.0.0"),
        ("1", "1.0.0"),
    ]
    exported = followed.get("/exports/releases.csv").text.splitlines()[1:]
    assert [row.split(",")[1] for row in exported] == ["1.0.1", "1.0.0", "1.0.0"]


@pytest.mark.parametrize("version", ["", "version=1.0.0"])
def test_old_addresses_lead_to_the_same_models_where_they_stand_now(
    followed: Site, version: str
) -> None:
    place = f"benchmark=tiny&split=test&{version}"
    badge = followed.get(f"/models/model-a/badge.svg?{place}&board=text")
    assert "text 83.3" in badge.text
    page = followed.get(f"/models/model-a?{place}").text
    assert "83.3" in page
    assert ("Version 1.0.1 followed 1.0.0" in page) == bool(version)
    compared = followed.get(f"/compare?models=model-a,model-b&{place}")
    assert compared.status_code == 200
    assert "1.0.1" in compared.text
    for address in (
        "/models/model-a/picture.png?",
        "/models/model-a/citation.bib?",
        "/exports/models/model-a/scores.csv?",
        "/breakdowns?",
        "/exports/breakdowns.csv?",
        "/exports/comparisons/pairs.csv?models=model-a,model-b&",
        "/judges?",
        "/embed/ranking?",
        "/exports/ranking.csv?",
        "/ranking/figures/field.json?",
    ):
        assert followed.get(f"{address}{place}").status_code in (200, 404), address
    scores = followed.get(f"/exports/models/model-a/scores.csv?{place}").text
    assert scores.splitlines()[1].split(",")[1] == "1.0.1"
    answer = followed.get(f"/api/v1/comparisons/tiny/test?models=model-a,model-b&{version}").json()
    assert answer["version"] == "1.0.1"
    assert followed.get("/feed.atom").text.count("model-a?benchmark=tiny") >= 1


def test_pages_of_both_versions_say_what_a_dropped_and_a_reworded_item_leave(ranked: Site) -> None:
    address = "/api/v1/benchmarks/tiny?version=1.0.0"
    assert ranked.get(address).json()["smallest_differences"]
    items = [one for one in make_corrected() if one["id"] != "test-text-000"]
    (reworded,) = (one for one in items if one["id"] == "test-text-001")
    reworded["question"] = "Asked otherwise?"
    with ranked.sessions.write() as session:
        prepare_items(session, items, make_manifest(version="1.0.2"))
    open_version(ranked, "1.0.2")
    # The models' values are those of the new items, so nothing of the old ones is computed by them.
    assert ranked.get(address).json()["smallest_differences"] == []
    assert "What differences it can show" not in ranked.get("/benchmarks/tiny?version=1.0.0").text
    assert "not every question was scored" in ranked.get("/models/model-a").text


def test_a_file_for_an_old_version_is_refused_and_named_the_one_to_send_to(followed: Site) -> None:
    token = followed.token("ada")
    for address in ("validations", "submissions"):
        refused = followed.submit(token, make_file(3), address=address, version="1.0.0")
        assert refused.status_code in (409, 422), refused.text
        assert "version 1.0.1 followed it" in refused.text
        assert "Send to 1.0.1" in refused.text
    sent = followed.submit(token, make_file(3), version="1.0.1")
    assert sent.status_code == 201, sent.text


def test_the_benchmarks_page_and_api_tell_what_was_corrected_why_and_who_moved(
    ranked: Site,
) -> None:
    assert 'id="errata"' not in ranked.get("/benchmarks/tiny").text
    assert ranked.get("/api/v1/benchmarks/tiny/errata").json()["errata"] == []
    open_corrected(ranked)
    page = ranked.get("/benchmarks/tiny").text
    errata = page.partition('id="errata"')[2].partition("<h2")[0]
    assert "It followed 1.0.0. It is right." in errata
    assert re.search(r"Key corrected</th><td class=\"num\">1</td>", errata)
    # A demonstration's answers are known: the item may be named.
    assert CORRECTED in errata
    (one,) = ranked.get("/api/v1/benchmarks/tiny/errata").json()["errata"]
    assert (one["version"], one["former_version"]) == ("1.0.1", "1.0.0")
    (split,) = (found for found in one["splits"] if found["split"] == "test")
    assert split["changes"] == [
        {
            "change": "corrected",
            "subconditions": ["disc_herniation"],
            "n": 1,
            "items": [CORRECTED],
        }
    ]
    before = {key: read_ranks(ranked, key, "?release=2&board=") for key in BOARDS}
    after = {key: read_ranks(ranked, key, "?board=") for key in BOARDS}
    moved = {
        (board, model)
        for board in BOARDS
        for model in before[board]
        if before[board][model] != after[board][model]
    }
    assert {(move["board"], move["model"]) for move in split["moves"]} == moved
    assert ranked.get("/benchmarks/tiny?version=1.0.0").text.count('id="errata"') == 0


BOARDS = ("overall", "text", "image", "closed", "report")


def read_ranks(site: Site, board: str, query: str) -> dict[str, tuple[int, int]]:
    entries = site.get(f"/api/v1/rankings/tiny/test{query}{board}").json()["entries"]
    return {one["model"]["slug"]: (one["rank_low"], one["rank_high"]) for one in entries}


def test_a_host_sees_item_by_item_what_a_prepared_version_changes(ranked: Site) -> None:
    ranked.add_role("hedy", Role.HOST)
    host = sign_in(ranked, "hedy")
    listed = host.get(f"{ranked.url}/admin/benchmarks").text
    assert "/admin/benchmarks/tiny/1.0.1/changes" in listed
    page = host.get(f"{ranked.url}/admin/benchmarks/tiny/1.0.1/changes").text
    assert "1 key corrected, 10 the same; predictions carry over to 11 of 11 items." in page
    assert 'action="/admin/campaigns/start/tiny/1.0.1"' in page
    row = page.partition(f"<code>{CORRECTED}</code>")[2]
    assert re.search(
        r'Key</th><td class="wrapped">B</td><td class="wrapped">C</td>', row.partition("<h3")[0]
    )


def test_the_command_tells_what_a_version_changes_and_names_items_when_asked(
    ranked: Site,
) -> None:
    url = str(ranked.sessions.engine.url)
    app = create_app(Config.from_env(REQUIRED | {"DATABASE_URL": url}))
    run = app.test_cli_runner().invoke
    said = run(args=["benchmark", "diff", "tiny", "1.0.0", "1.0.1"]).output
    assert "Changed for all items: nothing" in said
    assert re.search(r"^ +1  key corrected$", said, re.MULTILINE)
    assert "text    6 -> 6 items; predictions carry over to 6" in said
    assert CORRECTED not in said
    named = run(args=["benchmark", "diff", "tiny", "1.0.0", "1.0.1", "--items"]).output
    assert f"  {CORRECTED}: key corrected" in named
    app.extensions["spinebench"].sessions.engine.dispose()


def test_the_changes_tell_of_a_version_with_its_reason_and_who_moved(followed: Site) -> None:
    changes = followed.get("/api/v1/changes/tiny/test").json()["changes"]
    newest, oldest = (one for one in changes if one["kind"] == "version")
    assert (newest["version"], newest["former_version"]) == ("1.0.1", "1.0.0")
    assert newest["reason"] == "It is right."
    (errata,) = followed.get("/api/v1/benchmarks/tiny/errata").json()["errata"]
    (split,) = (one for one in errata["splits"] if one["split"] == "test")
    assert newest["moves"] == split["moves"]
    assert (oldest["version"], oldest["former_version"], oldest["moves"]) == ("1.0.0", None, [])
    numbers = [one["release"] for one in changes if one["kind"] == "release"]
    assert numbers == sorted(numbers, reverse=True)
    assert len(set(numbers)) == 3
