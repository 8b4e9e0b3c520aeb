"""A browser is named in a few words."""

import pytest

from leaderboard.web.browsers import name_browser

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Firefox/150.0",
            "Firefox on Linux",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/150 Safari/537",
            "Chrome on Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/150 Edg/150",
            "Edge on Windows",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 15) {WEBKIT} Chrome/150 Mobile",
            "Chrome on Android",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19 Safari/605", "Safari on Mac"),
        ("python-requests/2.32.5", "python-requests/2.32.5"),
        ("", ""),
        ("x" * 500, "x" * 40),
    ],
)
def test_a_browser_is_named_with_its_system(agent: str, words: str) -> None:
    assert name_browser(agent) == words
