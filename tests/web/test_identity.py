"""Signed in or not, confirmed or not: what the pages and the API let a person do."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from config import Config
from leaderboard.accounts.confirmation import confirm
from leaderboard.accounts.users import find_user
from leaderboard.accounts.web_sessions import SEEN_NOTED_EVERY
from leaderboard.app import create_app
from leaderboard.models.identity import ConfirmationGrace, Means, WebSession
from leaderboard.models.role import Role
from leaderboard.models.team import User
from leaderboard.web.session_cookie import NAME
from tests.factories import PASSWORD, make_card, make_team, make_user
from tests.site import OpenSite, Site, Visitor
from tests.test_docs import REQUIRED
from tests.web.api.test_api import make_file
from tests.web.test_pages import csrf_of, post, sign_in

pytestmark = pytest.mark.one_database


def is_signed_in(browser: Visitor) -> bool:
    return browser.get("/account", allow_redirects=False).status_code == 200


def copy_cookies(browser: Visitor, site: Site) -> Visitor:
    """Somebody with the same cookies, as one who stole them has."""
    thief = Visitor(site.url)
    thief.cookies.update(browser.cookies)
    return thief


def add_unconfirmed(site: Site, name: str, role: Role | None = None) -> None:
    with site.sessions.write() as session:
        make_user(session, name, role=role, is_confirmed=False)


def test_a_stolen_cookie_is_worth_nothing_once_its_owner_signed_out(site: Site) -> None:
    ada = sign_in(site, "ada")
    thief = copy_cookies(ada, site)
    assert is_signed_in(thief)
    post(ada, site, "/sign-out", "/account")
    assert not is_signed_in(ada)
    assert not is_signed_in(thief)


def test_the_cookie_holds_a_token_and_nothing_of_the_account(site: Site) -> None:
    ada = sign_in(site, "ada")
    cookie = next(cookie for cookie in ada.cookies if cookie.name == NAME)
    assert re.fullmatch(r"[\w\-]{43}", cookie.value or "")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert cookie.expires is not None
    with site.sessions.read() as session:
        assert session.scalars(select(WebSession)).one().agent.startswith("python-requests/")


def test_cookies_for_https_alone_are_bound_to_the_very_host(open_site: OpenSite) -> None:
    with open_site(COOKIE_SECURE="1") as site, Visitor(site.url) as browser:
        answer = browser.get("/sign-in")
        form = {"email": "ada@example.org", "password": PASSWORD}
        form["csrf_token"] = csrf_of(answer.text)
        headers = {"Cookie": answer.headers["Set-Cookie"].split(";")[0], "Referer": site.url}
        answer = browser.post("/sign-in", data=form, headers=headers, allow_redirects=False)
    cookies = answer.raw.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-spinebench")
        assert "Secure;" in cookie
        assert "Domain" not in cookie
        assert cookie.endswith("Path=/; SameSite=Lax")


def test_signing_in_again_ends_the_session_before(site: Site) -> None:
    ada = sign_in(site, "ada")
    thief = copy_cookies(ada, site)
    form = {"email": "ada@example.org", "password": PASSWORD}
    assert post(ada, site, "/sign-in", "/sign-in", **form).status_code == 200
    assert is_signed_in(ada)
    assert not is_signed_in(thief)


def test_a_person_sees_where_they_are_signed_in_and_ends_another_session(site: Site) -> None:
    here, elsewhere = sign_in(site, "ada"), sign_in(site, "ada")
    page = here.get("/account").text
    assert "this one" in page
    (address,) = re.findall(r"/account/sessions/\d+/end", page)
    site.add_person("eve", "team-e")
    eve = sign_in(site, "eve")
    post(eve, site, address, "/account")
    assert is_signed_in(elsewhere)
    post(here, site, address, "/account")
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


@pytest.mark.parametrize("is_chosen", [True, False])
def test_a_new_password_ends_sessions_and_revokes_tokens_if_asked(
    site: Site, is_chosen: bool
) -> None:
    ada, token = sign_in(site, "ada"), site.token("ada")
    thief = copy_cookies(ada, site)
    form = {"password": PASSWORD, "new_password": "a quite different password"}
    if is_chosen:
        form["revokes_tokens"] = "y"
    page = post(ada, site, "/account/password", "/account", **form).text
    assert ("1 API token was revoked." in page) == is_chosen
    assert is_signed_in(ada)
    assert not is_signed_in(thief)
    assert site.get("/api/v1/me", token).status_code == (401 if is_chosen else 200)


def test_reading_writes_the_last_use_once_in_a_while(site: Site) -> None:
    ada = sign_in(site, "ada")

    def read_seen() -> object:
        with site.sessions.read() as session:
            return session.scalars(select(WebSession.seen_at)).one()

    first = read_seen()
    ada.get("/account")
    assert read_seen() == first
    with site.sessions.write() as session:
        row = session.scalars(select(WebSession)).one()
        row.seen_at -= 2 * SEEN_NOTED_EVERY
    ada.get("/account")
    assert read_seen() > first  # type: ignore[operator]


CHANGES = [
    ("/account/teams", {"name": "Mine", "slug": "mine"}),
    ("/account/models/new", {"team": "team-a"}),
    ("/account/tokens", {"name": "laptop", "scope": "read", "days": "9"}),
    ("/submit", {}),
    ("/account/notices", {"team": "team-a", "kind": "webhook"}),
    ("/endpoints/new", {}),
]


@pytest.mark.parametrize(("path", "form"), CHANGES, ids=[path for path, _ in CHANGES])
def test_without_a_confirmed_address_nothing_is_made(
    site: Site, path: str, form: dict[str, str]
) -> None:
    add_unconfirmed(site, "eve")
    eve = sign_in(site, "eve")
    page = eve.get("/account").text
    assert "Your e-mail address is not confirmed" in page
    assert "its host confirms addresses by hand" in page
    answer = post(eve, site, path, "/account", **form)
    assert answer.status_code == 403
    assert "eve@example.org is not confirmed" in answer.text


def list_changes() -> Iterator[str]:
    """Every address with a form or a button of the account's pages, from the application's map."""
    words = {"slug": "team-a", "email": "eve@example.org", "act": "confirm", "role": "host"}
    app = create_app(Config.from_env(REQUIRED))
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and not rule.rule.startswith("/api/"):
            yield re.sub(
                r"<(?:(\w+):)?(\w+)>",
                lambda found: "1" if found[1] == "int" else words.get(found[2], "x"),
                rule.rule,
            )


OWN_ACCOUNT = {
    "/sign-in",
    "/sign-in/second-factor",
    "/sign-in/second-factor/passkey",
    "/sign-out",
    "/register",
    "/account/password",
    "/account/attention",
    "/account/second-factor",
    "/account/second-factor/off",
    "/account/second-factor/recovery-codes",
    "/account/second-factor/passkeys",
    "/account/second-factor/passkeys/new",
    "/account/second-factor/passkeys/1/remove",
    "/account/providers/x",
    "/account/providers/links/1/remove",
    "/account/sessions/1/end",
    "/account/tokens/1/revoke",
    "/account/address",
    "/account/confirm",
    "/account/delete",
    "/account/teams/team-a/leave",
    "/confirm/x",
    "/forgot",
    "/register/x",
    "/reset/x",
}
"""What a person may send before their address is confirmed."""


def test_every_other_form_waits_for_a_confirmed_address(site: Site) -> None:
    add_unconfirmed(site, "eve", Role.ADMIN)
    eve = sign_in(site, "eve")
    token = csrf_of(eve.get("/account").text)
    addresses = set(list_changes())
    assert addresses > OWN_ACCOUNT
    for path in sorted(addresses - OWN_ACCOUNT):
        answer = eve.post(path, data={"csrf_token": token}, allow_redirects=False)
        assert answer.status_code == 403, path
        assert "is not confirmed" in answer.text or "Only an expert of" in answer.text, path


def test_the_account_page_of_an_unconfirmed_person_offers_nothing_that_is_refused(
    site: Site,
) -> None:
    add_unconfirmed(site, "eve")
    with site.sessions.write() as session:
        user = find_user(session, "eve@example.org")
        assert user is not None
        make_card(session, make_team(session, "team-e", user), "model-e")
    eve = sign_in(site, "eve")
    page = eve.get("/account").text
    forms = set(re.findall(r'<form [^>]*action="([^"]+)"', page)) - {"/sign-out"}
    assert forms >= {"/account/address", "/account/password"}
    token = csrf_of(page)
    for path in sorted(forms):
        answer = eve.post(path, data={"csrf_token": token}, allow_redirects=False)
        assert answer.status_code != 403, path
    for link in ("/account/models/new", "/account/models/model-e", "/submit", "/account/notices"):
        assert f'href="{link}"' not in page.partition("<main")[2], link
    assert page.count('<a href="#confirm">what to do</a>') == 4
    assert 'id="confirm"' in page


def test_a_role_is_worth_nothing_before_the_address_is_confirmed(site: Site) -> None:
    add_unconfirmed(site, "eve", Role.ADMIN)
    eve = sign_in(site, "eve")
    assert eve.get("/admin/people").status_code == 403
    with site.sessions.write() as session:
        user = find_user(session, "eve@example.org")
        assert user is not None
        confirm(session, user, Means.HOST)
    assert eve.get("/admin/people").status_code == 200


def test_a_token_of_an_unconfirmed_person_reads_and_changes_nothing(site: Site) -> None:
    token = site.token("ada")
    with site.sessions.write() as session:
        session.execute(update(User).values(email="new@example.org"))
    assert site.get("/api/v1/me", token).status_code == 200
    answer = site.submit(token, make_file())
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "unconfirmed"
    assert "new@example.org" in error["message"]


def test_the_host_confirms_by_hand_and_the_audit_trail_keeps_it(site: Site) -> None:
    add_unconfirmed(site, "eve")
    with site.sessions.write() as session:
        make_team(session, "hosts", make_user(session, "hedy", role=Role.ADMIN))
    eve, hedy = sign_in(site, "eve"), sign_in(site, "hedy")
    address = "/admin/people/eve@example.org/confirm"
    assert "not confirmed" in hedy.get("/admin/people").text
    assert post(hedy, site, address, "/admin/people").status_code == 200
    assert post(hedy, site, address, "/admin/people").status_code == 409
    assert "confirm address" in hedy.get("/admin/audit").text
    assert "by the host" in eve.get("/account").text
    form = {"name": "Mine", "slug": "mine"}
    assert post(eve, site, "/account/teams", "/account", **form).status_code == 200


def test_an_account_from_before_works_and_is_told_until_when(site: Site) -> None:
    add_unconfirmed(site, "eve")
    with site.sessions.write() as session:
        user = find_user(session, "eve@example.org")
        assert user is not None
        session.add(ConfirmationGrace(user_id=user.id, email=user.email, began_at=user.created_at))
    eve = sign_in(site, "eve")
    assert "Your account is older than this rule: until" in eve.get("/account").text
    form = {"name": "Mine", "slug": "mine"}
    assert post(eve, site, "/account/teams", "/account", **form).status_code == 200
