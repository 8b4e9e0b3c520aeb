"""A visitor of the new site, with what Python brings alone: run there, over https.

`python3 - SITE AUTHORITY STEP PASSWORD`, where STEP is `register` or `sign-in`.
"""

from __future__ import annotations

import re
import ssl
import sys
import time
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, OpenerDirector, build_opener

EMAIL = "ada@example.org"
START_SECONDS = 60


def main(site: str, authority: str, step: str, password: str) -> None:
    """Take the step, or raise."""
    opener, first = _reach(site, authority)
    assert first.url == f"https://{site}/", first.url
    assert "max-age" in first.headers["Strict-Transport-Security"]
    form = {"email": EMAIL, "password": password}
    if step == "register":
        form |= {"name": "Ada"}
    text = opener.open(f"https://{site}/{step}").read().decode()
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found is not None
    sent = urlencode(form | {"csrf_token": found[1]}).encode()
    request = opener.open(f"https://{site}/{step}", sent)
    assert request.status == 200, request.status
    account = opener.open(f"https://{site}/account")
    assert account.url == f"https://{site}/account", account.url
    assert EMAIL in account.read().decode()
    print(f"{step}: done over https")


def _reach(site: str, authority: str) -> tuple[OpenerDirector, HTTPResponse]:
    """The first page, by its address without https; the site may be starting."""
    ends = time.monotonic() + START_SECONDS
    while True:
        try:
            trust = HTTPSHandler(context=ssl.create_default_context(cafile=authority))
            opener = build_opener(trust, HTTPCookieProcessor(CookieJar()))
            return opener, opener.open(f"http://{site}/")
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)


if __name__ == "__main__":
    main(*sys.argv[1:])
