"""Pages of a real browser that wait for what is to come, however busy the machine."""

from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.waiting import HANG_SECONDS

MILLISECONDS = 1000 * HANG_SECONDS


def open_page(browser: Browser, url: str, **options: Any) -> Page:
    """An empty page at a site, in a context of its own that its user closes."""
    context = browser.new_context(base_url=url, **options)
    context.set_default_timeout(MILLISECONDS)
    return context.new_page()


def listen(page: Page, complaints: list[str]) -> None:
    """Note what the page's console complains of, but for answers that refuse something."""

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
