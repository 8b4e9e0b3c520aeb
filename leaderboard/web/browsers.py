"""A browser in a few words, as its user knows it: all that is kept of what it says of itself."""

from __future__ import annotations

BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrom": "Chrome",
    "HeadlessChrome": "Chrome",
    "Safari": "Safari",
}
"""The first that is found counts: most browsers name those that they came from, too."""
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def name_browser(agent: str) -> str:
    """What a User-Agent header names, such as `Firefox on Linux`; else its first word, if any."""
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or " ".join(agent.split()[:1])[:40]
