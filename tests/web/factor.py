"""What a person does with a second factor, by way of the pages."""

import re
from datetime import timedelta

import pyotp
from sqlalchemy import update

from leaderboard.db import now
from leaderboard.models.factor import Authenticator
from tests.factories import PASSWORD
from tests.site import Site, Visitor
from tests.web.test_pages import csrf_of

PAGE = "/account/second-factor"


def read_set_up(page: str) -> dict[str, str]:
    """What the form of a set-up holds, with the code that its app shows."""
    sealed = re.search(r'name="sealed" type="hidden" value="([^"]+)"', page)
    secret = re.search(r'aria-label="Key for the app"><code>([A-Z2-7]{32})</code>', page)
    assert sealed is not None
    assert secret is not None
    return {
        "csrf_token": csrf_of(page),
        "sealed": sealed[1],
        "password": PASSWORD,
        "code": pyotp.TOTP(secret[1]).now(),
    } | {"secret": secret[1]}


def set_up(browser: Visitor) -> tuple[pyotp.TOTP, list[str]]:
    """Set a second factor up for who is signed in: their app and their recovery codes."""
    form = read_set_up(browser.get(PAGE).text)
    secret = form.pop("secret")
    answer = browser.post(PAGE, data=form)
    assert answer.status_code == 200
    codes = re.search(r'aria-label="Recovery codes"><code>([^<]+)</code>', answer.text)
    assert codes is not None
    return pyotp.TOTP(secret), codes[1].split()


def next_code(app: pyotp.TOTP) -> str:
    """A code that is good now, after the one of the set-up."""
    return app.at(now() + timedelta(seconds=30))


def forget_used(site: Site) -> None:
    """Let the present codes of every app count as not used."""
    with site.sessions.write() as session:
        session.execute(update(Authenticator).values(last_step=0))


def enter(browser: Visitor, site: Site, code: str, back: str = "") -> int:
    """Enter a code in the second step of signing in: the status of the answer."""
    path = "/sign-in/second-factor" + (f"?back={back}" if back else "")
    token = csrf_of(browser.get(path).text)
    form = {"csrf_token": token, "code": code}
    return browser.post(path, data=form, allow_redirects=False).status_code
