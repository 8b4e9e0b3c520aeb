"""Experts rate blind in the browser; hosts see how it goes and exchange files."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine, event, select

from leaderboard.accounts import teams
from leaderboard.accounts.users import find_user
from leaderboard.experts.conflicts import note_seen
from leaderboard.experts.rate import read_own_assignments
from leaderboard.experts.raters import find_own_rater
from leaderboard.models.benchmark import Split
from leaderboard.models.campaign import ReleaseOrder
from leaderboard.models.expert import RatingAssignment, RatingDraft, SeenReferences
from leaderboard.models.rating import Rating
from leaderboard.models.role import Role
from leaderboard.models.submission import Submission
from leaderboard.models.team import Team
from tests.factories import PASSWORD
from tests.package_files import DIMENSIONS
from tests.site import N_REPORT, Site, Visitor
from tests.waiting import HANG_SECONDS
from tests.web.browsing import open_page

HIDDEN = ["Model-A", "model-a", "Team-A", "team-a", "ada"]


class Rater:
    """Somebody signed in, without a browser."""

    def __init__(self, site: Site, name: str) -> None:
        self.site, self.session = site, Visitor(site.url)
        form = {"email": f"{name}@example.org", "password": PASSWORD}
        assert self.post("/sign-in", "/sign-in", form).status_code == 200

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.site.url + path)

    def post(
        self, page: str, path: str, form: dict[str, str], file: bytes | None = None
    ) -> requests.Response:
        """Send a form with the token of `page`."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert token is not None
        return self.session.post(
            self.site.url + path,
            data={**form, "csrf_token": token[1]},
            files=None if file is None else {"file": ("ratings.csv", file)},
        )


@pytest.fixture
def rated_site(site: Site) -> Site:
    """Ada's reports are ranked and assigned to the experts eve and emil; hugo is the host."""
    reports = [
        {"id": f"test-report-{n:03}", "prediction": f"## Findings\nI, Model-A by Org, see {n}."}
        for n in range(N_REPORT)
    ]
    raw = "\n".join(map(json.dumps, reports)).encode()
    assert site.submit(site.token("ada"), raw).status_code == 201
    site.evaluate_all()
    for name, role in (("eve", Role.EXPERT), ("emil", Role.EXPERT), ("hugo", Role.HOST)):
        site.add_role(name, role)
    site.assign_reports()
    return site


def list_keys(site: Site, name: str) -> list[str]:
    with site.sessions.read() as session:
        user = find_user(session, f"{name}@example.org")
        assert user is not None
        return [one.key for one in read_own_assignments(session, user)]


def read_values(site: Site, key: str) -> dict[str, float | None]:
    """The ratings that an assignment has become."""
    with site.sessions.read() as session:
        rows = session.execute(
            select(Rating.dimension, Rating.value)
            .join(
                RatingAssignment,
                (RatingAssignment.rater_id == Rating.rater_id)
                & (RatingAssignment.prediction_id == Rating.prediction_id),
            )
            .where(RatingAssignment.key == key)
        )
        return {row[0]: row[1] for row in rows}


@pytest.mark.one_database
def test_nothing_of_a_rating_page_says_whose_the_report_is(rated_site: Site) -> None:
    eve = Rater(rated_site, "eve")
    with rated_site.sessions.read() as session:
        submission_id = session.scalars(select(Submission.id)).one()
    for path in ("/rate", *(f"/rate/{key}" for key in list_keys(rated_site, "eve"))):
        response = eve.get(path)
        assert response.status_code == 200
        assert [word for word in (*HIDDEN, submission_id) if word in response.text] == [], path
        assert response.headers["Cache-Control"] == "no-store"
    assert "I, [name removed] by" in response.text
    assert "<h3>Findings</h3>" in response.text


@pytest.mark.one_database
def test_only_experts_rate_and_only_their_own_reports(rated_site: Site) -> None:
    eve, ada = Rater(rated_site, "eve"), Rater(rated_site, "ada")
    own, others = list_keys(rated_site, "eve")[0], list_keys(rated_site, "emil")[0]
    assert eve.get(f"/rate/{own}").status_code == 200
    assert eve.get(f"/rate/{others}").status_code == 404
    form = {"rating-coverage": "3"}
    assert eve.post(f"/rate/{own}", f"/rate/{others}/save", form).status_code == 404
    assert ada.get(f"/rate/{own}").status_code == 403
    for path in ("/rate/experts", "/rate/ratings.csv?benchmark=tiny"):
        assert eve.get(path).status_code == 403
    assert ada.get("/rate/agreement").status_code == 403
    visitor = requests.get(f"{rated_site.url}/rate", timeout=HANG_SECONDS, allow_redirects=False)
    assert visitor.status_code == 302


@pytest.mark.one_database
def test_a_value_out_of_range_or_of_a_finished_report_is_refused_in_words(
    rated_site: Site,
) -> None:
    eve, (key, other) = Rater(rated_site, "eve"), list_keys(rated_site, "eve")
    page = f"/rate/{key}"
    for value in ("6", "0", "x", "²"):
        refused = eve.post(page, f"{page}/save", {"rating-coverage": value})
        assert refused.status_code == 400
        assert refused.json()["remedy"] == "Rate from 1 to 5."
    kept = eve.post(page, f"{page}/save", {"rating-coverage": "2"})
    assert kept.json() == {"n_rated": 1, "n_dimensions": 10}
    early = eve.post(page, page, {"rating-diagnosis": "4", "finish": "1"})
    assert (early.status_code, "There are 8 problems" in early.text) == (400, True)
    missing = re.findall(r'id="dimension-(\w+)-error">', early.text)
    assert missing == [one for one in DIMENSIONS if one not in ("coverage", "diagnosis")]
    linked = re.findall(r'href="#dimension-(\w+)-1"', early.text)
    assert linked == missing
    assert early.text.count(" checked>") == 2
    everything = {f"rating-{dimension}": "4" for dimension in DIMENSIONS}
    assert "is finished" in eve.post(page, page, {**everything, "finish": "1"}).text
    late = eve.post(f"/rate/{other}", f"{page}/save", {"rating-coverage": "1"})
    assert late.status_code == 409
    assert read_values(rated_site, key) == dict.fromkeys(DIMENSIONS, 4.0)
    assert "You have finished this report" in eve.get(page).text


@pytest.mark.one_database
def test_finish_is_undone_on_the_page_and_the_host_reads_every_change(rated_site: Site) -> None:
    eve, hugo = Rater(rated_site, "eve"), Rater(rated_site, "hugo")
    key, _ = list_keys(rated_site, "eve")
    page = f"/rate/{key}"
    everything = {f"rating-{dimension}": "4" for dimension in DIMENSIONS}
    eve.post(page, page, {**everything, "finish": "1"})
    assert "For an hour you can take that back" in eve.get(page).text
    again = eve.post(page, f"{page}/undo", {})
    assert "The report is open again" in again.text
    assert again.text.count(" checked>") == len(DIMENSIONS)
    assert read_values(rated_site, key) == {}
    assert eve.post(page, f"{page}/undo", {}).status_code == 409
    listed = hugo.get("/rate/changes").text
    assert all(word in listed for word in ("given", "finished", "undone", "model-a"))
    lines = hugo.get("/rate/changes.csv?benchmark=tiny").text.splitlines()
    assert len(lines) == 1 + 3 * len(DIMENSIONS)
    assert eve.get("/rate/changes").status_code == 403


@pytest.mark.one_database
def test_a_report_opens_for_the_first_time_while_others_write(rated_site: Site) -> None:
    eve, key = Rater(rated_site, "eve"), list_keys(rated_site, "eve")[0]
    place, written = str(rated_site.sessions.engine.url.database), list[str]()

    def write(*call: Any) -> None:
        """Write as a worker does, once the page has looked what eve has seen."""
        if "FROM seen_references" in call[2] and not written:
            written.append(call[2])
            with closing(sqlite3.connect(place)) as own, own:
                own.execute("UPDATE users SET name = 'Emil' WHERE name = 'emil'")

    event.listen(Engine, "after_cursor_execute", write)
    try:
        assert eve.get(f"/rate/{key}").status_code == 200
    finally:
        event.remove(Engine, "after_cursor_execute", write)
    assert written
    with rated_site.sessions.read() as session:
        assert len(session.scalars(select(SeenReferences)).all()) == 1


@pytest.mark.one_database
def test_a_team_whose_member_saw_references_is_marked_and_nobody_is_named(
    rated_site: Site,
) -> None:
    mark = "A member of this team rated reports of this split"
    pages = ("/?benchmark=tiny", "/models/model-a?benchmark=tiny", "/embed/ranking?benchmark=tiny")
    api = "/api/v1/rankings/tiny/test"
    visitor = Visitor(rated_site.url)
    with rated_site.sessions.write() as session:
        user, team = find_user(session, "eve@example.org"), session.scalars(select(Team)).one()
        assert user is not None
        teams.add_member(session, team, user)
    assert all(mark not in visitor.get(rated_site.url + page).text for page in pages)
    assert visitor.get(rated_site.url + api).json()["entries"][0]["team_rated_reports"] is False
    with rated_site.sessions.write() as session:
        user, split = find_user(session, "eve@example.org"), session.scalars(select(Split)).all()
        assert user is not None
        rater = find_own_rater(session, user)
        assert rater is not None
        for one in split:
            note_seen(session, rater.id, one.id)
    for page in pages:
        text = visitor.get(rated_site.url + page).text
        assert mark in text, page
        assert "eve" not in re.findall(r"[a-z]+", text.lower()), page
    assert visitor.get(rated_site.url + api).json()["entries"][0]["team_rated_reports"] is True
    table = visitor.get(f"{rated_site.url}/exports/ranking.csv?benchmark=tiny").text
    assert "team_rated_reports" in table
    assert "True" in table.splitlines()[1] or "true" in table.splitlines()[1]


@pytest.mark.one_database
def test_the_host_takes_ratings_in_and_out_and_sees_agreement(rated_site: Site) -> None:
    hugo = Rater(rated_site, "hugo")
    experts = hugo.get("/rate/experts").text
    assert "eve@example.org" in experts
    assert "Whom to label next on Tiny" in experts
    undecided = "Report scores decide no rank here, whatever their labels"
    assert undecided in experts
    with rated_site.sessions.write() as session:
        session.scalars(select(ReleaseOrder)).one().may_rank = True
    assert undecided not in hugo.get("/rate/experts").text
    assert "No two experts have finished" in hugo.get("/rate/agreement").text
    lines = ["model,item,rater,dimension,value"] + [
        f"model-a,test-report-{n:03},{rater},{dimension},{value + n}"
        for n in range(N_REPORT)
        for rater, value in (("p", 2), ("q", 3))
        for dimension in DIMENSIONS
    ]
    form = {"benchmark": "tiny", "kind": "expert"}
    bad = "\n".join([*lines, "model-a,test-report-000,p,beauty,9"]).encode()
    refused = hugo.post("/rate/experts", "/rate/experts", form, bad)
    assert refused.status_code == 422
    assert "beauty" in refused.text
    done = hugo.post("/rate/experts", "/rate/experts", form, "\n".join(lines).encode())
    assert "40 ratings of 2 raters were added" in done.text
    # A file's reports count as chosen unless the host says that they were drawn at random.
    assert "4 came in files" in done.text
    assert "4 are of reports that were not drawn at random" in done.text
    exported = hugo.get("/rate/ratings.csv?benchmark=tiny&kind=expert")
    assert exported.headers["Content-Type"].startswith("text/csv")
    assert len(exported.text.splitlines()) == 41
    page = hugo.get("/rate/agreement").text
    # p is one point below q on every rating: 20 on the report score, on both reports.
    assert "Expert 3 and Expert 4" in page
    assert re.search(
        r"Expert 3 and Expert 4</th>\s*<td class=\"num\">2</td>\s*"
        r"<td class=\"num\">−20.0",
        page,
    )
    assert "p and q" not in page
    drawn = "\n".join(["model,item,rater,dimension,value", "model-a,test-report-000,r,coverage,4"])
    more = hugo.post("/rate/experts", "/rate/experts", {**form, "is_random": "1"}, drawn.encode())
    assert "5 came in files" in more.text
    assert "4 are of reports that were not drawn at random" in more.text


@pytest.mark.one_database
def test_what_hosts_and_experts_alone_may_see_is_kept_by_no_cache(rated_site: Site) -> None:
    hugo = Rater(rated_site, "hugo")
    for _ in range(2):
        page = hugo.get("/rate/agreement")
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
    nobody = requests.get(
        f"{rated_site.url}/rate/agreement", allow_redirects=False, timeout=HANG_SECONDS
    )
    assert nobody.status_code == 302


@pytest.fixture
def expert_page(browser: Browser, rated_site: Site) -> Iterator[Page]:
    page = open_page(browser, rated_site.url, viewport={"width": 1280, "height": 900})
    page.goto("/sign-in")
    page.fill("input[name=email]", "eve@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/account")
    yield page
    page.context.close()


@pytest.mark.one_database
def test_an_expert_rates_by_keys_alone_and_resumes(rated_site: Site, expert_page: Page) -> None:
    page, (first, second) = expert_page, list_keys(rated_site, "eve")
    page.goto(f"/rate/{first}")
    expect(page.locator("#finish")).to_be_disabled()
    page.keyboard.press("4")
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(page.locator("#saving")).to_have_text("Saved")
    page.reload()
    expect(page.locator("#n-rated")).to_have_text("2")
    page.keyboard.press("3")  # The first that is not rated has the focus.
    expect(page.locator(f"#dimension-{DIMENSIONS[1]}-3")).to_be_checked()
    page.keyboard.press("p")
    page.keyboard.press("k")
    page.keyboard.press("5")
    expect(page.locator(f"#dimension-{DIMENSIONS[0]}-5")).to_be_checked()
    page.keyboard.press("j")
    for _ in DIMENSIONS[2:]:
        page.keyboard.press("1")
    expect(page.locator("#n-rated")).to_have_text("10")
    expect(page.locator("#finish")).to_be_enabled()
    expect(page.locator("#finish")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/rate/{second}")
    expect(page.locator("main")).to_contain_text("Report 1 is finished.")
    assert read_values(rated_site, first) == dict.fromkeys(DIMENSIONS, 1.0) | {
        DIMENSIONS[0]: 5.0,
        DIMENSIONS[1]: 3.0,
    }
    page.goto("/rate")
    expect(page.locator("main")).to_contain_text("1 of 2 reports are finished")


@pytest.mark.one_database
def test_rating_works_without_scripts(rated_site: Site, browser: Browser) -> None:
    [first, _] = list_keys(rated_site, "eve")
    page = open_page(browser, rated_site.url, java_script_enabled=False)
    page.goto("/sign-in?back=/rate")
    page.fill("input[name=email]", "eve@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.click("text=Start with report 1")
    page.check(f"#dimension-{DIMENSIONS[0]}-4")
    page.click("#save")
    expect(page.locator("main")).to_contain_text("Saved.")
    expect(page.locator(f"#dimension-{DIMENSIONS[0]}-4")).to_be_checked()
    for dimension in DIMENSIONS[1:]:
        page.check(f"#dimension-{dimension}-2")
    page.click("#finish")
    expect(page.locator("main")).to_contain_text("Report 1 is finished.")
    assert read_values(rated_site, first)[DIMENSIONS[0]] == 4.0
    with rated_site.sessions.read() as session:
        assert session.scalars(select(RatingDraft)).all() == []
    page.context.close()
