"""A hidden split on the pages, in the API and for its host, before and after a release."""

import json
import re

import pytest

from leaderboard.evaluation.rank import rank_split
from leaderboard.models.role import Role
from leaderboard.packages.catalogue import get_benchmark, get_split
from tests.evaluation.test_feedback import N, answer, read_parts
from tests.factories import load_items
from tests.package_files import make_items, make_manifest
from tests.site import Site
from tests.web.api.test_api import check
from tests.web.test_pages import post, sign_in

pytestmark = pytest.mark.one_database
RANKING = "/?benchmark=guarded"
OPEN = "/admin/benchmarks/guarded/1.0.0/test/release"


def send(site: Site, right: set[str]) -> str:
    """Score a file of ada's model that is right on the items named; the submission's id."""
    texts = answer(right) | {"test-text-001": "I cannot help with that."}
    raw = "".join(json.dumps({"id": key, "prediction": text}) + "\n" for key, text in texts.items())
    sent = site.submit(site.token("ada"), raw.encode(), benchmark="guarded")
    assert sent.status_code == 201
    site.evaluate_all()
    key: str = sent.json()["id"]
    return key


@pytest.fixture
def guarded(site: Site) -> Site:
    """A site with a benchmark whose answers nobody knows, and a host of it."""
    manifest = make_manifest(slug="guarded", name="Guarded", demonstration=False)
    with site.sessions.write() as session:
        load_items(session, make_items(N, 0, 0), manifest)
    site.add_role("hedy", Role.HOST, "guarded")
    return site


def open_release(site: Site) -> str:
    """Press the button of the host's page, with what the page lists."""
    host = sign_in(site, "hedy")
    listed = re.findall(r'name="seen" value="([^"]+)"', host.get("/admin/benchmarks").text)
    page = post(host, site, OPEN, "/admin/benchmarks", reason="Spring.", seen=listed)
    with site.sessions.write() as session:
        rank_split(session, get_split(get_benchmark(session, "guarded"), "test").id)
    return page.text


def test_a_team_sees_feedback_at_once_and_scores_with_everybody_at_the_release(
    guarded: Site,
) -> None:
    feedback, deciding = read_parts(guarded.sessions, benchmark="guarded")
    right = {*feedback[:20], *deciding[:60]} - {"test-text-001"}
    key = send(guarded, right)
    value = 2 * round(50 * len(right & set(feedback)) / len(feedback))
    page = sign_in(guarded, "ada").get(f"/submissions/{key}").text
    assert f"First look at the text track: about {value} of 100, on 40 items." in page
    assert "become public when the host opens the next release" in page
    assert "Wilson" not in page, "no table of scores"
    assert ">119<" in page, "how its answers were read"
    path = "/submissions/{key}/results"
    told = check(
        guarded,
        "get",
        path,
        guarded.get(f"/api/v1/submissions/{key}/results", guarded.token("ada")),
    )
    assert (told["scores"], told["counts"]) == ([], {"answered": N - 1, "refused": 1})
    assert told["feedback"]["first_looks"] == [{"track": "text", "score": value, "n": 40}]
    assert told["feedback"]["better_by"] is None
    assert guarded.get("/models/model-a?benchmark=guarded").status_code == 404
    ranking = guarded.get(RANKING).text
    assert "Model-A" not in ranking
    assert "rest on 80 of the 120 items" in ranking

    assert "Results that became public: 1. Models that wait: 0." in open_release(guarded)
    exact = f"{100 * len(right & set(deciding)) / 80:.1f}"
    assert exact in guarded.get(RANKING).text
    assert exact in sign_in(guarded, "ada").get(f"/submissions/{key}").text
    told = guarded.get(f"/api/v1/submissions/{key}/results", guarded.token("ada")).json()
    assert {one["n"] for one in told["scores"] if one["slice"] == "track"} == {80}


def test_a_host_sees_what_the_next_release_would_do_before_opening_it(guarded: Site) -> None:
    feedback, deciding = read_parts(guarded.sessions, benchmark="guarded")
    host = sign_in(guarded, "hedy")
    assert "Waiting for the next release" not in host.get("/admin/benchmarks").text
    send(guarded, {*deciding[:15]})
    page = host.get("/admin/benchmarks").text
    assert "Waiting for the next release of Guarded test" in page
    assert "Not told apart from guesses" in page
    assert "Nothing of guarded 1.0.0 test would become public" in open_release(guarded)
    key = send(guarded, {*feedback, *deciding[:70]})
    page = host.get("/admin/benchmarks").text
    assert key in page
    assert "Becomes public" in page


def test_a_team_chooses_which_result_its_model_stands_by(guarded: Site) -> None:
    feedback, deciding = read_parts(guarded.sessions, benchmark="guarded")
    first = send(guarded, {*feedback[:5], *deciding[:50]})
    send(guarded, {*feedback, *deciding[:70]})
    page = post(
        sign_in(guarded, "ada"), guarded, f"/submissions/{first}/choose", f"/submissions/{first}"
    )
    assert "You chose this result" in page.text
    open_release(guarded)
    told = guarded.get(f"/api/v1/submissions/{first}", guarded.token("ada")).json()
    assert (told["is_public"], told["is_chosen"]) == (True, True)
    answered = post(sign_in(guarded, "ada"), guarded, f"/submissions/{first}/choose", "/account")
    assert answered.status_code == 409
    assert "already public" in answered.text


def test_a_demonstration_says_that_everything_is_shown_at_once(site: Site) -> None:
    assert "every result is shown as soon as it is scored" in site.get("/").text
