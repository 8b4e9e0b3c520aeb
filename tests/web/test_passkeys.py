"""Passkeys on the pages: in a browser with a device of its own, and against who copies or waits."""

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
import requests
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, CDPSession, Page, expect
from sqlalchemy import select, update

from leaderboard.accounts.passkeys import PasskeySite
from leaderboard.db import now
from leaderboard.models.factor import PassedFactor, Passkey, PasskeyChallenge
from leaderboard.models.letter import Letter, LetterKind
from leaderboard.models.role import Role
from tests.accounts.device import Device
from tests.factories import PASSWORD
from tests.site import OpenSite, Site, Visitor
from tests.web.browsing import listen, open_page
from tests.web.factor import PAGE, enter, next_code, set_up
from tests.web.test_accessibility import find_violations
from tests.web.test_identity import is_signed_in
from tests.web.test_pages import csrf_of, post, sign_in

pytestmark = pytest.mark.one_database
ENTER = "/sign-in/second-factor"
ADD = f"{PAGE}/passkeys"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def local_site(open_site: OpenSite, empty_redis_url: str) -> Iterator[Site]:
    """A site where roles need a second factor, at an address where browsers offer passkeys."""
    with open_site(REQUIRE_SECOND_FACTOR="1", BASE_URL="http://localhost:{port}") as site:
        yield site


def locate(site: Site) -> PasskeySite:
    """The site as browsers know it."""
    return PasskeySite("localhost", f"http://localhost:{urlsplit(site.url).port}")


def begin(browser: Visitor, site: Site, name: str = "Laptop", **form: str) -> requests.Response:
    """Ask for a new passkey: the page that has the browser make it, or a refusal."""
    return post(browser, site, ADD, "/account", name=name, **{"password": PASSWORD, **form})


def read_options(page: str) -> str:
    """What a page has the browser asked for."""
    found = re.search(r'data-options="([^"]+)"', page)
    assert found is not None
    return html.unescape(found[1])


def finish(browser: Visitor, site: Site, answer: str, name: str = "Laptop") -> requests.Response:
    return post(browser, site, f"{ADD}/new", "/account", name=name, passkey=answer)


def add(browser: Visitor, site: Site, name: str = "Laptop") -> Device:
    """Add a passkey to who is signed in: the device that has it."""
    device = Device(locate(site))
    answer = device.make(read_options(begin(browser, site, name).text))
    done = finish(browser, site, answer, name)
    assert done.status_code == 200, done.text
    assert "Recovery codes" in done.text
    return device


def ask(browser: Visitor) -> requests.Response:
    """What the browser is to ask for in the second step."""
    token = csrf_of(browser.get(ENTER).text)
    return browser.post(f"{ENTER}/passkey", data={"csrf_token": token}, allow_redirects=False)


def use(browser: Visitor, answer: str, back: str = "") -> requests.Response:
    """Send what a device answered in the second step."""
    path = ENTER + (f"?back={back}" if back else "")
    form = {"csrf_token": csrf_of(browser.get(path).text), "passkey": answer}
    return browser.post(path, data=form, allow_redirects=False)


def wait_eleven_minutes(site: Site) -> None:
    """Let every session have passed its second factor that long ago."""
    with site.sessions.write() as session:
        before = now() - timedelta(minutes=11)
        session.execute(update(PassedFactor).values(passed_at=before))


def test_a_passkey_alone_is_what_a_role_needs(local_site: Site) -> None:
    local_site.add_role("hugo", Role.HOST)
    hugo = sign_in(local_site, "hugo")
    assert hugo.get("/admin", allow_redirects=False).status_code == 303
    device = add(hugo, local_site)
    assert hugo.get("/admin", allow_redirects=False).status_code == 200
    again = sign_in(local_site, "hugo")
    assert not is_signed_in(again)
    assert use(again, device.use(ask(again).text), "/admin").headers["Location"] == "/admin"
    assert again.get("/admin", allow_redirects=False).status_code == 200
    assert "by a passkey" in again.get(PAGE).text


def test_the_first_passkey_ends_other_sessions_and_its_owner_is_told(local_site: Site) -> None:
    ada, elsewhere = sign_in(local_site, "ada"), sign_in(local_site, "ada")
    for wrong in ({"password": "wrong wrong wrong"}, {"name": " "}, {"name": "x" * 61}):
        assert begin(ada, local_site, **wrong).status_code == 400
    assert is_signed_in(elsewhere)
    add(ada, local_site)
    assert is_signed_in(ada)
    assert not is_signed_in(elsewhere)
    assert "signing in also takes a passkey" in ada.get("/account").text
    with local_site.sessions.read() as session:
        assert session.scalars(select(Letter.kind)).all() == [LetterKind.WAYS]


def test_a_second_factor_beside_another_brings_no_new_recovery_codes(local_site: Site) -> None:
    ada = sign_in(local_site, "ada")
    app, codes = set_up(ada)
    device = Device(locate(local_site))
    answer = device.make(read_options(begin(ada, local_site, "Key").text))
    page = finish(ada, local_site, answer, "Key").text
    assert "The passkey is added" in page
    assert "a code of your authenticator app or a passkey" in page
    by_code, by_key, by_paper = (sign_in(local_site, "ada") for _ in range(3))
    assert enter(by_code, local_site, next_code(app)) == 302
    assert use(by_key, device.use(ask(by_key).text)).status_code == 302
    assert enter(by_paper, local_site, codes[0]) == 302


def test_an_answer_that_was_seen_signs_nobody_else_in(local_site: Site) -> None:
    device = add(sign_in(local_site, "ada"), local_site)
    ada, thief = sign_in(local_site, "ada"), sign_in(local_site, "ada")
    answer = device.use(ask(ada).text)
    assert use(ada, answer).status_code == 302
    refused = use(thief, answer)
    assert refused.status_code == 400
    assert "has expired, or was answered before" in refused.text
    assert not is_signed_in(thief)


def test_who_waits_too_long_is_asked_again(local_site: Site) -> None:
    device = add(sign_in(local_site, "ada"), local_site)
    ada = sign_in(local_site, "ada")
    answer = device.use(ask(ada).text)
    with local_site.sessions.write() as session:
        session.execute(update(PasskeyChallenge).values(ends_at=now()))
    refused = use(ada, answer)
    assert refused.status_code == 400
    assert "has expired, or was answered before" in refused.text
    assert use(ada, device.use(ask(ada).text)).status_code == 302


def test_another_persons_passkey_signs_nobody_in(local_site: Site) -> None:
    local_site.add_person("eve", "team-e")
    add(sign_in(local_site, "ada"), local_site)
    theirs = add(sign_in(local_site, "eve"), local_site)
    ada = sign_in(local_site, "ada")
    refused = use(ada, theirs.use(ask(ada).text))
    assert refused.status_code == 400
    assert "not one of your account" in refused.text
    assert not is_signed_in(ada)


def test_a_passkey_that_another_site_asked_for_is_refused(local_site: Site) -> None:
    device = add(sign_in(local_site, "ada"), local_site)
    ada, origin = sign_in(local_site, "ada"), locate(local_site).origin
    device.site = PasskeySite("localhost", "http://localhost:1")
    refused = use(ada, device.use(ask(ada).text))
    assert refused.status_code == 400
    assert f"Open {origin} and try again there" in refused.text


def test_the_site_is_that_of_its_settings_whatever_a_request_says(local_site: Site) -> None:
    device = add(sign_in(local_site, "ada"), local_site)
    ada = sign_in(local_site, "ada")
    ada.headers["Host"] = f"127.0.0.1:{urlsplit(local_site.url).port}"
    options = json.loads(ask(ada).text)
    assert options["rpId"] == "localhost"
    device.site = PasskeySite("127.0.0.1", local_site.url)
    assert use(ada, device.use(json.dumps(options))).status_code == 400


def test_nobody_is_asked_for_a_passkey_before_the_password(local_site: Site) -> None:
    add(sign_in(local_site, "ada"), local_site)
    stranger = Visitor(local_site.url)
    token = csrf_of(stranger.get("/sign-in").text)
    answer = stranger.post(f"{ENTER}/passkey", data={"csrf_token": token}, allow_redirects=False)
    assert answer.headers["Location"] == "/sign-in"
    assert ask(sign_in(local_site, "ada")).headers["Cache-Control"] == "no-store"


def test_a_change_takes_the_password_and_a_factor_passed_a_moment_ago(local_site: Site) -> None:
    ada = sign_in(local_site, "ada")
    device = add(ada, local_site)
    with local_site.sessions.read() as session:
        key = session.scalars(select(Passkey.id)).one()
    remove = f"{ADD}/{key}/remove"
    wrong = post(ada, local_site, remove, PAGE, password="wrong wrong wrong")
    assert wrong.status_code == 400
    assert "Remove it" in wrong.text, "the form is there again"
    wait_eleven_minutes(local_site)
    good = {"password": PASSWORD}
    for answer in (
        begin(ada, local_site),
        post(ada, local_site, remove, "/account", **good),
        post(ada, local_site, f"{PAGE}/recovery-codes", "/account"),
    ):
        assert answer.status_code == 400
        assert "more than ten minutes ago" in answer.text
    page = ada.get(PAGE).text
    assert f'href="{ENTER}?back={PAGE}"' in page
    assert "Remove it" not in page
    assert use(ada, device.use(ask(ada).text), PAGE).headers["Location"] == PAGE
    assert "not shown again" in post(ada, local_site, f"{PAGE}/recovery-codes", "/account").text
    assert "is off" in post(ada, local_site, remove, "/account", **good).text
    assert is_signed_in(sign_in(local_site, "ada")), "by the password alone, as before"


def test_removing_a_passkey_ends_other_sessions_and_its_owner_is_told(local_site: Site) -> None:
    ada = sign_in(local_site, "ada")
    app, _ = set_up(ada)
    device = Device(locate(local_site))
    finish(ada, local_site, device.make(read_options(begin(ada, local_site).text)))
    elsewhere = sign_in(local_site, "ada")
    enter(elsewhere, local_site, next_code(app))
    with local_site.sessions.read() as session:
        key = session.scalars(select(Passkey.id)).one()
    page = post(ada, local_site, f"{ADD}/{key}/remove", PAGE, password=PASSWORD).text
    assert "The passkey Laptop is removed; your other sessions have ended" in page
    assert "You have 10 left" in page, "the app is still there"
    assert not is_signed_in(elsewhere)
    assert 'data-passkey="get"' not in sign_in(local_site, "ada").get(ENTER).text
    with local_site.sessions.read() as session:
        assert session.scalars(select(Letter.kind)).all() == 3 * [LetterKind.WAYS]


def test_an_app_can_go_while_a_passkey_stays(local_site: Site) -> None:
    ada = sign_in(local_site, "ada")
    app, _ = set_up(ada)
    device = Device(locate(local_site))
    finish(ada, local_site, device.make(read_options(begin(ada, local_site).text)))
    off = {"password": PASSWORD, "code": next_code(app)}
    assert "app is removed" in post(ada, local_site, f"{PAGE}/off", PAGE, **off).text
    again = sign_in(local_site, "ada")
    assert not is_signed_in(again)
    assert use(again, device.use(ask(again).text)).status_code == 302


def test_an_administrator_resets_passkeys(local_site: Site) -> None:
    ada = sign_in(local_site, "ada")
    add(ada, local_site)
    local_site.add_role("hugo", Role.ADMIN)
    hugo = sign_in(local_site, "hugo")
    add(hugo, local_site)
    address = "/admin/people/ada@example.org/reset-second-factor"
    page = post(hugo, local_site, address, "/admin/people", reason="lost her phone").text
    assert "The second factor of ada@example.org is removed" in page
    assert not is_signed_in(ada)
    assert is_signed_in(sign_in(local_site, "ada"))


def test_refused_passkeys_are_counted_as_wrong_codes_are(local_site: Site) -> None:
    device = add(sign_in(local_site, "ada"), local_site)
    thief = sign_in(local_site, "ada")
    statuses = [use(thief, Device(locate(local_site)).use('{"challenge": ""}')).status_code]
    statuses += [enter(thief, local_site, "000000") for _ in range(10)]
    assert statuses == [400] * 10 + [429]
    assert use(thief, device.use(ask(thief).text)).status_code == 429


def test_where_browsers_offer_no_passkeys_the_page_says_why(
    open_site: OpenSite, empty_redis_url: str
) -> None:
    with open_site(BASE_URL="http://bench.example") as site:
        ada = sign_in(site, "ada")
        page = ada.get(PAGE).text
        assert "Passkeys are off" in page
        assert "this site's address is set to http://bench.example" in page
        assert "Add a passkey" not in page
        assert begin(ada, site).status_code == 409


def test_without_scripts_the_pages_say_what_to_do(local_site: Site) -> None:
    ada = sign_in(local_site, "ada")
    assert "<noscript><p>A passkey needs JavaScript" in ada.get(PAGE).text
    assert "<noscript><p>A passkey needs JavaScript" in begin(ada, local_site).text
    refused = finish(ada, local_site, "")
    assert "Your browser sent no passkey" in refused.text
    assert "Allow JavaScript for this site" in refused.text


class Person(NamedTuple):
    """A page of a browser, and the device that it asks for passkeys."""

    page: Page
    line: CDPSession
    device: str


def open_person(browser: Browser, site: Site, width: int, complaints: list[str]) -> Person:
    """A browser with a device that answers at once, at the site's own address."""
    page = open_page(browser, locate(site).origin, viewport={"width": width, "height": 900})
    listen(page, complaints)
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    device = line.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    return Person(page, line, device)


def type_password(page: Page, back: str) -> None:
    """The first step of signing in."""
    page.goto(f"/sign-in?back={back}")
    page.get_by_label("E-mail address").fill("hugo@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def look(page: Page, width: int) -> None:
    """Nothing runs over the page's edge, and axe-core finds nothing."""
    page.evaluate(AXE_SCRIPT)
    assert find_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [390, 1280])
def test_a_person_adds_a_passkey_signs_in_with_it_and_removes_it(
    local_site: Site, browser: Browser, width: int
) -> None:
    local_site.add_role("hugo", Role.HOST)
    complaints: list[str] = []
    page, line, device = open_person(browser, local_site, width, complaints)
    type_password(page, "/admin")
    expect(page.get_by_text("Your role needs a second factor")).to_be_visible()
    page.get_by_text("Add a passkey", exact=True).click()
    page.get_by_label("Name of the passkey").fill("Laptop")
    page.locator("#passkey-password").fill(PASSWORD)
    look(page, width)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Add the passkey Laptop")).to_be_visible()
    look(page, width)
    page.get_by_role("button", name="Make the passkey").click()
    codes = page.get_by_role("region", name="Recovery codes").inner_text().split()
    assert len(codes) == 10
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("not used since")).to_be_visible()
    page.context.clear_cookies()

    type_password(page, "/admin")
    expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
    look(page, width)
    kept = line.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    line.send("WebAuthn.clearCredentials", {"authenticatorId": device})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")
    look(page, width)
    line.send("WebAuthn.addCredential", {"authenticatorId": device, "credential": kept[0]})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_url(f"{locate(local_site).origin}/admin")

    page.goto(PAGE)
    expect(page.get_by_text("last used on")).to_be_visible()
    page.get_by_text("Remove the passkey Laptop").click()
    page.locator("[id^=remove-]").fill(PASSWORD)
    look(page, width)
    page.get_by_role("button", name="Remove it").click()
    expect(page.get_by_text("The second factor is off")).to_be_visible()
    page.goto("/admin")
    expect(page.get_by_text("Your role needs a second factor")).to_be_visible()
    assert complaints == []
    page.context.close()


def test_a_device_that_has_a_passkey_of_the_account_says_so(
    local_site: Site, browser: Browser
) -> None:
    local_site.add_role("hugo", Role.HOST)
    page = open_person(browser, local_site, 390, []).page
    type_password(page, PAGE)
    for name in ("Laptop", "Again"):
        page.goto(PAGE)
        page.get_by_text("Add a passkey", exact=True).click()
        page.get_by_label("Name of the passkey").fill(name)
        page.locator("#passkey-password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Make the passkey").click()
        if name == "Laptop":
            page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("alert")).to_contain_text("holds a passkey of your account already")
    page.context.close()


def test_at_another_name_of_the_site_the_page_says_where_passkeys_work(
    local_site: Site, browser: Browser
) -> None:
    local_site.add_role("hugo", Role.HOST)
    add(sign_in(local_site, "hugo"), local_site)
    page = open_page(browser, local_site.url, viewport={"width": 390, "height": 900})
    type_password(page, PAGE)
    page.wait_for_load_state()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text(
        f"Passkeys work at {locate(local_site).origin} only"
    )
    page.context.close()
