"""A team's endpoints in the browser: register, test, submit, follow, wipe, delete."""

import re
from collections.abc import Iterator

import pytest
import requests
from sqlalchemy import select, update

from leaderboard.endpoints.registry.splits import allow_split
from leaderboard.evaluation.run import evaluate
from leaderboard.evaluation.try_endpoint import try_endpoint
from leaderboard.evaluation.turns import claim_next, read_order
from leaderboard.judges.checklist import ChecklistJudge
from leaderboard.models.endpoint import Endpoint, EndpointKey
from leaderboard.models.run import SubmissionRun
from leaderboard.models.submission import Status, Submission
from leaderboard.packages.catalogue import get_benchmark, get_split
from leaderboard.queue import Lane
from leaderboard.submissions.submit import cancel
from tests.asked import SECRET, make_access
from tests.endpoints.server import Endpoint as Server
from tests.endpoints.server import failed, said, serve
from tests.site import OpenSite, Site
from tests.waiting import HANG_SECONDS
from tests.web.test_pages import post, sign_in


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(failed(500, f"out of memory, key {SECRET}"), then=said("ANSWER: B")) as found:
        yield found


@pytest.fixture
def asking_site(open_site: OpenSite, empty_redis_url: str, server: Server) -> Iterator[Site]:
    with open_site(ENDPOINT_ALLOWED_ADDRESSES=server.place) as found:
        yield found


def values_of(server: Server) -> dict[str, str]:
    return {
        "team": "team-a",
        "name": "Our model",
        "base_url": server.base_url,
        "model": "m",
        "key": SECRET,
        "accepts_images": "1",
        "concurrency": "1",
    }


def test_a_team_registers_tests_submits_and_follows_an_endpoint(
    asking_site: Site, server: Server
) -> None:
    site, browser = asking_site, sign_in(asking_site, "ada")
    assert "not registered an endpoint yet" in browser.get(f"{site.url}/endpoints").text
    page = post(browser, site, "/endpoints/new", "/endpoints/new", **values_of(server))
    assert page.status_code == 200
    place = page.url.removeprefix(site.url)
    key = place.rpartition("/")[2]
    access = make_access(server)

    # Tested by a worker; the page says what came, and never the key.
    waiting = post(browser, site, f"{place}/test", place)
    assert "in progress" in waiting.text
    assert 'http-equiv="refresh"' in waiting.text
    try_endpoint(site.sessions, key, access)
    shown = browser.get(site.url + place).text
    assert "2 of 3 requests were answered" in shown
    assert "out of memory" in shown
    assert "ANSWER: B" in shown
    assert 'http-equiv="refresh"' not in shown
    post(browser, site, f"{place}/test", place)
    try_endpoint(site.sessions, key, access)
    assert "All 3 requests were answered" in browser.get(site.url + place).text

    # Only the practice split may be sent until the host allows more.
    form = {"endpoint": key, "benchmark": "tiny", "model": "model-a", "wipe_key": "1"}
    refused = post(browser, site, "/submit", "/submit", split="test", **form)
    assert refused.status_code == 403
    assert "may not be sent to endpoints" in refused.text
    with site.sessions.write() as session:
        allow_split(session, get_split(get_benchmark(session, "tiny"), "test"))
    status = post(browser, site, "/submit", "/submit", split="test", **form)
    assert status.status_code == 200
    assert "saw hidden items" in status.text
    submission_id = status.url.rpartition("/")[2]
    evaluate(site.sessions, submission_id, [ChecklistJudge()], 5, access)
    scored = browser.get(status.url).text
    assert "11 of 11 predictions, none failed" in scored
    assert re.search(r"wiped <time", scored)
    public = requests.get(f"{site.url}/models/model-a?benchmark=tiny", timeout=HANG_SECONDS).text
    assert "saw hidden items" in public
    assert server.place not in public
    every = [page.text, waiting.text, shown, scored, public]
    assert all(SECRET not in text for text in every)
    with site.sessions.read() as session:
        assert session.scalars(select(EndpointKey)).all() == []
    gone = post(browser, site, f"{place}/delete", place)
    assert "has been deleted" in gone.text
    assert "deleted" in browser.get(status.url).text


def test_a_team_reads_what_was_cut_and_what_its_server_said(open_site: OpenSite) -> None:
    cut = said("First, the level of the", "length")
    refused = failed(403, f"requires moderation, key {SECRET}")
    steps = [cut, said("", reasoning_content="B?"), said("ANSWER: B")]
    # The test of the connection takes the first three.
    run_steps = [said("ANSWER: B"), cut, refused]
    with (
        serve(*steps, *run_steps, then=said("ANSWER: B")) as server,
        open_site(ENDPOINT_ALLOWED_ADDRESSES=server.place) as site,
    ):
        browser, access = sign_in(site, "ada"), make_access(server)
        page = post(browser, site, "/endpoints/new", "/endpoints/new", **values_of(server))
        place = page.url.removeprefix(site.url)
        key = place.rpartition("/")[2]
        post(browser, site, f"{place}/test", place)
        try_endpoint(site.sessions, key, access)
        shown = browser.get(site.url + place).text
        assert "2 of the replies had no answer in them" in shown
        assert "1 of 3 answers were cut at 2,048 tokens: raise max_tokens." in shown
        assert "1 of 3 replies had only reasoning and no answer" in shown
        assert "Cut by the token limit" in shown
        assert "with problems" in browser.get(f"{site.url}/endpoints").text
        with site.sessions.write() as session:
            allow_split(session, get_split(get_benchmark(session, "tiny"), "test"))
        form = {"endpoint": key, "benchmark": "tiny", "model": "model-a", "split": "test"}
        status = post(browser, site, "/submit", "/submit", **form)
        evaluate(site.sessions, status.url.rpartition("/")[2], [ChecklistJudge()], 5, access)
        scored = browser.get(status.url).text
    assert "1 of 10 answers were cut at 2,048 tokens: raise max_tokens." in scored
    assert "HTTP 403: requires moderation, key [key] (1 item: " in scored
    assert SECRET not in scored


def test_an_endpoint_is_asked_for_several_runs_at_once_one_after_the_other(
    open_site: OpenSite, server: Server
) -> None:
    settings = {"QUOTA_SUBMISSIONS": "5", "MAX_RUNS": "4", "APPROVE_TEAMS": "0"}
    with open_site(ENDPOINT_ALLOWED_ADDRESSES=server.place, **settings) as site:
        browser, headers = sign_in(site, "ada"), site.token("ada")
        page = post(browser, site, "/endpoints/new", "/endpoints/new", **values_of(server))
        with site.sessions.write() as session:
            allow_split(session, get_split(get_benchmark(session, "tiny"), "test"))
        form = {"endpoint": page.url.rpartition("/")[2], "benchmark": "tiny", "model": "model-a"}
        for runs in ("0", "5", "-1", "many"):
            refused = post(browser, site, "/submit", "/submit", split="test", runs=runs, **form)
            assert (refused.status_code, "Ask for 1 to 4." in refused.text) == (400, True)
        sent = post(browser, site, "/submit", "/submit", split="test", runs="3", **form)
        first = sent.url.rpartition("/")[2]
        assert "The first of 3 runs" in sent.text
        record = requests.get(
            f"{site.url}/api/v1/submissions/{first}", headers=headers, timeout=HANG_SECONDS
        ).json()
        assert record["run_of"] is None
        second = browser.get(f"{site.url}/submissions/{record['runs'][1]}").text
        assert f"Waits until the run {first} of this model has ended." in second
        for key in record["runs"]:
            with site.sessions.write() as session:
                assert read_order(session, Lane.ENDPOINTS) == [key]
                claim = claim_next(session, Lane.ENDPOINTS)
                assert claim is not None
                assert claim.key == key
                assert claim_next(session, Lane.ENDPOINTS) is None, "while another is at work"
                cancel(session, session.get_one(Submission, key))
        with site.sessions.read() as session:
            rows = session.execute(select(SubmissionRun.submission_id, SubmissionRun.first_id))
            assert dict(rows.all()) == dict.fromkeys(record["runs"][1:], first)
        # Those that were cancelled gave their quota back.
        post(browser, site, "/submit", "/submit", split="test", runs="4", **form)
        again = post(browser, site, "/submit", "/submit", split="test", runs="2", **form)
        assert "is already running for this model" in again.text
        with site.sessions.write() as session:
            session.execute(update(Submission).values(status=Status.SCORED))
        few = requests.post(
            f"{site.url}/api/v1/submissions",
            headers=headers,
            data=form | {"split": "test", "runs": "2"},
            timeout=HANG_SECONDS,
        )
        assert few.status_code == 429
        assert few.json()["error"]["message"] == "Quota is left for 1 of these 2 runs."
        with site.sessions.read() as session:
            assert len(session.scalars(select(Submission)).all()) == 3 + 4, "nothing was sent"


def test_another_teams_endpoint_is_not_to_be_had(asking_site: Site, server: Server) -> None:
    site, ada = asking_site, sign_in(asking_site, "ada")
    page = post(ada, site, "/endpoints/new", "/endpoints/new", **values_of(server))
    place = page.url.removeprefix(site.url)
    site.add_person("eve", "team-e", "model-e")
    eve = sign_in(site, "eve")
    assert eve.get(site.url + place).status_code == 404
    assert eve.get(f"{site.url}{place}/change").status_code == 404
    for act in ("test", "wipe-key", "delete", "change"):
        assert post(eve, site, f"{place}/{act}", "/endpoints/new").status_code == 404
    form = {"endpoint": place.rpartition("/")[2], "benchmark": "tiny", "split": "dev"}
    assert post(eve, site, "/submit", "/account", model="model-e", **form).status_code == 404
    for act in ("test", "wipe-key", "delete"):
        assert ada.post(f"{site.url}{place}/{act}").status_code == 400
    assert (
        requests.get(site.url + place, allow_redirects=False, timeout=HANG_SECONDS).status_code
        == 302
    )
    with site.sessions.read() as session:
        assert session.scalars(select(Endpoint)).one().key is not None
        assert session.scalars(select(Submission)).all() == []


def test_an_unusable_endpoint_is_refused_with_what_was_typed_but_the_key(
    asking_site: Site, server: Server
) -> None:
    site, browser = asking_site, sign_in(asking_site, "ada")
    values = values_of(server) | {"base_url": "http://169.254.169.254/v1"}
    page = post(browser, site, "/endpoints/new", "/endpoints/new", **values)
    assert page.status_code == 400
    assert 'value="Our model"' in page.text
    assert SECRET not in page.text
    values = values_of(server) | {"extra": "{oops"}
    assert "JSON object" in post(browser, site, "/endpoints/new", "/endpoints/new", **values).text


def test_a_change_keeps_the_key_unless_the_address_changes(
    asking_site: Site, server: Server
) -> None:
    site, browser = asking_site, sign_in(asking_site, "ada")
    page = post(browser, site, "/endpoints/new", "/endpoints/new", **values_of(server))
    place = page.url.removeprefix(site.url)
    values = values_of(server) | {"name": "Renamed", "key": "", "temperature": "0.5"}
    changed = post(browser, site, f"{place}/change", f"{place}/change", **values)
    assert "Renamed" in changed.text
    assert "<dd>0.5</dd>" in changed.text
    with site.sessions.read() as session:
        assert session.scalars(select(Endpoint)).one().key is not None
    values |= {"base_url": server.base_url + "/other"}
    post(browser, site, f"{place}/change", f"{place}/change", **values)
    with site.sessions.read() as session:
        assert session.scalars(select(Endpoint)).one().key is None
