"""Fixtures of pages: one browser, and one site to look at, for every test of this process."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from leaderboard.db import make_sessions
from tests.site import Site, open_site
from tests.web.api.test_api import make_file


@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A browser for the tests of one file: while it runs, its thread has an event loop."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium_path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield found
        found.close()


@pytest.fixture(scope="session")
def scored_site(
    redis_url: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A site where model-a has one scored submission; no test changes it."""
    folder = tmp_path_factory.mktemp("scored")
    url = f"sqlite:///{folder / 'scored.sqlite3'}"
    shutil.copyfile(sqlite_template, folder / "scored.sqlite3")
    sessions = make_sessions(url)
    with open_site(sessions, url, redis_url, folder) as site:
        site.submit(site.token("ada"), make_file(4))
        site.evaluate_all()
        yield site
    sessions.engine.dispose()
