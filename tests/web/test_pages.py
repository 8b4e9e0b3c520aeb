"""Pages over real HTTP: sessions, forged forms, other teams' pages, caching, headers."""

import re

import pytest
import requests

from leaderboard.db import Base
from tests.factories import PASSWORD
from tests.site import OpenSite, Site, Visitor
from tests.waiting import HANG_SECONDS
from tests.web.api.test_api import make_file

pytestmark = pytest.mark.one_database


def csrf_of(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def sign_in(site: Site, name: str, password: str = PASSWORD) -> Visitor:
    browser = Visitor(site.url)
    token = csrf_of(browser.get(f"{site.url}/sign-in").text)
    form = {"csrf_token": token, "email": f"{name}@example.org", "password": password}
    browser.post(f"{site.url}/sign-in", data=form)
    return browser


def post(
    browser: Visitor, site: Site, path: str, page: str, **form: str | list[str]
) -> requests.Response:
    """Send the form of `page` to `path`."""
    token = csrf_of(browser.get(site.url + page).text)
    return browser.post(site.url + path, data={"csrf_token": token, **form})


def test_pages_of_a_team_need_a_session_and_lead_to_sign_in(site: Site) -> None:
    for path in ("/account", "/submissions", "/submissions/abc", "/account/models/new"):
        answer = requests.get(site.url + path, allow_redirects=False, timeout=HANG_SECONDS)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in")


def test_a_form_without_our_token_changes_nothing(site: Site) -> None:
    browser = sign_in(site, "ada")
    form = {"slug": "forged", "name": "Forged"}
    answer = browser.post(f"{site.url}/account/teams", data=form)
    assert answer.status_code == 400
    assert "Forged" not in browser.get(f"{site.url}/account").text


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    browser = sign_in(site, "ada")
    cookie = next(cookie for cookie in browser.cookies if cookie.name == "spinebench")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"


def test_a_wrong_password_signs_nobody_in(site: Site) -> None:
    browser = sign_in(site, "ada", "wrong wrong wrong")
    answer = browser.get(f"{site.url}/account", allow_redirects=False)
    assert answer.status_code == 302


def test_guessing_passwords_is_slowed_down(open_site: OpenSite, empty_redis_url: str) -> None:
    form = {"email": "ada@example.org", "password": "wrong wrong wrong"}
    with open_site(SIGN_IN_LIMIT="3 per day") as site, Visitor(site.url) as browser:
        form["csrf_token"] = csrf_of(browser.get("/sign-in").text)
        answers = [browser.post("/sign-in", data=form) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [401] * 3 + [429]


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(site: Site, back: str) -> None:
    browser = Visitor(site.url)
    address = f"{site.url}/sign-in"
    token = csrf_of(browser.get(address, params={"back": back}).text)
    form = {"csrf_token": token, "email": "ada@example.org", "password": PASSWORD}
    answer = browser.post(address, params={"back": back}, data=form, allow_redirects=False)
    assert answer.headers["Location"] == "/account"


def test_another_teams_submission_card_and_token_are_not_to_be_had(site: Site) -> None:
    site.add_person("eve", "team-e", "model-e")
    key = site.submit(site.token("ada"), make_file()).json()["id"]
    eve = sign_in(site, "eve")
    for path in (f"/submissions/{key}", f"/submissions/{key}/progress", "/account/models/model-a"):
        assert eve.get(site.url + path).status_code == 404
    for path in (
        f"/submissions/{key}/cancel",
        "/account/tokens/1/revoke",
        "/account/teams/team-a/invitations",
        "/account/models/model-a",
    ):
        assert post(eve, site, path, "/account").status_code == 404
    ada = sign_in(site, "ada")
    assert ada.get(f"{site.url}/submissions/{key}").status_code == 200


def test_a_member_who_is_no_owner_invites_nobody_and_an_invitation_brings_one_in(
    site: Site,
) -> None:
    site.add_person("bob", "team-b")
    site.add_person("eve", "team-e")
    ada, bob, eve = (sign_in(site, name) for name in ("ada", "bob", "eve"))
    place = "/account/teams/team-a"
    page = post(ada, site, f"{place}/invitations", place).text
    found = re.search(r"/join/[\w.\-]+", page)
    assert found is not None
    assert found[0] not in ada.get(place).text
    assert bob.get(place).status_code == 404
    assert post(bob, site, found[0], found[0]).status_code == 200
    assert "Team-A" in bob.get(f"{site.url}/account").text
    assert post(bob, site, f"{place}/invitations", place).status_code == 403
    assert "The invitation has been used." in eve.get(found[0]).text
    assert post(eve, site, found[0], "/account").status_code == 400
    assert eve.get(place).status_code == 404


def test_who_declines_an_invitation_is_not_let_in_and_the_team_reads_it(site: Site) -> None:
    site.add_person("bob", "team-b")
    ada, bob = sign_in(site, "ada"), sign_in(site, "bob")
    place = "/account/teams/team-a"
    page = post(ada, site, f"{place}/invitations", place, email="bob@example.org").text
    found = re.search(r"/join/[\w.\-]+", page)
    assert found is not None
    assert f'formaction="{found[0]}/decline"' in bob.get(found[0]).text
    done = post(bob, site, f"{found[0]}/decline", found[0])
    assert "You have declined to join Team-A." in done.text
    assert "The invitation has been declined." in bob.get(found[0]).text
    assert "bob@example.org declined the invitation of" in ada.get(place).text
    assert "No invitation is open." in ada.get(place).text


def test_a_removed_member_sees_nothing_more_by_page_or_token(site: Site) -> None:
    site.add_person("bob", "team-a")
    key = site.submit(site.token("ada"), make_file()).json()["id"]
    ada, bob, token = sign_in(site, "ada"), sign_in(site, "bob"), site.token("bob")
    assert site.get(f"/api/v1/submissions/{key}", token).status_code == 200
    place = "/account/teams/team-a"
    page = ada.get(place).text
    remove = re.search(rf"{place}/members/\d+/remove", page)
    assert remove is not None
    assert post(bob, site, remove[0], "/account").status_code == 403
    assert "bob is no longer in Team-A" in post(ada, site, remove[0], place).text
    assert site.get(f"/api/v1/submissions/{key}", token).status_code == 404
    assert site.get("/api/v1/me", token).json()["teams"] == []
    assert site.submit(token, make_file(3)).status_code == 404
    assert bob.get(f"/submissions/{key}").status_code == 404


def test_an_owner_hands_a_team_over_and_leaves_it(site: Site) -> None:
    site.add_person("bob", "team-a")
    ada, place = sign_in(site, "ada"), "/account/teams/team-a"
    assert post(ada, site, f"{place}/leave", place).status_code == 409
    promote = re.search(rf"{place}/members/\d+/owner", ada.get(place).text)
    assert promote is not None
    assert "bob now owns Team-A too" in post(ada, site, promote[0], place).text
    assert "You have left Team-A" in post(ada, site, f"{place}/leave", place).text
    assert ada.get(place).status_code == 404


def test_a_token_is_shown_once_works_and_ends_when_revoked(site: Site) -> None:
    ada = sign_in(site, "ada")
    page = post(ada, site, "/account/tokens", "/account", name="laptop", scope="read").text
    found = re.search(r"sbk_\w{8}_\w{38}", page)
    assert found is not None
    header = {"Authorization": f"Bearer {found[0]}"}
    assert site.get("/api/v1/me", header).status_code == 200
    again = ada.get(f"{site.url}/account").text
    assert found[0] not in again
    revoke = re.search(r"/account/tokens/\d+/revoke", again)
    assert revoke is not None
    post(ada, site, revoke[0], "/account")
    assert site.get("/api/v1/me", header).status_code == 401


def test_a_new_password_ends_sessions_elsewhere(site: Site) -> None:
    here, elsewhere = sign_in(site, "ada"), sign_in(site, "ada")
    post(
        here,
        site,
        "/account/password",
        "/account",
        password=PASSWORD,
        new_password="another long password",
    )
    assert here.get(f"{site.url}/account", allow_redirects=False).status_code == 200
    answer = elsewhere.get(f"{site.url}/account", allow_redirects=False)
    assert answer.status_code == 302


def test_the_cached_ranking_is_fresh_at_the_next_request_after_a_new_ranking(site: Site) -> None:
    first = site.get("/")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert site.get("/", tag).status_code == 304
    site.submit(site.token("ada"), make_file())
    site.evaluate_all()
    second = site.get("/", tag)
    assert second.status_code == 200
    assert "Model-A" in second.text


@pytest.mark.parametrize("path", ["/", "/sign-in", "/nothing", "/api/v1/benchmarks", "/healthz"])
def test_every_answer_carries_the_security_headers(site: Site, path: str) -> None:
    headers = site.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in policy


def test_names_are_written_as_text_wherever_they_came_from(site: Site) -> None:
    ada = sign_in(site, "ada")
    name = "<script>alert(1)</script>"
    form = {"team": "team-a", "slug": "bad-name", "name": name, "organisation": name}
    assert post(ada, site, "/account/models/new", "/account/models/new", **form).status_code == 200
    page = ada.get(f"{site.url}/account").text
    assert name not in page
    assert "&lt;script&gt;" in page


def test_a_fresh_server_tells_the_host_what_to_do_next(site: Site) -> None:
    with site.sessions.write() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
    page = site.get("/")
    assert page.status_code == 200
    assert "benchmark load" in page.text


def test_sending_and_cancelling_has_an_end_that_page_and_api_name(open_site: OpenSite) -> None:
    with open_site(DAILY_SUBMISSIONS="2") as site:
        token = site.token("ada")
        for n in range(2):
            key = site.submit(token, make_file(report=f"Report {n}.")).json()["id"]
            with Visitor(site.url) as visitor:
                assert visitor.post(f"/api/v1/submissions/{key}/cancel", headers=token).ok
        refused = site.submit(token, make_file()).json()["error"]
        day = site.get("/api/v1/me", token).json()["day"]
        assert (day["limit"], day["n_used"], day["n_left"]) == (2, 2, 0)
        assert refused["code"] == "quota_used"
        assert refused["next_at"][:19] == day["next_at"][:19]
        assert "2 submissions in the last 24 hours" in refused["message"]
        with sign_in(site, "ada") as ada:
            page = ada.get("/submit").text
        assert "You may send 0 more of 2 submissions in 24 hours; the next is possible from" in page
