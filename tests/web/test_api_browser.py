"""The page where the API can be tried: Swagger UI over the OpenAPI document."""

from playwright.sync_api import Browser

from tests.site import Site
from tests.waiting import HANG_SECONDS


def test_without_a_script_the_page_leads_to_the_guide_and_the_document(scored_site: Site) -> None:
    page = scored_site.get("/docs/api/try").text
    assert '<noscript><p class="note">' in page
    assert 'href="/docs/api"' in page
    assert 'href="/api/v1/openapi.json"' in page
    assert "/docs/api/try" in scored_site.get("/docs/api").text


def test_every_address_can_be_looked_at_and_tried_with_a_token(
    scored_site: Site, browser: Browser
) -> None:
    page = browser.new_page()
    page.set_default_timeout(HANG_SECONDS * 1000)
    errors: list[str] = []
    page.on(
        "console", lambda message: errors.append(message.text) if message.type == "error" else None
    )
    page.goto(f"{scored_site.url}/docs/api/try")
    page.locator(".opblock").first.wait_for()
    document = scored_site.get("/api/v1/openapi.json").json()
    for of in document["paths"].values():
        for operation in of.values():
            place = f"#operations-{operation['tags'][0]}-{operation['operationId']}"
            assert page.locator(place).count() == 1

    token = scored_site.token("ada")["Authorization"].removeprefix("Bearer ")
    page.locator(".btn.authorize").click()
    page.locator(".dialog-ux input").fill(token)
    page.locator(".dialog-ux .btn.authorize").click()
    page.locator(".dialog-ux .btn-done").click()
    me = page.locator("#operations-account-get_me")
    me.locator(".opblock-summary-control").click()
    me.locator(".execute").click()
    answer = me.locator(".live-responses-table")
    answer.locator(".response-col_status").last.wait_for()
    assert "200" in answer.locator(".response-col_status").last.inner_text()
    assert "ada@example.org" in answer.inner_text()
    assert errors == [], "nothing that the page's policy refuses"
    page.close()
