"""Fixtures of pages: one browser, and one site to look at, for every test of this process."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.site import OpenSite, Site
from tests.web.api.test_api import make_file
from tests.web.browsing import MILLISECONDS


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A browser for the tests of one file: while it runs, its thread has an event loop."""
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium_path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield found
        found.close()


@pytest.fixture(scope="session")
def scored_site(open_site: OpenSite) -> Iterator[Site]:
    """A site where model-a has one scored submission; no test changes it."""
    with open_site() as site:
        site.submit(site.token("ada"), make_file(4))
        site.evaluate_all()
        yield site
