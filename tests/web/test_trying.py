"""The API to try: a form for each address that is read, with and without a script."""

import re

import pytest
import requests
from playwright.sync_api import Browser

from tests.site import Site
from tests.waiting import HANG_SECONDS


def test_there_is_a_form_for_each_address_that_is_read(scored_site: Site) -> None:
    page = scored_site.get("/docs/api/try").text
    document = scored_site.get("/api/v1/openapi.json").json()
    forms = re.findall(r'data-path="/api/v1([^"]+)"', page)
    assert sorted(forms) == sorted(path for path, of in document["paths"].items() if "get" in of)
    assert "/docs/api/try" in scored_site.get("/docs/api").text


def test_without_a_script_a_form_opens_the_answer(scored_site: Site) -> None:
    address = "/docs/api/try/get_rankings_one?slug=tiny&split=test&board=text&version="
    answer = scored_site.get(address)
    assert answer.json() == scored_site.get("/api/v1/rankings/tiny/test?board=text").json()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("get_nothing", 404),
        ("get_benchmarks_one?slug=", 400),
        ("get_benchmarks_one?slug=..%2F..%2Faccount", 404),
        ("get_benchmarks_one?slug=%2F%2Fevil.example", 404),
    ],
)
def test_a_form_leads_nowhere_but_to_the_api(scored_site: Site, address: str, status: int) -> None:
    answer = requests.get(f"{scored_site.url}/docs/api/try/{address}", timeout=HANG_SECONDS)
    assert answer.status_code == status
    for one in answer.history:
        assert one.headers["Location"].removeprefix(scored_site.url).startswith("/api/v1/")


def test_in_a_browser_the_answer_is_shown_below_its_form(
    scored_site: Site, browser: Browser
) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.goto(f"{scored_site.url}/docs/api/try")
    for name in ("get_benchmarks_one", "get_rankings_one"):
        form = page.locator(f"section[aria-labelledby={name}]")
        form.locator("button").click()
        form.locator("pre").wait_for()
        assert '"tiny"' in form.locator("pre").inner_text()
        assert "answered 200" in form.locator("[data-answer]").inner_text()
    assert errors == []
    token = scored_site.token("ada")["Authorization"].removeprefix("Bearer ")
    page.fill("#token", token)
    me = page.locator("section[aria-labelledby=get_me]")
    me.locator("button").click()
    me.locator("pre").wait_for()
    assert "ada@example.org" in me.locator("pre").inner_text()
    page.close()
