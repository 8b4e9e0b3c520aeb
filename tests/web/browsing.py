"""Pages of a real browser that wait for what is to come, however busy the machine."""

from typing import Any

from playwright.sync_api import Browser, Page

from tests.waiting import HANG_SECONDS

MILLISECONDS = 1000 * HANG_SECONDS


def open_page(browser: Browser, url: str, **options: Any) -> Page:
    """An empty page at a site, in a context of its own that its user closes."""
    context = browser.new_context(base_url=url, **options)
    context.set_default_timeout(MILLISECONDS)
    return context.new_page()
