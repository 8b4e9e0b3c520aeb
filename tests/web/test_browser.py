"""The site in a real browser, as a team and as a visitor."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories import PASSWORD
from tests.site import Site
from tests.web.api.test_api import make_file
from tests.web.browsing import listen, open_page


@pytest.fixture
def complaints() -> list[str]:
    """What the browser's console complained of, such as breaches of the content policy."""
    return []


@pytest.fixture
def page(browser: Browser, site: Site, complaints: list[str]) -> Iterator[Page]:
    found = open_page(browser, site.url, viewport={"width": 1280, "height": 900})
    listen(found, complaints)
    yield found
    found.context.close()


@pytest.mark.one_database
def test_a_newcomer_goes_from_registration_to_a_ranked_model(
    site: Site, page: Page, complaints: list[str], tmp_path: Path
) -> None:
    page.goto("/register")
    page.fill("input[name=name]", "Grace")
    page.fill("input[name=email]", "grace@example.org")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url("**/account")
    expect(page.locator("main")).to_contain_text("not confirmed")
    site.confirm("grace")
    page.reload()
    team = page.locator("form[action='/account/teams']")
    team.locator("input[name=name]").fill("Grace's Lab")
    team.locator("input[name=slug]").fill("grace-lab")
    team.locator("button").click()
    expect(page.locator("main")).to_contain_text("Grace's Lab")
    page.goto("/account/models/new")
    page.fill("input[name=slug]", "grace-7b")
    page.fill("input[name=name]", "Grace 7B")
    page.fill("input[name=organisation]", "Grace's Lab")
    page.fill("input[name=parameters_billion]", "7")
    page.click("main form button")
    expect(page.locator("main")).to_contain_text("Grace 7B")

    bad, good = tmp_path / "bad.jsonl", tmp_path / "good.jsonl"
    bad.write_bytes(make_file() + b'{"id": "nobody", "prediction": "A"}\n')
    good.write_bytes(make_file(4))
    page.goto("/submit")
    page.set_input_files("input[type=file]", bad)
    page.click("button[name=dry_run]")
    expect(page.locator("main table")).to_contain_text("nobody")
    page.set_input_files("input[type=file]", good)
    page.click("button[name=dry_run]")
    expect(page.locator("main")).to_contain_text("no problems")
    page.set_input_files("input[type=file]", good)
    page.click("main form button:not([name=dry_run])")
    page.wait_for_url("**/submissions/*")
    expect(page.locator("main")).to_contain_text("ueued")
    site.evaluate_all()
    expect(page.locator("main .status-scored").first).to_be_visible()
    page.goto("/")
    expect(page.locator("table.ranking")).to_contain_text("Grace 7B")
    page.click("table.ranking a >> text=Grace 7B")
    page.wait_for_selector("figure.figure .main-svg")
    assert complaints == []


@pytest.mark.one_database
def test_the_ranking_and_its_filters_work_without_scripts(site: Site, browser: Browser) -> None:
    site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    page = open_page(browser, site.url, java_script_enabled=False)
    page.goto("/")
    page.fill("input[name=q]", "model")
    page.click(".filters button")
    assert "q=model" in page.url
    expect(page.locator("table.ranking")).to_contain_text("Model-A")
    page.click("table.ranking thead >> text=Submitted")
    assert "q=model" in page.url
    assert page.get_attribute("th[aria-sort]", "aria-sort") == "descending"
    page.fill("input[name=q]", "nobody")
    page.click(".filters button")
    expect(page.locator("table.ranking")).to_have_count(0)
    page.context.close()


@pytest.mark.one_database
def test_on_a_narrow_screen_the_form_opens_by_key_and_a_row_holds_the_rest(
    site: Site, page: Page, complaints: list[str]
) -> None:
    site.submit(site.token("ada"), make_file(4))
    site.evaluate_all()
    page.goto("/")
    expect(page.locator("input[name=q]")).to_be_visible()
    page.set_viewport_size({"width": 360, "height": 800})
    expect(page.locator("input[name=q]")).to_be_hidden()
    page.focus(".finder > summary")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=q]")).to_be_visible()
    shown = page.locator("table.ranking thead th:visible")
    assert [text.split()[0] for text in shown.all_inner_texts()] == ["Rank▲", "Model", "Overall"]
    expect(page.locator("table.ranking dl")).to_be_hidden()
    page.focus("table.ranking .more summary")
    page.keyboard.press("Enter")
    expect(page.locator("table.ranking dl")).to_contain_text("Coverage")
    page.wait_for_selector("figure.figure .main-svg")
    assert complaints == []
