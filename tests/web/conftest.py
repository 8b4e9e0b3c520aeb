"""Fixtures of pages: one browser, and one site to look at, for every test of this process."""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.site import OpenSite, Site
from tests.web.api.test_api import make_file
from tests.web.browsing import MILLISECONDS


@pytest.fixture(scope="session")
def shared_browser(chromium_path: str) -> Iterator[tuple[Browser, AbstractEventLoop]]:
    """The one browser of this process, and the event loop through which it is spoken to."""
    expect.set_options(timeout=MILLISECONDS)
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium_path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield found, loop
        asyncio._set_running_loop(loop)
        found.close()


@pytest.fixture(scope="module")
def browser(shared_browser: tuple[Browser, AbstractEventLoop]) -> Iterator[Browser]:
    """The browser for the tests of one file, without a page of another's.

    Playwright leaves its loop running in this thread, where no other could run: only while the
    file's tests last.
    """
    found, loop = shared_browser
    asyncio._set_running_loop(loop)
    yield found
    for context in found.contexts:
        context.close()
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def scored_site(open_site: OpenSite) -> Iterator[Site]:
    """A site where model-a has one scored submission; no test changes it."""
    with open_site() as site:
        site.submit(site.token("ada"), make_file(4))
        site.evaluate_all()
        yield site
