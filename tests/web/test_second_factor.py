"""The second factor on the pages: what a password alone does not do, and what a role needs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from leaderboard.accounts.users import find_user
from leaderboard.letters.links import Links
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.moderation import Announcement
from leaderboard.models.role import Role
from tests.factories import PASSWORD
from tests.site import SECRET_KEY, OpenSite, Site, Visitor
from tests.web.api.test_api import make_file
from tests.web.browsing import open_page
from tests.web.factor import PAGE, enter, forget_used, next_code, read_set_up, set_up
from tests.web.test_identity import copy_cookies, is_signed_in
from tests.web.test_pages import csrf_of, post, sign_in

pytestmark = pytest.mark.one_database


@pytest.fixture
def strict_site(open_site: OpenSite, empty_redis_url: str) -> Iterator[Site]:
    """A site where roles need a second factor, as by default."""
    with open_site(REQUIRE_SECOND_FACTOR="1") as site:
        yield site


def test_a_password_alone_signs_nobody_in_who_has_a_second_factor(site: Site) -> None:
    app, _ = set_up(sign_in(site, "ada"))
    ada = sign_in(site, "ada")
    assert not is_signed_in(ada)
    answer = ada.get("/account", allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in/second-factor?back=/account"
    for path, form in (("/account/tokens", {"name": "x"}), (f"{PAGE}/off", {"code": "1"})):
        token = csrf_of(ada.get("/sign-in/second-factor").text)
        refused = ada.post(path, data={"csrf_token": token, **form}, allow_redirects=False)
        assert refused.headers["Location"] == "/sign-in/second-factor"
    assert enter(ada, site, "000000") == 400
    assert enter(ada, site, next_code(app), "/submissions") == 302
    assert is_signed_in(ada)
    assert "by a code of your authenticator app" in ada.get(PAGE).text


def test_a_code_that_was_seen_signs_nobody_else_in(site: Site) -> None:
    app, codes = set_up(sign_in(site, "ada"))
    code = next_code(app)
    assert enter(sign_in(site, "ada"), site, code) == 302
    assert enter(sign_in(site, "ada"), site, code) == 400
    assert enter(sign_in(site, "ada"), site, codes[3]) == 302
    assert enter(sign_in(site, "ada"), site, codes[3]) == 400


def test_half_a_sign_in_ends_with_the_code_and_with_a_new_password(site: Site) -> None:
    ada = sign_in(site, "ada")
    app, _ = set_up(ada)
    half = sign_in(site, "ada")
    thief = copy_cookies(half, site)
    assert enter(half, site, next_code(app)) == 302
    forget_used(site)
    assert thief.get("/sign-in/second-factor", allow_redirects=False).status_code == 302
    waiting = sign_in(site, "ada")
    assert waiting.get("/sign-in/second-factor", allow_redirects=False).status_code == 200
    form = {"password": PASSWORD, "new_password": "seven mild turtles hum"}
    assert "has been changed" in post(ada, site, "/account/password", "/account", **form).text
    assert waiting.get("/sign-in/second-factor", allow_redirects=False).status_code == 302


def test_setting_it_up_ends_other_sessions_and_asks_for_the_password(site: Site) -> None:
    ada, elsewhere = sign_in(site, "ada"), sign_in(site, "ada")
    form = read_set_up(ada.get(PAGE).text)
    for wrong in ({"password": "wrong wrong wrong"}, {"code": "12345"}, {"sealed": "x"}):
        answer = ada.post(PAGE, data={**form, **wrong})
        assert answer.status_code == 400
        assert is_signed_in(elsewhere)
    assert form["secret"] in ada.post(PAGE, data={**form, "code": "12345"}).text, "scanned once"
    set_up(ada)
    assert is_signed_in(ada)
    assert not is_signed_in(elsewhere)


def test_turning_it_off_needs_password_and_code(site: Site) -> None:
    ada = sign_in(site, "ada")
    app, _ = set_up(ada)
    good = {"password": PASSWORD, "code": next_code(app)}
    for wrong in ({"password": "wrong wrong wrong"}, {"code": "000000"}):
        assert post(ada, site, f"{PAGE}/off", PAGE, **{**good, **wrong}).status_code == 400
    assert not is_signed_in(sign_in(site, "ada"))
    assert "is off" in post(ada, site, f"{PAGE}/off", PAGE, **good).text
    assert is_signed_in(ada)
    assert is_signed_in(sign_in(site, "ada"))


def test_new_recovery_codes_need_a_code(site: Site) -> None:
    ada = sign_in(site, "ada")
    app, old = set_up(ada)
    address = f"{PAGE}/recovery-codes"
    assert post(ada, site, address, PAGE, code="000000").status_code == 400
    assert "not shown again" in post(ada, site, address, PAGE, code=next_code(app)).text
    assert enter(sign_in(site, "ada"), site, old[0]) == 400


def test_a_new_password_by_mail_does_not_go_around_the_code(site: Site) -> None:
    app, _ = set_up(sign_in(site, "ada"))
    with site.sessions.read() as session:
        user = find_user(session, "ada@example.org")
        assert user is not None
        link = "/reset/" + Links([SECRET_KEY]).sign_reset(user)
    ada = Visitor(site.url)
    form = {"password": "seven mild turtles hum"}
    post(ada, site, link, link, **form)
    assert not is_signed_in(ada)
    assert enter(ada, site, next_code(app)) == 302
    assert is_signed_in(ada)


def test_a_new_password_keeps_what_the_session_has_passed(strict_site: Site) -> None:
    strict_site.add_role("hugo", Role.HOST)
    hugo = sign_in(strict_site, "hugo")
    set_up(hugo)
    form = {"password": PASSWORD, "new_password": "seven mild turtles hum"}
    post(hugo, strict_site, "/account/password", "/account", **form)
    assert hugo.get("/admin", allow_redirects=False).status_code == 200


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (Role.ADMIN, "/admin/people"),
        (Role.HOST, "/admin"),
        (Role.HOST, "/rate/experts"),
        (Role.EXPERT, "/rate"),
    ],
)
def test_a_roles_rights_wait_for_the_second_factor(
    strict_site: Site, role: Role, path: str
) -> None:
    strict_site.add_role("hugo", role)
    hugo = sign_in(strict_site, "hugo")
    account = hugo.get("/account").text
    assert "Your role waits for a second factor" in account
    assert f'href="{path}"' not in account
    answer = hugo.get(path, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, PAGE)
    led = hugo.get(path).text
    assert "Your role needs a second factor" in led
    assert "they see hidden answers" in led
    app, _ = set_up(hugo)
    assert hugo.get(path, allow_redirects=False).status_code == 200
    assert "waits for a second factor" not in hugo.get("/account").text
    off = {"password": PASSWORD, "code": next_code(app)}
    post(hugo, strict_site, f"{PAGE}/off", PAGE, **off)
    assert hugo.get(path, allow_redirects=False).status_code == 303, "and again without it"


def test_an_act_without_the_second_factor_changes_nothing(strict_site: Site) -> None:
    strict_site.add_role("hugo", Role.HOST)
    hugo = sign_in(strict_site, "hugo")
    form = {"text": "Closed.", "until": "2999-01-01"}
    page = post(hugo, strict_site, "/admin/announcements", "/account", **form).text
    assert "Nothing was changed" in page
    with strict_site.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Announcement)) == 0


def test_a_hosts_token_submits_and_is_no_hosts(strict_site: Site) -> None:
    with strict_site.sessions.write() as session:
        user = find_user(session, "ada@example.org")
        assert user is not None
    strict_site.add_role("hugo", Role.HOST)
    key = strict_site.submit(strict_site.token("ada"), make_file()).json()["id"]
    assert strict_site.get(f"/api/v1/submissions/{key}", strict_site.token("hugo")).status_code in {
        403,
        404,
    }


def test_wrong_codes_are_few_whichever_networks_they_come_from(
    open_site: OpenSite, empty_redis_url: str
) -> None:
    with open_site(PROXIES="1") as site:
        app, _ = set_up(sign_in(site, "ada"))
        statuses = []
        for n in range(11):
            thief = sign_in(site, "ada")
            thief.headers["X-Forwarded-For"] = f"192.0.2.{n}"
            statuses.append(enter(thief, site, "000000"))
        assert statuses == [400] * 10 + [429]
        assert enter(thief, site, next_code(app)) == 429
        site.add_person("bob", "team-b")
        other, _ = set_up(sign_in(site, "bob"))
        assert enter(sign_in(site, "bob"), site, next_code(other)) == 302, "others go on"


def test_an_administrator_resets_a_second_factor_and_its_owner_is_told(site: Site) -> None:
    site.add_role("hugo", Role.ADMIN)
    ada, hugo = sign_in(site, "ada"), sign_in(site, "hugo")
    set_up(ada)
    address = "/admin/people/ada@example.org/reset-second-factor"
    assert post(hugo, site, address, "/admin/people").status_code == 400, "a reason is asked for"
    page = post(hugo, site, address, "/admin/people", reason="lost her phone, told me so").text
    assert "The second factor of ada@example.org is removed" in page
    assert "lost her phone" in hugo.get("/admin/audit").text
    assert not is_signed_in(ada)
    assert is_signed_in(sign_in(site, "ada"))
    assert post(hugo, site, address, "/admin/people", reason="again").status_code == 409
    with site.sessions.read() as session:
        letters = session.scalars(select(Letter)).all()
        told = [(one.kind, one.address) for one in letters]
        assert told == 2 * [(LetterKind.WAYS, "ada@example.org")], "of the set-up, and of the reset"


@pytest.mark.parametrize("width", [390, 1280])
def test_a_person_sets_it_up_and_signs_in_with_it(
    strict_site: Site, browser: Browser, width: int
) -> None:
    strict_site.add_role("hugo", Role.HOST)
    page = open_page(browser, strict_site.url, viewport={"width": width, "height": 900})
    page.goto("/sign-in?back=/admin")
    page.get_by_label("E-mail address").fill("hugo@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Your role needs a second factor")).to_be_visible()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    form = read_set_up(page.content())
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code", exact=True).fill(form["code"])
    page.get_by_role("button", name="Turn it on").click()
    codes = page.get_by_role("region", name="Recovery codes").inner_text().split()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("You have 10 left")).to_be_visible()
    page.context.clear_cookies()
    page.goto("/sign-in?back=/admin")
    page.get_by_label("E-mail address").fill("hugo@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_label("Code", exact=True).fill(codes[0])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{strict_site.url}/admin")
    expect(page.get_by_text("You have 9 recovery codes left")).to_be_visible()
    page.context.close()
