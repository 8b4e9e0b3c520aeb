"""Sign-in by providers: what is taken from them, what is not, and whose accounts they open."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import func, select

from config import Config
from leaderboard.accounts.providers import bounded
from leaderboard.accounts.providers.settings import read_providers
from leaderboard.accounts.users import find_user
from leaderboard.errors import InvalidRequest
from leaderboard.hosting.people import ban_user
from leaderboard.models.provider import ProviderLink
from leaderboard.models.role import Role
from leaderboard.models.team import User
from tests.factories import PASSWORD
from tests.openid import CLIENT_ID, CLIENT_SECRET, ScriptedProvider, open_provider
from tests.site import OpenSite, Site, Visitor
from tests.web.browsing import open_page
from tests.web.factor import enter, next_code, set_up
from tests.web.test_identity import is_signed_in
from tests.web.test_pages import post, sign_in

pytestmark = pytest.mark.one_database
GRACE = {"email": "grace@example.org", "email_verified": True, "name": "Grace", "sub": "g-1"}


class World(NamedTuple):
    """A site, and the provider that all of its ways lead to."""

    site: Site
    provider: ScriptedProvider

    def come(self, name: str = "hospital", browser: Visitor | None = None) -> Visitor:
        """Sign in by a provider, as a browser does: whoever it is then."""
        found = browser or Visitor(self.site.url)
        self.follow(found, f"/sign-in/with/{name}")
        return found

    def follow(self, browser: Visitor, start: str) -> Any:
        """Go to the provider and back, to this site wherever it listens: the last answer."""
        there = browser.get(start, allow_redirects=False).headers["Location"]
        back = browser.get(there, allow_redirects=False).headers["Location"]
        return browser.get(self.here(back), allow_redirects=False)

    def here(self, address: str) -> str:
        """An address of BASE_URL, at the port where the site listens."""
        parts = urlsplit(address)
        assert parts.netloc == "bench.example"
        return f"{parts.path}?{parts.query}"

    def count_users(self) -> int:
        with self.site.sessions.read() as session:
            return session.scalar(select(func.count()).select_from(User)) or 0


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedProvider]:
    with open_provider() as provider:
        yield provider


def write_file(folder: Path, url: str) -> str:
    common: dict[str, object] = {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "issuer": url,
    }
    every: list[dict[str, object]] = [
        {
            "name": "hospital",
            "label": "The hospital",
            "trusts_email": True,
            "second_factor": ["mfa", "urn:strong"],
        },
        {"name": "orcid", "label": "ORCID"},
        {"name": "github", "label": "GitHub", "kind": "github", "api": url, "trusts_email": True},
    ]
    place = folder / "providers.json"
    place.write_text(json.dumps({"provider": [common | one for one in every]}))
    return str(place)


@pytest.fixture
def world(
    open_site: OpenSite, scripted: ScriptedProvider, tmp_path: Path, empty_redis_url: str
) -> Iterator[World]:
    scripted.__init__(scripted.url)  # type: ignore[misc]
    file = write_file(tmp_path, scripted.url)
    with open_site(PROVIDERS_FILE=file, BASE_URL="http://bench.example") as site:
        yield World(site, scripted)


def test_a_trusted_provider_makes_an_account_with_a_confirmed_address(world: World) -> None:
    world.provider.claims = GRACE
    grace = world.come()
    page = grace.get("/account").text
    assert "by a sign-in provider" in page
    assert "Grace, grace@example.org" in page
    n_users = world.count_users()
    assert is_signed_in(world.come())
    assert world.count_users() == n_users, "the second time it is the same account"
    (_, asked), *_ = (one for one in world.provider.asked if one[0] == "/authorize")
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == "http://bench.example/sign-in/with/hospital/callback"
    assert len(asked["nonce"]) >= 30
    assert len(asked["state"]) >= 30


BROKEN: dict[str, dict[str, Any]] = {
    "a wrong nonce": {"nonce": "of another sign-in"},
    "no nonce": {"nonce": None},
    "a wrong audience": {"aud": "somebody-else"},
    "for several, made for another": {"aud": [CLIENT_ID, "other"], "azp": "other"},
    "an expired token": {"exp": int(time.time()) - 3600},
    "no expiry": {"exp": None},
    "another issuer": {"iss": "https://evil.example"},
    "no subject": {"sub": None},
    "a subject that is no text": {"sub": {"a": 1}},
}


@pytest.mark.parametrize("claims", BROKEN.values(), ids=BROKEN)
def test_a_token_with_something_wrong_signs_nobody_in(
    world: World, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    n_users = world.count_users()
    world.provider.claims = GRACE | claims
    visitor = Visitor(world.site.url)
    answer = world.follow(visitor, "/sign-in/with/hospital")
    assert answer.status_code == 400
    assert "cannot be trusted or read" in answer.text
    assert not is_signed_in(visitor)
    assert world.count_users() == n_users
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("leaderboard")]
    assert ours
    assert not any(CLIENT_SECRET in line or "eyJ" in line for line in ours)


def test_an_unsigned_token_and_one_of_an_unknown_key_sign_nobody_in(world: World) -> None:
    world.provider.claims = GRACE
    world.provider.is_unsigned = True
    assert not is_signed_in(world.come())
    world.provider.is_unsigned = False
    published = world.provider.other_key
    world.provider.rotate()
    world.provider.other_key = published
    assert not is_signed_in(world.come())


def test_a_provider_may_change_its_keys(world: World) -> None:
    world.provider.claims = GRACE
    assert is_signed_in(world.come())
    world.provider.rotate()
    assert is_signed_in(world.come())


def test_an_answer_is_good_once_and_in_the_browser_that_began(world: World) -> None:
    world.provider.claims = GRACE
    ada, eve = Visitor(world.site.url), Visitor(world.site.url)
    there = ada.get("/sign-in/with/hospital", allow_redirects=False).headers["Location"]
    back = world.here(ada.get(there, allow_redirects=False).headers["Location"])
    assert eve.get(back).status_code == 400, "another browser, without a sign-in of its own"
    eve.get("/sign-in/with/hospital", allow_redirects=False)
    assert eve.get(back).status_code == 400, "and with one"
    assert ada.get(back, allow_redirects=False).status_code == 302
    again = ada.get(back)
    assert again.status_code == 400
    assert "was finished before" in again.text
    code = parse_qs(urlsplit(back).query)["code"][0]
    there = eve.get("/sign-in/with/hospital", allow_redirects=False).headers["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    stolen = f"/sign-in/with/hospital/callback?code={code}&state={state}"
    assert eve.get(stolen).status_code == 400, "a used code with a good state"
    assert not is_signed_in(eve)


def test_a_wrong_state_ends_the_sign_in(world: World) -> None:
    world.provider.claims = GRACE
    world.provider.answer = {"state": "made up"}
    visitor = Visitor(world.site.url)
    assert world.follow(visitor, "/sign-in/with/hospital").status_code == 400
    assert not is_signed_in(visitor)


def test_a_refusal_is_said_in_words_and_nothing_of_it_is_repeated(world: World) -> None:
    visitor = Visitor(world.site.url)
    world.provider.answer = {"error": "access_denied"}
    assert "was not allowed to say" in world.follow(visitor, "/sign-in/with/hospital").text
    world.provider.answer = {"error": "<b>Call 555</b>"}
    assert "555" not in world.follow(visitor, "/sign-in/with/hospital").text


def test_a_provider_that_is_down_is_said_to_be(world: World) -> None:
    world.provider.is_down = True
    answer = Visitor(world.site.url).get("/sign-in/with/hospital")
    assert answer.status_code == 400
    assert "The hospital does not answer as it should" in answer.text


def test_a_slow_provider_is_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "DEADLINE", 0.5)
    world.provider.is_slow = True
    answer = Visitor(world.site.url).get("/sign-in/with/hospital")
    assert "does not answer as it should" in answer.text
    assert world.provider.n_dripped < 100


def test_an_unverified_or_untrusted_address_is_not_the_accounts(world: World) -> None:
    for name, claims in (
        ("hospital", GRACE | {"email_verified": False}),
        ("hospital", GRACE | {"email_verified": "true", "sub": "g-2"}),
        ("orcid", GRACE | {"sub": "g-3"}),
    ):
        world.provider.claims = claims
        page = world.come(name).get("/account").text
        assert "Your account has no e-mail address yet" in page
        with world.site.sessions.read() as session:
            assert find_user(session, "grace@example.org") is None


def test_an_account_without_an_address_gets_one_and_a_password(world: World) -> None:
    world.provider.claims = {"sub": "0000-0002-1825-0097"}
    ines = world.come("orcid")
    assert "no-address" not in ines.get("/account").text
    form = {"name": "Mine", "slug": "mine"}
    assert post(ines, world.site, "/account/teams", "/account", **form).status_code == 403
    page = post(ines, world.site, "/account/address", "/account", email="ines@example.org").text
    assert "You now sign in with ines@example.org" in page
    assert "not confirmed" in page
    new = {"new_password": "seven mild turtles hum"}
    post(ines, world.site, "/account/password", "/account", **new)
    assert is_signed_in(sign_in(world.site, "ines", new["new_password"]))


def test_an_equal_address_takes_no_account_over(world: World) -> None:
    world.provider.claims = GRACE | {"email": "Ada@example.org"}
    eve = Visitor(world.site.url)
    answer = world.follow(eve, "/sign-in/with/hospital")
    assert answer.status_code == 409
    assert "then link this provider on your account page" in answer.text
    assert not is_signed_in(eve)


def link(world: World, browser: Visitor, password: str = PASSWORD) -> Any:
    page = post(browser, world.site, "/account/providers/hospital", "/account", password=password)
    found = re.search(r'href="(http://127\.0\.0\.1:[^"]+/authorize[^"]+)"', page.text)
    if found is None:
        return page
    there = found[1].replace("&amp;", "&")
    back = browser.get(there, allow_redirects=False).headers["Location"]
    return browser.get(world.here(back))


def test_a_signed_in_person_links_a_provider_and_removes_it(world: World) -> None:
    world.provider.claims = GRACE | {"email": "ada@example.org"}
    ada = sign_in(world.site, "ada")
    assert link(world, ada, "wrong wrong wrong").status_code == 400
    assert "now signs you in" in link(world, ada).text
    page = world.come().get("/account").text
    assert "ada@example.org" in page
    world.site.add_person("eve", "team-e")
    assert link(world, sign_in(world.site, "eve")).status_code == 409, "one account, one person"
    (address,) = re.findall(r"/account/providers/links/\d+/remove", page)
    assert post(sign_in(world.site, "eve"), world.site, address, "/account").status_code == 404
    assert "has been removed" in post(ada, world.site, address, "/account").text
    assert not is_signed_in(world.come())


def test_somebody_else_cannot_finish_a_link(world: World) -> None:
    world.provider.claims = GRACE
    ada = sign_in(world.site, "ada")
    page = post(ada, world.site, "/account/providers/hospital", "/account", password=PASSWORD)
    found = re.search(r'href="(http://127\.0\.0\.1:[^"]+)"', page.text)
    assert found is not None
    back = ada.get(found[1].replace("&amp;", "&"), allow_redirects=False).headers["Location"]
    post(ada, world.site, "/sign-out", "/account")
    assert ada.get(world.here(back)).status_code == 400
    with world.site.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(ProviderLink)) == 0


def test_the_last_way_to_sign_in_stays(world: World) -> None:
    world.provider.claims = GRACE
    grace = world.come()
    (address,) = re.findall(r"/account/providers/links/\d+/remove", grace.get("/account").text)
    answer = post(grace, world.site, address, "/account")
    assert answer.status_code == 409
    assert "your only way to sign in" in answer.text


def test_who_is_banned_comes_in_by_no_provider(world: World) -> None:
    world.provider.claims = GRACE
    world.come()
    with world.site.sessions.write() as session:
        ban_user(session, "grace@example.org", "host@example.org", "spam")
    visitor = Visitor(world.site.url)
    assert world.follow(visitor, "/sign-in/with/hospital").status_code == 401
    assert not is_signed_in(visitor)


def test_nobody_is_led_to_another_site(world: World) -> None:
    world.provider.claims = GRACE
    for back in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = world.follow(Visitor(world.site.url), f"/sign-in/with/hospital?back={back}")
        assert answer.headers["Location"] == "/account"
    answer = world.follow(Visitor(world.site.url), "/sign-in/with/hospital?back=/submissions")
    assert answer.headers["Location"] == "/submissions"


def test_our_second_factor_is_asked_for_after_a_provider_too(world: World) -> None:
    world.provider.claims = GRACE
    grace = world.come()
    app, _ = set_up(grace)
    again = world.come()
    assert not is_signed_in(again)
    assert enter(again, world.site, next_code(app)) == 302
    assert is_signed_in(again)


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({"amr": ["pwd", "mfa"]}, 200),
        ({"acr": "urn:strong"}, 200),
        ({"amr": ["pwd"]}, 303),
        ({"acr": "1"}, 303),
        ({}, 303),
    ],
)
def test_a_providers_own_second_factor_counts_by_its_configured_value(
    open_site: OpenSite,
    scripted: ScriptedProvider,
    tmp_path: Path,
    empty_redis_url: str,
    claims: dict[str, Any],
    status: int,
) -> None:
    scripted.__init__(scripted.url)  # type: ignore[misc]
    file = write_file(tmp_path, scripted.url)
    base = {"BASE_URL": "http://bench.example", "REQUIRE_SECOND_FACTOR": "1"}
    with open_site(PROVIDERS_FILE=file, **base) as site:
        world = World(site, scripted)
        site.add_role("grace", Role.HOST)
        grace = sign_in(site, "grace")
        scripted.claims = GRACE | claims
        link(world, grace)
        assert world.come().get("/admin", allow_redirects=False).status_code == status


def test_github_signs_in_by_its_own_protocol(world: World) -> None:
    world.provider.emails = [
        {"email": "spam@example.org", "primary": False, "verified": True},
        {"email": "octo@example.org", "primary": True, "verified": True},
    ]
    page = world.come("github").get("/account").text
    assert "Octavia, octo@example.org" in page
    assert "GitHub, as octo" in page
    world.provider.github = {"id": 8, "login": "other"}
    world.provider.emails = [{"email": "o@example.org", "primary": True, "verified": False}]
    assert "no e-mail address yet" in world.come("github").get("/account").text
    world.provider.github = {"message": "Bad credentials"}
    assert not is_signed_in(world.come("github"))


def test_a_provider_that_is_not_configured_is_not_there(site: Site) -> None:
    assert site.get("/sign-in/with/orcid").status_code == 404
    assert "Or with" not in site.get("/sign-in").text


def test_a_file_with_something_wrong_is_refused_without_its_secrets(tmp_path: Path) -> None:
    place = tmp_path / "providers.json"
    good = json.loads(Path(write_file(tmp_path, "https://id.example")).read_text())
    assert list(read_providers(str(place))) == ["hospital", "orcid", "github"]
    assert CLIENT_SECRET not in repr(read_providers(str(place)))
    assert CLIENT_SECRET not in repr(Config.model_fields)
    for changed in (
        {"issuer": "http://id.example"},
        {"issuer": 3},
        {"name": "Upper"},
        {"unknown": 1},
        {"name": "orcid"},
    ):
        every = [good["provider"][0] | changed, *good["provider"][1:]]
        place.write_text(json.dumps({"provider": every}))
        with pytest.raises(InvalidRequest) as caught:
            read_providers(str(place))
        assert "PROVIDERS_FILE" in str(caught.value)
        assert CLIENT_SECRET not in str(caught.value)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_person_signs_in_by_a_provider_in_a_browser(
    open_site: OpenSite,
    scripted: ScriptedProvider,
    tmp_path: Path,
    empty_redis_url: str,
    browser: Browser,
    width: int,
) -> None:
    scripted.__init__(scripted.url)  # type: ignore[misc]
    scripted.claims = GRACE
    with open_site(
        PROVIDERS_FILE=write_file(tmp_path, scripted.url), BASE_URL="http://bench.example"
    ) as site:
        page = open_page(browser, site.url, viewport={"width": width, "height": 900})
        page.route(
            "http://bench.example/**",
            lambda route: route.fulfill(
                status=302,
                headers={"Location": route.request.url.replace("http://bench.example", site.url)},
            ),
        )
        page.goto("/sign-in")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("link", name="The hospital").click()
        expect(page.get_by_text("You have an account now")).to_be_visible()
        expect(page.get_by_text("as grace@example.org")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_text("Link ORCID").first.click()
        page.get_by_role("button", name="Link ORCID").click()
        expect(page.get_by_role("link", name="Continue to ORCID")).to_be_visible()
        page.context.close()
