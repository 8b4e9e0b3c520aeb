"""Releases on the pages, in the API and for hosts."""

import csv
import io
from urllib.parse import urlsplit

import pytest

from leaderboard.evaluation.rank import rank_split
from leaderboard.models.role import Role
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.site import Site
from tests.web.api.test_api import check, make_file
from tests.web.test_exports import ENDINGS, read_rows
from tests.web.test_pages import post, sign_in
from tests.web.test_versions import read_ranks

pytestmark = pytest.mark.one_database
OPEN = "/admin/benchmarks/tiny/1.0.0/test/release"


@pytest.fixture
def second(site: Site) -> Site:
    """A site in its second release: model-a stood in the first, model-b came in the second."""
    site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    site.add_role("hedy", Role.HOST)
    page = post(
        sign_in(site, "hedy"), site, OPEN, "/admin/benchmarks", reason="A new panel of judges."
    )
    assert "Release 2 of tiny 1.0.0 test is open." in page.text
    with site.sessions.write() as session:
        rank_split(session, get_split(get_benchmark(session, "tiny"), "test").id)
    site.add_person("bob", "team-b", "model-b")
    site.submit(site.token("bob"), make_file(2), "model-b")
    site.evaluate_all()
    return site


def test_an_older_release_stays_readable_and_says_that_it_is_closed(second: Site) -> None:
    current, older = second.get("/").text, second.get("/?release=1").text
    assert "Model-B" in current
    assert "is closed" not in current
    assert "Release 1 is closed." in older
    assert "Model-A" in older
    assert "Model-B" not in older
    assert "/api/v1/rankings/tiny/test?release=1" in older
    # What is compared are the models of the current release.
    assert 'name="models"' in current
    assert 'name="models"' not in older


def test_the_page_of_releases_says_why_each_was_opened(second: Site) -> None:
    page = second.get("/releases").text
    assert "A new panel of judges." in page
    assert "The first ranking." in page
    assert page.count("not calibrated") == 2
    assert "release=1" in page


def test_the_api_lists_releases_and_reads_the_ranking_of_each(second: Site) -> None:
    path = "/releases/{slug}/{split}"
    listed = check(second, "get", path, second.get("/api/v1/releases/tiny/test"))
    assert [one["number"] for one in listed["releases"]] == [2, 1]
    assert [one["n_models"] for one in listed["releases"]] == [2, 1]
    assert listed["releases"][1]["closed_at"] == listed["releases"][0]["opened_at"]
    assert [one["labels"] for one in listed["releases"][0]["judges"]] == [None]
    path = "/rankings/{slug}/{split}"
    for query, number, models in (("", 2, 2), ("?release=1", 1, 1), ("?release=2", 2, 2)):
        found = check(second, "get", path, second.get(f"/api/v1/rankings/tiny/test{query}"))
        assert (found["release"], len(found["entries"])) == (number, models)


def test_a_download_follows_the_release_of_its_page(second: Site) -> None:
    text = second.get("/exports/ranking.csv?release=1").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["release"], row["model"]) for row in rows] == [("1", "model-a")]


@pytest.mark.parametrize(
    ("release", "status"), [("9", 404), ("0", 400), ("one", 400), ("-1", 400), ("9" * 400, 400)]
)
def test_a_release_that_is_none_is_refused_in_words(site: Site, release: str, status: int) -> None:
    for path in ("/", "/api/v1/rankings/tiny/test", "/exports/ranking.json"):
        assert site.get(f"{path}?release={release}").status_code == status


def test_the_next_release_needs_a_reason_and_a_ranking(site: Site) -> None:
    site.add_role("hedy", Role.HOST)
    host = sign_in(site, "hedy")
    assert post(host, site, OPEN, "/admin/benchmarks", reason="Too early.").status_code == 409
    site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    assert post(host, site, OPEN, "/admin/benchmarks", reason=" ").status_code == 400
    assert len(site.get("/api/v1/releases/tiny/test").json()["releases"]) == 1


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_releases_to_take_away_are_those_of_the_api(second: Site, ending: str) -> None:
    known = second.get("/api/v1/releases/tiny/test").json()["releases"]
    rows = read_rows(second.get(f"/exports/releases.{ending}"), ending)
    assert [(row["release"], row["n_models"], row["note"], row["judge"]) for row in rows] == [
        (str(one["number"]), str(one["n_models"]), one["note"], judge["name"])
        for one in known
        for judge in one["judges"]
    ]
    assert [bool(row["closed_at"]) for row in rows] == [False, True]


def test_the_changes_tell_of_releases_and_results_with_ranks_before_and_after(
    second: Site,
) -> None:
    path = "/changes/{slug}/{split}"
    changes = check(second, "get", path, second.get("/api/v1/changes/tiny/test"))["changes"]
    times = [one["at"] for one in changes]
    assert times == sorted(times, reverse=True)
    ids = [one["id"] for one in changes]
    assert len(set(ids)) == len(ids)
    assert second.get("/api/v1/changes/tiny/test").json()["changes"] == changes
    newest, first = (one for one in changes if one["kind"] == "release")
    assert (newest["release"], newest["reason"]) == (2, "A new panel of judges.")
    assert (newest["entered"], newest["left"]) == (["model-b"], [])
    assert (first["release"], first["entered"]) == (1, ["model-a"])
    for board in ("overall", "text", "closed", "report"):
        expected = {}
        ranks = [read_ranks(second, board, f"?release={number}&board=") for number in (1, 2)]
        for model in ranks[1]:
            was, now = ((of.get(model) or (None, None)) for of in ranks)
            if was != now:
                expected[model] = (*was, *now)
        told = {
            one["model"]: (
                one["former_rank_low"],
                one["former_rank_high"],
                one["rank_low"],
                one["rank_high"],
            )
            for one in newest["moves"]
            if one["board"] == board
        }
        assert told == expected
    results = {one["model"]: one for one in changes if one["kind"] == "result"}
    assert set(results) == {"model-a", "model-b"}
    # The feed tells of the same results and versions, by the same ids.
    feed = second.get("/feed.atom").text
    for one in changes:
        assert (f"<id>{one['id']}</id>" in feed) is (one["kind"] != "release")
    assert second.get(urlsplit(newest["url"]).path).status_code == 200
